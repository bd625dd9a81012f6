import type { Configuration } from './fault-matrix';
import type { ProbeName } from './probes';
import type { SourcePatch } from './source-patches';

/** A mistake put into the product, which the checker has to notice. */
export interface Mutant {
  name: string;
  patches: readonly SourcePatch[];
  /** The course of events that shows it, and where. */
  probe: ProbeName;
  on: Configuration;
}

const BOOKING = 'subgraphs/appointments/booking';
const MIGRATIONS = 'subgraphs/appointments/database/migrations.ts';
const REDIS = 'subgraphs/appointments/holds/redis-holds.ts';
const CONNECTION = 'platform/redis-connection.ts';

const INDEX_DROPPED: SourcePatch = {
  file: MIGRATIONS,
  find: 'create unique index booking_live_slot on booking (supplier, practice, slot_id)\n    where state in ${live}',
  replace:
    'create index booking_live_slot on booking (supplier, practice, slot_id)\n    where state in ${live}',
};

const BOOKS_ONCE = '    outcomeOf(system.book(command, call), supplier, deps.logger),';
const booksAgainWhen = (condition: string): SourcePatch => ({
  file: `${BOOKING}/place-booking.ts`,
  find: BOOKS_ONCE,
  replace: `outcomeOf(system.book(command, call), supplier, deps.logger).then((outcome) =>
      ${condition} ? outcomeOf(system.book(command, call), supplier, deps.logger) : outcome),`,
});

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'the unique index is dropped (SQLite)',
    patches: [INDEX_DROPPED],
    probe: 'two confirm one slot',
    on: 'libsql',
  },
  {
    name: 'the unique index is dropped (PostgreSQL)',
    patches: [INDEX_DROPPED],
    probe: 'two confirm one slot',
    on: 'postgres-redis',
  },
  {
    name: 'the index does not cover UNKNOWN',
    patches: [
      {
        file: MIGRATIONS,
        find: `"('BOOKING','UNKNOWN','CONFIRMED','MANUAL','CANCELLING','CANCEL_UNKNOWN','CANCEL_MANUAL')"`,
        replace: `"('BOOKING','CONFIRMED','MANUAL','CANCELLING','CANCEL_UNKNOWN','CANCEL_MANUAL')"`,
      },
    ],
    probe: 'another confirms while one is in doubt',
    on: 'libsql',
  },
  {
    name: 'acknowledged before the commit',
    patches: [
      {
        file: `${BOOKING}/advance.ts`,
        find: `  const moved = await ledger.applyTransition(booking, event, changes);`,
        replace: `  if (event === 'ACCEPTED') {
    setTimeout(() => void ledger.applyTransition(booking, event, changes), 400);
    return { kind: 'moved', booking: { ...booking, state: 'CONFIRMED' } };
  }
  const moved = await ledger.applyTransition(booking, event, changes);`,
      },
    ],
    probe: 'a slow booking',
    on: 'libsql',
  },
  {
    name: 'the supplier is called before the commit',
    patches: [
      {
        file: `${BOOKING}/confirm-booking.ts`,
        find: `  const opened = earlier ?? (await (lost === null ? open(hold, request, deps) : stop(lost, request, deps)));`,
        replace: `  const lease = 10_000;
  const early = await systemOf(hold, deps.systems).book(
    { attemptId: hold.id, marker: hold.id.slice(0, 17), slot: hold.offer.slot, patient: openPatient(hold, deps),
      actor: { kind: 'PATIENT', id: caller.id } },
    { signal: AbortSignal.timeout(lease), deadline: performance.now() + lease, requestId });
  Object.assign(placing, { early });
  const opened = earlier ?? (await (lost === null ? open(hold, request, deps) : stop(lost, request, deps)));`,
      },
      {
        file: `${BOOKING}/confirm-booking.ts`,
        find: `import { leaseMs, idempotentRequest, type BookingDeps, type RequestSource } from './booking-deps';`,
        replace: `import { leaseMs, openPatient, idempotentRequest, type BookingDeps, type RequestSource } from './booking-deps';`,
      },
      {
        file: `${BOOKING}/place-booking.ts`,
        find: BOOKS_ONCE,
        replace: '    outcomeOf(Promise.resolve(placing.early), supplier, deps.logger),',
      },
    ],
    probe: 'a slow booking',
    on: 'libsql',
  },
  {
    name: 'a 5xx is answered with another try',
    patches: [booksAgainWhen(`outcome.class === 'AMBIGUOUS' && (outcome.error.status ?? 0) >= 500`)],
    probe: 'a server error after the booking',
    on: 'libsql',
  },
  {
    name: 'a 409 on a second sending counts as a refusal',
    patches: [booksAgainWhen(`outcome.class === 'AMBIGUOUS'`)],
    probe: 'an answer that is lost',
    on: 'libsql',
  },
  {
    name: 'a hold is let go without comparing the token',
    patches: [
      {
        file: REDIS,
        find: `if held and cjson.decode(held).token == ARGV[1] then return redis.call('DEL', KEYS[1]) end`,
        replace: `if held then return redis.call('DEL', KEYS[1]) end`,
      },
    ],
    probe: 'letting go of a hold that has run out',
    on: 'libsql-redis',
  },
  {
    name: 'a hold is taken by plain SET NX, and sent again',
    patches: [
      {
        file: REDIS,
        find: `if held and cjson.decode(held).token ~= ARGV[2] then`,
        replace: `if held then`,
      },
      {
        file: CONNECTION,
        find: 'autoResendUnfulfilledCommands: false',
        replace: 'autoResendUnfulfilledCommands: true',
      },
      { file: CONNECTION, find: 'maxRetriesPerRequest: 0', replace: 'maxRetriesPerRequest: 20' },
    ],
    probe: "the hold store's answer is lost",
    on: 'libsql-redis',
  },
  {
    name: 'the idempotency row is deleted on an exception',
    patches: [
      {
        file: `${BOOKING}/confirm-booking.ts`,
        find: `      return placeBooking(opened.booking, placing, caller, deps);`,
        replace: `      try {
        return await placeBooking(opened.booking, placing, caller, deps);
      } catch (error) {
        for (let tries = 0; tries < 20; tries++)
          try { await deps.ledger.forgetRequest(request); break; } catch { /* busy */ }
        throw error;
      }`,
      },
      {
        file: 'subgraphs/appointments/ledger/ledger.ts',
        find: `    close: database.close,`,
        replace: `    close: database.close,
    forgetRequest: ({ callerId, key }: Request) => transactions.write(({ db }) => db.deleteFrom('idempotency')
      .where('caller_id', '=', callerId).where('key', '=', key).execute()),`,
      },
    ],
    probe: 'the ledger fails after the booking',
    on: 'libsql',
  },
  {
    name: 'a read-back that cannot be understood counts as absence',
    patches: [
      {
        file: `${BOOKING}/observe.ts`,
        find: `    return { kind: 'NOT_READABLE', evidence: { asked: 'READ_BACK', answer: failureInWords(error, deps) } };`,
        replace: `    return failureInWords(error, deps) && { kind: 'ABSENT', slot: null };`,
      },
    ],
    probe: 'read-back that cannot be understood',
    on: 'libsql',
  },
  {
    name: "today's offset is used for a slot after the clock change",
    patches: [
      {
        file: 'domain/london-time.ts',
        find: 'inLondon(new Date(hour * HOUR)).offsetNanoseconds',
        replace: 'inLondon(new Date()).offsetNanoseconds',
      },
    ],
    probe: 'the night of the clock change',
    on: 'libsql',
  },
  {
    name: 'a supplier that failed is left out of the reports',
    patches: [
      {
        file: 'subgraphs/appointments/options/supplier-reports.ts',
        find: '  return [...suppliers].map((supplier) =>',
        replace: `  const failed = considered.filter(({ search }) => search?.error).map(({ search }) => search?.supplier);
  return [...suppliers].filter((supplier) => !failed.includes(supplier)).map((supplier) =>`,
      },
    ],
    probe: 'a supplier that is down',
    on: 'libsql',
  },
  {
    name: 'the search asks everybody at once',
    patches: [
      {
        file: 'subgraphs/appointments/options/search-practice.ts',
        find: 'withSlots + beingAsked < Math.max(enough, atOnce)',
        replace: 'beingAsked < candidates.length',
      },
      {
        file: 'subgraphs/appointments/options/search-practice.ts',
        find: 'Array.from({ length: atOnce }, lane)',
        replace: 'Array.from({ length: candidates.length }, lane)',
      },
    ],
    probe: '779 practices, half of them slow',
    on: 'libsql',
  },
];
