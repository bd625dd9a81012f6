import type { Logger } from 'pino';
import { z } from 'zod';
import { backgroundTimers, machineTimers, type Timers } from '../../domain/timers';
import { type SupplierId, supplierIds, suppliers } from '../registry';
import { controlServer, type MovableClock } from './control';
import { diary, type Diary } from './diary';
import { faults, type Faults, type SimulatedOperation } from './injected-faults';
import type { Listener, WireRequest } from './http-listener';
import { openJournal } from './journal';
import { type FaultTarget, type Observer, type WireProtocol, protocolServer } from './protocol-server';

const Urls = z.record(z.enum(supplierIds), z.url());

export interface RunningSimulators {
  urls: Readonly<Record<SupplierId, string>>;
  controlUrl: string;
  /** The truth behind all suppliers, for tests in the same process. */
  diary: Diary;
  faults: Faults;
  /** Names what a fault for such a request would be aimed at, for observers of the wire; nothing is done. */
  identify(supplier: SupplierId, request: WireRequest): FaultTarget;
  /** Names the operations of a supplier whose replies come in pages. */
  paged(supplier: SupplierId): readonly SimulatedOperation[];
  expireSessions(supplier?: string): void;
  /** Refuses connections until `up`, which listens on the same port again. */
  down(supplier: string): Promise<void>;
  up(supplier: string): Promise<void>;
  /** Connections that are open to one supplier. */
  connections(supplier: string): Promise<number>;
  close(): Promise<void>;
}

export interface SimulatorOptions {
  ports?: Partial<Record<SupplierId | 'control', number>>;
  journal?: string;
  now: () => Date;
  logger: Logger;
  observe?: Observer;
  /** Measure latency, slow faults and operations. */
  timers?: Timers;
  /** Length of a page where a supplier's lists have pages; without it the one that its documents name. */
  pageSize?: number;
  /** Moved by the control API, which cannot without it. */
  clock?: MovableClock | undefined;
}

/**
 * Starts the simulated suppliers and their control API on 127.0.0.1; absent ports are free ones.
 * A `journal`, a file of JSON lines, keeps the suppliers' diary through a restart; two running sets must not share
 * one.
 * @throws Error naming the journal's line that cannot be read.
 * @throws Node's listen error with `code` (`EADDRINUSE`) and `port`; nothing is left listening then.
 */
export async function startSimulators(options: SimulatorOptions): Promise<RunningSimulators> {
  const { ports = {}, journal, now, logger, observe, timers = machineTimers, pageSize, clock } = options;
  const book = diary({ now, ...(journal !== undefined && openJournal(journal, now())) });
  const switched = faults();
  const protocols = new Map<string, WireProtocol>();
  const listeners = new Map<string, Listener>();

  const expireSessions = (supplier?: string) => {
    for (const [id, protocol] of protocols)
      if (supplier === undefined || supplier === id) protocol.expireSessions();
  };
  const paged = (supplier: SupplierId) => protocols.get(supplier)?.paged ?? [];
  const identify = (supplier: SupplierId, request: WireRequest): FaultTarget =>
    protocols.get(supplier)?.identify(request) ?? { operation: 'OTHER' };
  const down = async (supplier: string) => listeners.get(supplier)?.down();
  const up = async (supplier: string) => listeners.get(supplier)?.up();
  const connections = async (supplier: string) => (await listeners.get(supplier)?.connections()) ?? 0;
  const close = async () => {
    await Promise.all([...listeners.values()].map((listener) => listener.down()));
  };

  async function start({
    manifest: { id },
    simulator,
  }: (typeof suppliers)[number]): Promise<[string, string]> {
    const protocol = await simulator({
      diary: book,
      now,
      timers: options.timers ?? backgroundTimers,
      pageSize,
    });
    const port = ports[id] ?? 0;
    const listener = await protocolServer({
      supplier: id,
      protocol,
      diary: book,
      faults: switched,
      port,
      logger,
      observe,
      timers,
    });
    protocols.set(id, protocol);
    listeners.set(id, listener);
    return [id, listener.url];
  }

  try {
    const started: [string, string][] = [];
    for (const supplier of suppliers) started.push(await start(supplier));
    const urls = Urls.parse(Object.fromEntries(started));
    const controlled = {
      diary: book,
      now,
      faults: switched,
      suppliers: supplierIds,
      expireSessions,
      down,
      up,
      clock,
    };
    const control = await controlServer(ports.control ?? 0, controlled);
    listeners.set('control', control);
    const running = { diary: book, faults: switched, identify, paged, expireSessions, down, up, connections };
    return { urls, controlUrl: control.url, ...running, close };
  } catch (error) {
    await close();
    throw error;
  }
}
