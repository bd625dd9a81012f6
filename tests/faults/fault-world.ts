import { createHash, createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { suppliers, type SupplierId } from '../../adapters/registry';
import type { SimulatedOperation as Exchange } from '../../adapters/simulator/injected-faults';
import { startSimulators, type RunningSimulators } from '../../adapters/simulator/start-simulators';
import { maxAbandonedReads } from '../../adapters/http/supplier-http';
import { demoFamily } from '../../demo/people';
import type { PatientCaller, Person } from '../../domain/caller';
import { OdsCode } from '../../domain/ods-code';
import type { DatabaseSettings } from '../../platform/database/database';
import { asItComes, faultProxy, type FaultProxy, type Treatment } from './fault-proxy';
import type { BookRequest, DeskAct } from './history';
import { wholeHttpRequest, wireRequest } from './http-request';
import type { FaultLane } from './lane';
import { serviceProcess, type ServiceProcess } from './service-process';
import type { ServiceSettings } from './service-settings';
import { smallDisk, type SmallDisk } from './small-disk';
import { keptChecks, type KeptChecks } from './kept-checks';
import { practiceWebhook } from '../practice-webhook';
import { webhookConsumer, type WebhookConsumer } from '../webhook-consumer';

export const SUPPLIERS = ['emis', 'tpp', 'gp-connect'] as const satisfies readonly SupplierId[];
export type FaultedSupplier = (typeof SUPPLIERS)[number];
export const TIMEOUT_MS = 800;
export const SETTLE_MS = 250;
export const HOLD_MS = 3_000;
export const AT_ONCE = 4;
/** Reads that nobody waits for any more, of the supplier that takes most at once. */
export const GIVEN_UP = Math.max(
  ...suppliers.map(({ manifest }) => maxAbandonedReads(manifest.limits.concurrency)),
);

export interface SimulatedPatient {
  caller: PatientCaller & { self: Person };
  /** Patient's digest in the ledger. */
  digest: string;
}

/** A treatment waiting for the exchange that it is aimed at. */
export interface Aim {
  hits(): number;
}

/** The reads that absence takes after a round of comparing, on a machine that does much else. */
const NOTICING_MS = 10_000;

/** Everything of one run: suppliers, proxies, stores, and the service's processes between them. */
export interface World {
  lane: FaultLane;
  simulators: RunningSimulators;
  services: readonly ServiceProcess[];
  database: DatabaseSettings;
  disk: SmallDisk | null;
  wires: {
    suppliers: Record<FaultedSupplier, FaultProxy>;
    redis: FaultProxy | null;
    postgres: FaultProxy | null;
  };
  bookRequests: BookRequest[];
  frontEnd: Pick<WebhookConsumer, 'heard' | 'taken'>;
  /** Own practices, as one receiver of notices. */
  ownPractices: Pick<Awaited<ReturnType<typeof practiceWebhook>>, 'heard'>;
  checks: KeptChecks;
  people: { patient: string; ownPractice: string }[];
  /** Acts of desks on standing bookings in the course of events, to be noticed in time. */
  deskActs: DeskAct[];
  /** Standing bookings are compared with the practices' books, in this run. */
  compares: boolean;
  noticedWithinMs: number;
  /** The front end is told nothing until it listens again. */
  frontEndListens(does: boolean): Promise<void>;
  callerKey: Uint8Array;
  /** The time in this world: the machine's, or a night on which the clocks change. */
  now(): Date;
  /** Offset of that clock from the machine's, in milliseconds. */
  offsetMs: number;
  /** Treats the next so many requests of this kind about this practice. */
  aimAtSupplier(exchange: Exchange, practice: OdsCode, times: number, treatment: Treatment): Aim;
  /** Treats the next request to Redis that takes a hold. */
  aimAtRedis(treatment: Treatment): Aim;
  /** Treats the next COMMIT. */
  aimAtCommit(treatment: Treatment): Aim;
  /** @param kind first letter of its code: with a Q it has a quota. */
  newPractice(kind?: 'T' | 'Q'): OdsCode;
  /** Registered and linked there. */
  newPatient(practice: OdsCode): SimulatedPatient;
  /** Registered at a practice that has nothing to offer. */
  newGuest(): SimulatedPatient;
  digestOf(nhsNumber: string): string;
  /** Searches at suppliers under way at once: the most since the last call. */
  searchPeak(): number;
  /** Every aim forgotten, every server up. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

export interface WorldOptions {
  lane: FaultLane;
  bundle: string;
  /** Processes of the service on the same stores. */
  processes: number;
  /** Practices' codes begin here, so that no two runs on one lane meet in Redis. */
  serial: number;
  /** Offset of this world's time from the machine's, in milliseconds. */
  offsetMs: number;
  /** `SETTLE_MS` unless given. */
  settleMs?: number;
  /** Interval at which the service compares standing bookings with the practices' books. */
  compareEveryMs: number;
  /** On a disk that is full after a few megabytes. */
  smallDisk: boolean;
}

interface Armed {
  exchange: Exchange;
  practice: OdsCode;
  left: number;
  hits: number;
  treatment: Treatment;
}

export async function openWorld(options: WorldOptions): Promise<World> {
  const { lane, bundle, processes, offsetMs } = options;
  const now = () => new Date(Date.now() + offsetMs);
  const simulators = await startSimulators({ now, logger: pino({ level: 'silent' }) });
  const bookRequests: BookRequest[] = [];
  const people: World['people'] = [];
  const armed: Armed[] = [];
  const armedAtRedis: { treatment: Treatment; hits: number }[] = [];
  const armedAtCommit: { treatment: Treatment; hits: number }[] = [];
  const searching = { now: 0, most: 0 };
  let serial = options.serial;

  function treatSupplier(supplier: FaultedSupplier, bytes: Buffer): Treatment | null {
    const { operation, practice, slotId } = simulators.identify(supplier, wireRequest(bytes));
    let sent: BookRequest | null = null;
    if (operation === 'BOOK' && practice !== undefined && slotId !== undefined) {
      const startsAt = simulators.diary.slot(practice, slotId)?.startsAt.getTime() ?? 0;
      sent = { at: Date.now(), practice, startsAt, loggedOff: false };
      bookRequests.push(sent);
    }
    const aim = armed.find((one) => one.left > 0 && one.exchange === operation && one.practice === practice);
    if (aim !== undefined) {
      aim.left -= 1;
      aim.hits += 1;
    }
    if (operation === 'SEARCH') return counted(aim?.treatment);
    return sent === null ? (aim?.treatment ?? null) : watchedForLogOff(sent, aim?.treatment);
  }

  function watchedForLogOff(
    sent: BookRequest,
    treatment: Treatment = { fault: { kind: 'none' } },
  ): Treatment {
    return {
      ...treatment,
      after(answer) {
        sent.loggedOff = LOGGED_OFF.test(answer.toString('latin1'));
        return treatment.after?.(answer);
      },
    };
  }

  function counted(treatment: Treatment = { fault: { kind: 'none' } }): Treatment {
    return {
      ...treatment,
      before() {
        searching.now += 1;
        searching.most = Math.max(searching.most, searching.now);
        return treatment.before?.();
      },
      over() {
        searching.now -= 1;
      },
    };
  }

  const first = (waiting: { treatment: Treatment; hits: number }[]) => {
    const aim = waiting.find(({ hits }) => hits === 0);
    if (aim !== undefined) aim.hits += 1;
    return aim?.treatment ?? null;
  };
  const supplierWire = (supplier: FaultedSupplier) =>
    faultProxy({
      upstream: { host: '127.0.0.1', port: Number(new URL(simulators.urls[supplier]).port) },
      request: wholeHttpRequest,
      treat: (bytes) => treatSupplier(supplier, bytes),
    });
  const suppliers = {
    emis: await supplierWire('emis'),
    tpp: await supplierWire('tpp'),
    'gp-connect': await supplierWire('gp-connect'),
  };
  const redis =
    lane.redis &&
    (await faultProxy({
      upstream: { host: '127.0.0.1', port: lane.redis.port },
      request: asItComes,
      treat: (bytes) => (TAKES_A_HOLD.test(bytes.toString('latin1')) ? first(armedAtRedis) : null),
    }));
  const postgres =
    lane.postgres &&
    (await faultProxy({
      upstream: { host: '127.0.0.1', port: lane.postgres.port },
      request: asItComes,
      treat: (bytes) => (bytes.includes('commit\0') ? first(armedAtCommit) : null),
    }));

  const disk = options.smallDisk ? smallDisk() : null;
  const folder = disk?.folder ?? mkdtempSync(join(tmpdir(), 'faults-world-'));
  const databaseName = lane.postgres === null ? null : await lane.createDatabase();
  const database: DatabaseSettings =
    databaseName === null
      ? { kind: 'embedded', file: join(folder, 'ledger.db') }
      : {
          kind: 'postgres',
          url: `postgres://postgres@127.0.0.1:${lane.postgres?.port ?? 0}/${databaseName}`,
        };
  const frontEnd = await webhookConsumer(() => 'take', offsetMs);
  const ownPractices = await practiceWebhook(() => true, now);
  const checks = await keptChecks();
  let listens = true;
  const keys = {
    offer: hex(),
    patientDetails: hex(),
    patientDigest: hex(),
    fingerprint: hex(),
    caller: hex(),
  };
  const settings: ServiceSettings = {
    database:
      databaseName === null || postgres === null
        ? database
        : { kind: 'postgres', url: `postgres://postgres@127.0.0.1:${postgres.port}/${databaseName}` },
    webhook: { url: frontEnd.url, key: Buffer.from(frontEnd.key).toString('hex') },
    practiceWebhook: {
      url: ownPractices.settings.url,
      key: ownPractices.settings.keys.map((key) => Buffer.from(key).toString('hex')).join(''),
    },
    checksUrl: checks.url,
    redisUrl: redis && `redis://127.0.0.1:${redis.port}`,
    suppliers: {
      emis: urlOf(suppliers.emis),
      tpp: urlOf(suppliers.tpp),
      'gp-connect': urlOf(suppliers['gp-connect']),
    },
    keys,
    holdMs: HOLD_MS,
    atOnce: AT_ONCE,
    timeoutMs: TIMEOUT_MS,
    settleMs: options.settleMs ?? SETTLE_MS,
    compareEveryMs: options.compareEveryMs,
    clockOffsetMs: offsetMs,
  };
  const services = Array.from({ length: processes }, () => serviceProcess(bundle, settings));
  for (const service of services) await service.start();
  const digestOf = (nhsNumber: string) =>
    createHmac('sha256', Buffer.from(keys.patientDigest, 'hex')).update(nhsNumber).digest('base64url');
  const wires = [...Object.values(suppliers), ...(redis ? [redis] : []), ...(postgres ? [postgres] : [])];

  function newPractice(kind: 'T' | 'Q' = 'T'): OdsCode {
    return OdsCode.parse(`${kind}${10_000 + (++serial % 80_000)}`);
  }

  function personAt(practice: OdsCode): SimulatedPatient {
    const { mother } = demoFamily(practice, ++serial, now());
    const id = createHash('sha256').update(mother.id).digest('base64url');
    const digest = digestOf(mother.nhsNumber);
    people.push({ patient: digest, ownPractice: practice });
    return { caller: { kind: 'patient', id, proofing: 'P9', self: mother, actsFor: [] }, digest };
  }

  async function frontEndListens(does: boolean): Promise<void> {
    if (does === listens) return;
    listens = does;
    await (does ? frontEnd.start() : frontEnd.stop());
  }

  async function heal(): Promise<void> {
    await frontEndListens(true);
    checks.canBeRead(true);
    armed.length = armedAtRedis.length = armedAtCommit.length = 0;
    simulators.faults.clear();
    for (const supplier of SUPPLIERS) simulators.faults.setLatency(supplier, 0);
    disk?.empty();
    for (const wire of wires) {
      wire.up();
      wire.latency(0, 0);
    }
    for (const server of [lane.redis, lane.postgres]) {
      server?.resume();
      await server?.start();
    }
    for (const service of services) {
      await service.start(offsetMs);
      await service.setClock(offsetMs);
    }
    await Promise.all(wires.map((wire) => wire.delivered()));
  }

  return {
    lane,
    simulators,
    services,
    database,
    disk,
    wires: { suppliers, redis, postgres },
    bookRequests,
    frontEnd,
    ownPractices,
    checks,
    people,
    deskActs: [],
    compares: options.compareEveryMs < NEVER,
    noticedWithinMs: options.compareEveryMs + NOTICING_MS,
    frontEndListens,
    callerKey: Buffer.from(keys.caller, 'hex'),
    now,
    offsetMs,
    aimAtSupplier(exchange, practice, times, treatment) {
      const aim: Armed = { exchange, practice, left: times, hits: 0, treatment };
      armed.push(aim);
      return { hits: () => aim.hits };
    },
    aimAtRedis(treatment) {
      const aim = { treatment, hits: 0 };
      armedAtRedis.push(aim);
      return { hits: () => aim.hits };
    },
    aimAtCommit(treatment) {
      const aim = { treatment, hits: 0 };
      armedAtCommit.push(aim);
      return { hits: () => aim.hits };
    },
    newPractice,
    newPatient(practice) {
      const person = personAt(practice);
      const { nhsNumber, familyName, givenName, birthDate, linkage } = person.caller.self;
      simulators.diary.registerPatient(practice, { nhsNumber, familyName, givenName, birthDate, linkage });
      return person;
    },
    newGuest: () => personAt(newPractice()),
    digestOf,
    searchPeak() {
      const { most } = searching;
      searching.now = searching.most = 0;
      return most;
    },
    heal,
    async close() {
      await heal();
      for (const service of services) await service.kill();
      await Promise.all(wires.map((wire) => wire.close()));
      await simulators.close();
      await frontEnd.stop();
      await ownPractices.stop();
      await checks.close();
      if (databaseName !== null) await lane.dropDatabase(databaseName);
      disk?.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The script that takes a hold sets a time to live; the one that lets go does not. */
const TAKES_A_HOLD = /eval[\s\S]*'PX'/i;

/** The simulated suppliers' words for it. */
const LOGGED_OFF = /^HTTP\/1\.1 401|Unauthorised|Not authenticated|You are not logged in/;

/** Longer than any run lasts. */
export const NEVER = 3_600_000;

const hex = () => randomBytes(32).toString('hex');
const urlOf = ({ port }: FaultProxy) => `http://127.0.0.1:${port}`;
