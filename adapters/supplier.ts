import type { OdsCode } from '../domain/ods-code';
import type { Adapter } from './adapter';
import type { Manifest } from './gp-system';
import type { Timers } from '../domain/timers';
import type { Diary } from './simulator/diary';
import type { WireProtocol } from './simulator/protocol-server';

/** Options of every adapter. `consumer` is this service as other organisations see it. */
export interface AdapterOptions {
  now: () => Date;
  consumer: Consumer;
  /** Values of the manifest's `settings`, by name. Absent only outside production. */
  settings: Readonly<Record<string, string | undefined>>;
}

/** Options of every simulator. */
export interface SimulatorOptions {
  diary: Diary;
  now: () => Date;
  /** Measure what the supplier does later. */
  timers: Timers;
  /** Length of a page of a list; undefined: as the documents say. */
  pageSize: number | undefined;
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

/** Everything in a supplier's folder: its manifest, our adapter, and its simulator. */
export interface Supplier<Id extends string = string> {
  manifest: Manifest & { id: Id };
  create(options: AdapterOptions): Adapter;
  /** Makes the supplier's side for tests and demonstrations; an adapter never sees it. Loaded on call: never in production. */
  simulator(options: SimulatorOptions): Promise<WireProtocol>;
  /** Port of its simulator unless another one is configured. */
  simulatorPort: number;
}
