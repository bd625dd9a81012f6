import type { OdsCode } from '../../domain/ods-code';
import type { Diary } from '../simulator/diary';
import type { WireRequest } from '../simulator/http-listener';
import type { Consumer } from './simulator.consumer';

/** What every operation of the simulated provider is given. */
export interface Asked {
  diary: Diary;
  now: () => Date;
  practice: OdsCode;
  consumer: Consumer;
  request: WireRequest;
  /** The id in the path, where there is one. */
  id: string;
}
