import type { OdsCode } from '../domain/ods-code';
import type { Adapter } from './adapter';
import type { Manifest } from './gp-system';
import type { Diary } from './simulator/diary';
import type { WireProtocol } from './simulator/protocol-server';

/** What every adapter is made with. `consumer` is this service as other organisations see it. */
export interface AdapterOptions {
  now: () => Date;
  consumer: Consumer;
}

export interface Consumer {
  odsCode: OdsCode;
  name: string;
  /** GPConnect-OrganisationType-1, for example `urgent-care`. */
  type: string;
  phone: string;
  /** Spine accredited system id. */
  asid: string;
}

/** All that a supplier's folder gives: what it can do, how we speak to it, and its side of the wire. */
export interface Supplier<Id extends string = string> {
  manifest: Manifest & { id: Id };
  create(options: AdapterOptions): Adapter;
  /** For tests and demonstrations; an adapter never sees it. Loaded when it is called: never in production. */
  simulator(options: { diary: Diary; now: () => Date }): Promise<WireProtocol>;
  /** Where its simulator listens unless another port is configured. */
  simulatorPort: number;
}
