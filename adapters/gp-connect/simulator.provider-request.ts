import type { OdsCode } from '../../domain/ods-code';
import type { Diary } from '../simulator/diary';
import type { WireRequest } from '../simulator/http-listener';
import type { Consumer } from './simulator.consumer';

/** A request as every operation of the simulated provider receives it. */
export interface ProviderRequest {
  diary: Diary;
  now: () => Date;
  practice: OdsCode;
  consumer: Consumer;
  request: WireRequest;
  /** The id in the path, where there is one. */
  id: string;
}
