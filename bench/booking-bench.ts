import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sql } from 'kysely';
import pino from 'pino';
import type { Slot } from '../adapters/gp-system';
import { demoFamily } from '../demo/people';
import type { PatientCaller } from '../domain/caller';
import { ageInMonths, londonDate } from '../domain/london-time';
import { OdsCode } from '../domain/ods-code';
import { keyedDigest } from '../domain/secret';
import { machineTimers } from '../domain/timers';
import type { ReleasePolicy } from '../domain/release-policy';
import { confirmBooking } from '../subgraphs/appointments/booking/confirm-booking';
import { holdSlot, type HoldSlot } from '../subgraphs/appointments/booking/hold-slot';
import type { BookingDeps } from '../subgraphs/appointments/booking/booking-deps';
import type { HoldStore } from '../subgraphs/appointments/holds/hold-store';
import { inProcessHolds } from '../subgraphs/appointments/holds/in-process-holds';
import { redisHolds } from '../subgraphs/appointments/holds/redis-holds';
import { ledger } from '../subgraphs/appointments/ledger/ledger';
import { ledgerMigrations } from '../subgraphs/appointments/database/migrations';
import type { LedgerTables } from '../subgraphs/appointments/database/tables';
import { contactSealer } from '../subgraphs/appointments/sealed-contacts';
import { Offer } from '../subgraphs/appointments/holds/offers';
import { releaseLedger } from '../subgraphs/appointments/releases/stored-releases';
import { patients } from '../subgraphs/appointments/sealed-patients';
import { openCopies } from '../subgraphs/appointments/recovery/open-copies';
import { sealer } from '../domain/sealed';
import { openDatabase, type Database } from '../platform/database/database';
import { testDatabases, type TestDatabase } from '../tests/databases';
import { keptChecks } from '../tests/kept-checks';
import { startPostgres, startRedis } from '../tests/servers';
import { instantSupplier, type InstantSupplier } from './instant-supplier';

/**
 * `npm run bench:booking`: hold and confirm by 200 clients at once over a supplier that answers at once, against what
 * the same database commits when it does nothing else. A booking cannot do with fewer than two commits (before and after
 * the supplier is called), so half the raw commit rate is its floor. Raw and booking rounds take turns, because a
 * shared machine is not equally fast for long. Then 2,000 people want 200 slots.
 */
const CLIENTS = 200;
const PAIRS_A_ROUND = 1_000;
const COMMITS_A_ROUND = 2_000;
const ROUNDS = 5;
const SLOTS_A_PRACTICE = 20;
const RACERS = 2_000;
const RACED_SLOTS = 200;
/** Aim: this part of the two-commit floor. */
const TARGET = 0.5;
const HOUR = 60 * 60_000;

const OPEN: ReleasePolicy = {
  version: 1,
  status: 'OPEN',
  closedTo: null,
  ownPatients: true,
  otherPatients: true,
  modes: ['IN_PERSON'],
  dispositionIds: ['gp-6h'],
  slotTypes: ['111 urgent'],
  ageInMonths: null,
  // A quota would depend on the time of day.
  dailyQuota: null,
  takeBackMinutes: 0,
  minimumNoticeMinutes: 0,
  horizonDays: 14,
  cancelCutOffMinutes: 60,
  closures: [],
};

/** A kind of hold store, and the Redis that it shares with what else is kept there. */
interface Store {
  name: string;
  redisUrl: string | undefined;
  open: () => HoldStore;
}

/** A booking service with everything behind it. */
interface Bench {
  deps: BookingDeps;
  database: Database<LedgerTables>;
  supplier: InstantSupplier;
  /** Folder for the copies of bookings when there is no Redis. */
  folder: string;
  /** The symptom checks on which the bookings rest, in triage's own store. */
  kept: Awaited<ReturnType<typeof keptChecks>>;
}

/** Somebody who has been offered a slot. */
interface Wish {
  caller: PatientCaller;
  input: HoldSlot;
}

interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
}

interface Row {
  ledger: string;
  holds: string;
  pairsPerSecond: number;
  commitsPerSecond: number;
  /** Bookings per second over half the raw commit rate: the median of the rounds. */
  ratio: number;
  holdMs: Percentiles;
  confirmMs: Percentiles;
  /** CPU time of this process for each booking; a busy machine does not change it. */
  cpuMsPerBooking: number;
  race: { racers: number; slots: number; confirmed: number; bookedTwice: number };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { json: { type: 'boolean', default: false }, only: { type: 'string', multiple: true } },
  });
  const isWanted = (name: string) => values.only?.some((only) => name.includes(only)) ?? true;
  const [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
  const logger = pino({ level: 'silent' });
  const stores: Store[] = [
    { name: 'in process', redisUrl: undefined, open: () => inProcessHolds() },
    ...(redis === null
      ? []
      : [{ name: 'Redis', redisUrl: redis.url, open: () => redisHolds(redis.url, logger) }]),
  ];
  const rows: Row[] = [];
  try {
    for (const database of testDatabases(postgres?.url))
      for (const store of stores) {
        if (!isWanted(`${database.name}, ${store.name}`)) continue;
        const row = await measured(database, store);
        rows.push(row);
        if (!values.json) print(row);
      }
  } finally {
    await Promise.all([redis?.stop(), postgres?.stop()]);
  }
  if (values.json) console.log(JSON.stringify({ clients: CLIENTS, target: TARGET, rows }));
  else {
    if (redis === null) console.log('Redis is not installed: measured with holds in process only.');
    if (postgres === null) console.log('PostgreSQL is not installed: measured on libsql only.');
  }
  if (!rows.every(reached)) process.exitCode = 1;
}

function reached({ ratio, race }: Row): boolean {
  return ratio >= TARGET && race.confirmed === race.slots && race.bookedTwice === 0;
}

async function measured({ name, settings }: TestDatabase, store: Store): Promise<Row> {
  const kept = await keptChecks(await settings(), () => new Date());
  const bench = await opened(await settings(), store, kept);
  try {
    const rounds = [];
    await bookingRound(bench);
    await rawRound(bench);
    for (let round = 0; round < ROUNDS; round++)
      rounds.push({ commitsPerSecond: await rawRound(bench), ...(await bookingRound(bench)) });
    const ratios = rounds.map(
      ({ pairsPerSecond, commitsPerSecond }) => pairsPerSecond / (commitsPerSecond / 2),
    );
    return {
      ledger: name,
      holds: store.name,
      pairsPerSecond: median(rounds.map(({ pairsPerSecond }) => pairsPerSecond)),
      commitsPerSecond: median(rounds.map(({ commitsPerSecond }) => commitsPerSecond)),
      ratio: median(ratios),
      holdMs: percentiles(rounds.flatMap(({ holdMs }) => holdMs)),
      confirmMs: percentiles(rounds.flatMap(({ confirmMs }) => confirmMs)),
      cpuMsPerBooking: median(rounds.map(({ cpuMsPerBooking }) => cpuMsPerBooking)),
      race: await race(bench),
    };
  } finally {
    await bench.deps.holds.close();
    await bench.deps.copies.close();
    await bench.deps.ledger.close();
    await kept.close();
    rmSync(bench.folder, { recursive: true });
  }
}

async function opened(
  settings: Parameters<typeof openDatabase>[0],
  store: Store,
  kept: Bench['kept'],
): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-booking-'));
  const database = await openDatabase<LedgerTables>(settings, 'appointments', ledgerMigrations);
  await sql`create table bench_commit (id text primary key, at bigint not null)`.execute(database.db);
  const supplier = instantSupplier();
  const logger = pino({ level: 'silent' });
  const deps: BookingDeps = {
    systems: new Map([[supplier.manifest.id, supplier]]),
    ledger: ledger(database, logger, { defaultPolicyOf: () => OPEN, now: () => new Date() }),
    releases: releaseLedger(database, () => OPEN),
    holds: store.open(),
    copies: await openCopies(
      { redisUrl: store.redisUrl, copiesFile: join(folder, 'copies.db') },
      () => new Date(),
      logger,
    ),
    offers: sealer(Offer, randomBytes(32)),
    patients: patients({ details: randomBytes(32), digest: randomBytes(32) }),
    contacts: contactSealer(randomBytes(32)),
    checks: kept.checks,
    fingerprint: keyedDigest(randomBytes(32)),
    holdMs: 300_000,
    compareEveryMs: HOUR,
    now: () => new Date(),
    timers: machineTimers,
    logger,
  };
  return { deps, database, supplier, folder, kept };
}

/**
 * One row, one transaction, one commit. The embedded database commits one after the other, so one client gets all that
 * it gives; that bookings share commits there is this service's own doing.
 */
async function rawRound({ database: { db, kind, now } }: Bench): Promise<number> {
  const raw = db.withTables<{ bench_commit: { id: string; at: number } }>();
  const ids = Array.from({ length: COMMITS_A_ROUND }, () => randomUUID());
  const started = performance.now();
  await byClients(kind === 'embedded' ? 1 : CLIENTS, ids, (id) =>
    raw
      .transaction()
      .execute((transaction) => transaction.insertInto('bench_commit').values({ id, at: now }).execute()),
  );
  return COMMITS_A_ROUND / seconds(started);
}

async function bookingRound(bench: Bench) {
  const practices = Array.from({ length: PAIRS_A_ROUND / SLOTS_A_PRACTICE }, newPractice);
  const slots = practices.flatMap((practice) => slotsOf(practice, SLOTS_A_PRACTICE, bench));
  // One after the other at a practice would be a queue that no evening has.
  const wishes = await Promise.all(shuffled(slots).map((slot) => wish(slot, bench)));
  const holdMs: number[] = [];
  const confirmMs: number[] = [];
  const started = performance.now();
  const startedCpu = process.cpuUsage();
  await byClients(CLIENTS, wishes, async ({ input, caller }) => {
    const holding = performance.now();
    const held = await holdSlot(input, caller, bench.deps);
    holdMs.push(performance.now() - holding);
    if (held.kind !== 'held') throw new Error(`A hold was answered with ${held.kind}.`);
    const confirming = performance.now();
    const kind = await confirmed(held.hold.id, caller, bench);
    confirmMs.push(performance.now() - confirming);
    if (kind !== 'CONFIRMED') throw new Error(`A confirmation was answered with ${kind}.`);
  });
  const { user, system } = process.cpuUsage(startedCpu);
  return {
    pairsPerSecond: PAIRS_A_ROUND / seconds(started),
    cpuMsPerBooking: (user + system) / 1000 / PAIRS_A_ROUND,
    holdMs,
    confirmMs,
  };
}

async function race(bench: Bench): Promise<Row['race']> {
  const practices = Array.from({ length: RACED_SLOTS / SLOTS_A_PRACTICE }, newPractice);
  const slots = practices.flatMap((practice) => slotsOf(practice, SLOTS_A_PRACTICE, bench));
  const wishes = await Promise.all(
    Array.from({ length: RACERS / RACED_SLOTS }, () => slots)
      .flat()
      .map((slot) => wish(slot, bench)),
  );
  const results = await Promise.all(
    wishes.map(async ({ input, caller }) => {
      const held = await holdSlot(input, caller, bench.deps);
      return held.kind === 'held' ? confirmed(held.hold.id, caller, bench) : held.kind;
    }),
  );
  const booked = slots.map(({ id }) => bench.supplier.booked().get(id) ?? 0);
  return {
    racers: RACERS,
    slots: RACED_SLOTS,
    confirmed: results.filter((one) => one === 'CONFIRMED').length,
    bookedTwice: booked.filter((times) => times > 1).length,
  };
}

async function confirmed(holdId: string, caller: PatientCaller, { deps }: Bench): Promise<string> {
  const answer = await confirmBooking(
    {
      holdId,
      contactPhone: undefined,
      reason: undefined,
      idempotencyKey: randomUUID(),
      requestId: randomUUID(),
    },
    caller,
    deps,
  );
  return answer.kind === 'booking' ? answer.booking.state : answer.kind;
}

let serial = 0;

function newPractice(): OdsCode {
  return OdsCode.parse(`B${10_000 + ++serial}`);
}

function slotsOf(practice: OdsCode, count: number, { supplier }: Bench): Slot[] {
  return supplier.release(practice, new Date(Date.now() + 2 * HOUR), count);
}

async function wish(slot: Slot, { deps, supplier, kept }: Bench): Promise<Wish> {
  const { mother, son } = demoFamily(slot.practice, ++serial * 3, new Date());
  const id = createHash('sha256').update(`${mother.id} ${serial}`).digest('base64url');
  const expiresAt = new Date(Date.now() + HOUR);
  const { digest } = await kept.keep(son.birthDate);
  const offer: Offer = {
    callerId: id,
    assessmentDigest: digest,
    supplier: supplier.manifest.id,
    slot,
    relation: 'OTHER',
    dispositionId: 'gp-6h',
    ageInMonths: ageInMonths(son.birthDate, londonDate(new Date())),
    modes: ['IN_PERSON'],
    deadline: null,
    about: null,
    elsewhereReason: null,
    ownPractice: null,
    seat: 0,
    keeping: [],
    policy: OPEN,
    expiresAt,
  };
  return {
    caller: { kind: 'patient', id, proofing: 'P9', self: mother, actsFor: [son] },
    input: {
      slotId: deps.offers.seal(offer, expiresAt),
      patientId: son.id,
      idempotencyKey: randomUUID(),
      requestId: randomUUID(),
    },
  };
}

/** Every client takes the next as soon as it is done with one. */
async function byClients<T>(
  clients: number,
  work: readonly T[],
  each: (one: T) => Promise<unknown>,
): Promise<void> {
  const queue = work.values();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      for (const one of queue) await each(one);
    }),
  );
}

function shuffled<T>(values: readonly T[]): T[] {
  return values
    .map((value) => ({ value, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);
}

function print({
  cpuMsPerBooking,
  ledger,
  holds,
  ratio,
  pairsPerSecond,
  commitsPerSecond,
  holdMs,
  confirmMs,
  race,
}: Row): void {
  const times = ({ p50, p95, p99 }: Percentiles) => [p50, p95, p99].map((ms) => ms.toFixed(0)).join(' / ');
  console.log(`ledger ${ledger}, holds ${holds}`);
  console.log(
    `  ${pairsPerSecond.toFixed(0)} bookings/s beside ${commitsPerSecond.toFixed(0)} raw commits/s: ${ratio.toFixed(2)} of the two-commit floor (target ${TARGET}); ${cpuMsPerBooking.toFixed(2)} ms of this process's CPU each`,
  );
  console.log(
    `  p50 / p95 / p99 ms with ${CLIENTS} clients: hold ${times(holdMs)}, confirm ${times(confirmMs)}`,
  );
  console.log(
    `  ${race.racers} people, ${race.slots} slots: ${race.confirmed} confirmed, ${race.bookedTwice} slots booked twice`,
  );
}

function percentiles(values: number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

function median(values: number[]): number {
  return percentiles(values).p50;
}

function seconds(started: number): number {
  return (performance.now() - started) / 1000;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
