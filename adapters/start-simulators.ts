import type { Logger } from 'pino';
import { emisSimulator } from './emis/simulator';
import { gpConnectSimulator } from './gp-connect/simulator';
import { controlServer } from './simulator/control';
import { diary, type Diary } from './simulator/diary';
import { faults, type Faults } from './simulator/faults';
import type { Listener, WireRequest } from './simulator/http-listener';
import { openJournal } from './simulator/journal';
import { type About, type Skin, skinServer } from './simulator/skin-server';
import { tppSimulator } from './tpp/simulator';

/** The supplier's side of the wire for every supplier, over one diary. Adding one is a line here. */
export const simulators = {
  emis: emisSimulator,
  tpp: tppSimulator,
  'gp-connect': gpConnectSimulator,
} as const satisfies Record<string, (options: { diary: Diary; now: () => Date }) => Skin>;

export type SimulatedSupplier = keyof typeof simulators;
const IDS: readonly SimulatedSupplier[] = ['emis', 'tpp', 'gp-connect'];

export interface RunningSimulators {
  urls: Readonly<Record<SimulatedSupplier, string>>;
  controlUrl: string;
  /** The truth behind all suppliers, for tests in the same process. */
  diary: Diary;
  faults: Faults;
  /** What a request would be about, for whoever watches the wire; nothing is done. */
  identify(supplier: SimulatedSupplier, request: WireRequest): About;
  expireSessions(supplier?: string): void;
  /** Refuses connections until `up`, which listens on the same port again. */
  down(supplier: string): Promise<void>;
  up(supplier: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts the simulated suppliers and their control API on 127.0.0.1; absent ports are free ones.
 * With a `journal`, a file of JSON lines, the suppliers' diary is kept there and survives a restart; two running
 * sets must not share one.
 * @throws Error naming the journal's line that cannot be read.
 * @throws Node's listen error with `code` (`EADDRINUSE`) and `port`; nothing is left listening then.
 */
export async function startSimulators(options: {
  ports?: Partial<Record<SimulatedSupplier | 'control', number>>;
  journal?: string;
  now: () => Date;
  logger: Logger;
}): Promise<RunningSimulators> {
  const { ports = {}, journal, now, logger } = options;
  const book = diary({ now, ...(journal !== undefined && openJournal(journal, now())) });
  const switched = faults();
  const skins = new Map<string, Skin>();
  const listeners = new Map<string, Listener>();

  const expireSessions = (supplier?: string) => {
    for (const [id, skin] of skins) if (supplier === undefined || supplier === id) skin.expireSessions();
  };
  const identify = (supplier: SimulatedSupplier, request: WireRequest): About =>
    skins.get(supplier)?.identify(request) ?? { operation: 'OTHER' };
  const down = async (supplier: string) => listeners.get(supplier)?.down();
  const up = async (supplier: string) => listeners.get(supplier)?.up();
  const close = async () => {
    await Promise.all([...listeners.values()].map((listener) => listener.down()));
  };

  async function start(supplier: SimulatedSupplier): Promise<string> {
    const skin = simulators[supplier]({ diary: book, now });
    const port = ports[supplier] ?? 0;
    const listener = await skinServer({ supplier, skin, diary: book, faults: switched, port, logger });
    skins.set(supplier, skin);
    listeners.set(supplier, listener);
    return listener.url;
  }

  try {
    const urls = {
      emis: await start('emis'),
      tpp: await start('tpp'),
      'gp-connect': await start('gp-connect'),
    };
    const controlled = { diary: book, faults: switched, suppliers: IDS, expireSessions, down, up };
    const control = await controlServer(ports.control ?? 0, controlled);
    listeners.set('control', control);
    const running = { diary: book, faults: switched, identify, expireSessions, down, up, close };
    return { urls, controlUrl: control.url, ...running };
  } catch (error) {
    await close();
    throw error;
  }
}
