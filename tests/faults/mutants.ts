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
  find: 'create unique index booking_live_slot on booking (supplier, practice, slot_id, seat)\n    where state in ${live}',
  replace:
    'create index booking_live_slot on booking (supplier, practice, slot_id, seat)\n    where state in ${live}',
};

const BOOKS_ONCE = '    outcomeOf(system.book(command, call), supplier, deps.logger),';
const booksAgainWhen = (condition: string): SourcePatch => ({
  file: `${BOOKING}/place-booking.ts`,
  find: BOOKS_ONCE,
  replace: `outcomeOf(system.book(command, call), supplier, deps.logger).then((outcome) =>
      ${condition} ? outcomeOf(system.book(command, call), supplier, deps.logger) : outcome),`,
});

const OPENS = `  const opened =
    earlier ?? (await (lost === null ? open(hold, contact, request, deps) : stop(lost, request, deps)));`;

/** Mistakes with bookings, holds and suppliers' answers. */
const BOOKING_MUTANTS: readonly Mutant[] = [
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
        find: `"('BOOKING','UNKNOWN','CONFIRMED','MOVED','MISSING','MANUAL','CANCELLING','CANCEL_UNKNOWN','CANCEL_MANUAL')"`,
        replace: `"('BOOKING','CONFIRMED','MOVED','MISSING','MANUAL','CANCELLING','CANCEL_UNKNOWN','CANCEL_MANUAL')"`,
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
        find: OPENS,
        replace: `  const lease = 10_000;
  const early = await systemOf(hold, deps.systems).book(
    { attemptId: hold.id, marker: hold.id.slice(0, 17), slot: hold.offer.slot, patient: openPatient(hold, deps),
      actor: { kind: 'PATIENT', id: caller.id } },
    { signal: AbortSignal.timeout(lease), deadline: performance.now() + lease, requestId });
  Object.assign(placing, { early });
${OPENS}`,
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

const LAST_LOOK =
  '    findObstacle({ offer, person, caller, patientDigest, besides: [id, replacesId] }, deps),';

/** The same on the smallest configuration, with one patch. */
function mutant(name: string, probe: ProbeName, file: string, find: string, replace: string): Mutant {
  return { name, probe, on: 'libsql', patches: [{ file: `subgraphs/appointments/${file}`, find, replace }] };
}

/** Mistakes with what a booking rests on. */
const CHECK_MUTANTS: readonly Mutant[] = [
  mutant(
    'a booking is sent without another look at what it rests on',
    'checks that change before confirming',
    'booking/place-booking.ts',
    LAST_LOOK,
    '    null,',
  ),
  {
    name: 'the last look is taken before the booking is on disk',
    patches: [
      {
        file: `${BOOKING}/confirm-booking.ts`,
        find: OPENS,
        replace: `  const early = await findObstacle(
    { offer: hold.offer, person, caller, patientDigest: hold.patientDigest, besides: [] }, deps);
  Object.assign(placing, { early });
${OPENS}`,
      },
      {
        file: `${BOOKING}/confirm-booking.ts`,
        find: `import { endOf } from './extend-hold';`,
        replace: `import { endOf } from './extend-hold';\nimport { findObstacle } from './obstacles';`,
      },
      { file: `${BOOKING}/place-booking.ts`, find: LAST_LOOK, replace: '    placing.early,' },
    ],
    probe: 'a check that changes while it is read',
    on: 'libsql',
  },
  mutant(
    'another outcome is as good',
    'checks that change before confirming',
    'booking/obstacles.ts',
    'if (!isSame || !isInTime)',
    'if (!isInTime)',
  ),
  mutant(
    'a complaint that is switched off is judged as before',
    'checks that change before confirming',
    'booking/obstacles.ts',
    `return 'SYMPTOM_CHECK_OFF';`,
    'return null;',
  ),
  mutant(
    'an expired symptom check is as good',
    'checks that change before confirming',
    'booking/obstacles.ts',
    'check === null || check.expiresAt <= now',
    'check === null',
  ),
  mutant(
    "another person's symptom check is as good",
    'checks that change before confirming',
    'booking/obstacles.ts',
    `isPersonChecked(wanted, check) ? null : 'NOT_THE_PERSON_CHECKED'`,
    'null',
  ),
  mutant(
    'a time is held without a look at the symptom check',
    'checks that change before holding',
    'booking/hold-slot.ts',
    '    findObstacle(wanted, deps),',
    '    null,',
  ),
  mutant(
    'a symptom check that cannot be read keeps nobody from a booking',
    'a check that changes and cannot be read',
    'booking/obstacles.ts',
    `    return await lookForObstacle(wanted, deps);
  } catch (error) {
    return notReadable(error, deps);`,
    `    return await lookForObstacle(wanted, deps);
  } catch (error) {
    return null;`,
  ),
];

/** Mistakes with what is shared. */
const SHARE_MUTANTS: readonly Mutant[] = [
  mutant(
    'a time that was changed for another stays held',
    'one time after another for one need',
    'booking/hold-slot.ts',
    'await letGo(holdKey(recorded.replaced.offer), recorded.replaced.id, deps);',
    'await Promise.resolve();',
  ),
  {
    name: 'one need holds several times',
    patches: [
      { file: MIGRATIONS, find: 'create unique index hold_of_need', replace: 'create index hold_of_need' },
      {
        file: 'subgraphs/appointments/ledger/holds.ts',
        find: '    const [ended] = await endHoldsOfNeed(transaction, { assessment_digest: offer.assessmentDigest });',
        replace: '    const ended = undefined;',
      },
    ],
    probe: 'one time after another for one need',
    on: 'libsql',
  },
  mutant(
    'a caller holds as many times as they like',
    'one person takes many times',
    'ledger/holds.ts',
    'const MAX_STANDING = 6;',
    'const MAX_STANDING = 600;',
  ),
  mutant(
    'a caller takes as many times a minute as they like',
    'one person takes many times',
    'ledger/holds.ts',
    'const MAX_A_MINUTE = 12;',
    'const MAX_A_MINUTE = 1_200;',
  ),
  mutant(
    'what is held takes no place of the quota',
    'more people than a quota has places',
    'ledger/check-release-rules.ts',
    'await heldByOthers(transaction, day, offer.assessmentDigest)',
    '[]',
  ),
  mutant(
    'one person is booked at two places at once',
    'two needs at one time',
    'booking/obstacles.ts',
    'others.find((booking) => overlap(booking, offer))',
    'others.find(() => false)',
  ),
];

const NOTICES = 'ledger/practice-notices.ts';

/** Mistakes with what desks do, and who is told of it. */
const DESK_MUTANTS: readonly Mutant[] = [
  mutant(
    'a move at the same time goes unnoticed',
    'a day at the desk',
    'lifecycle/moved-to.ts',
    `const NOTICED = ['mode', 'clinicianName', 'sessionName'] as const;`,
    'const NOTICED = [];',
  ),
  mutant(
    'an appointment that still stands is as it was',
    'a day at the desk',
    'lifecycle/decide.ts',
    `      return moved === null
        ? nothingNew(nextComparison(booking, pace))`,
    `      return booking.state !== 'UNKNOWN'
        ? nothingNew(nextComparison(booking, pace))`,
  ),
  mutant(
    'a time that was filled again proves nothing, for ever',
    'a desk that cancels and refills',
    'lifecycle/decide.ts',
    `(slot === 'TAKEN' || isUntold) && absentReads >= needed.busy`,
    `(slot === 'TAKEN' || isUntold) && absentReads >= needed.busy && booking.state === 'UNKNOWN'`,
  ),
  mutant(
    'standing bookings are compared a hundred times more rarely',
    'a day at the desk',
    'lifecycle/decide.ts',
    'return Math.min(compareEveryMs, untilStartMs - from);',
    'return Math.min(compareEveryMs * 100, untilStartMs - from);',
  ),
  mutant(
    'the front end is told the time that was booked',
    'a day at the desk',
    'ledger/transitions.ts',
    '{ booking: after, before, event, actor: ACTORS[event] }',
    '{ booking: { ...after, offer: booking.offer }, before, event, actor: ACTORS[event] }',
  ),
  mutant(
    'a second move is not told',
    'a desk that moves twice',
    'ledger/events.ts',
    `(status === statusOf(before.state) && event !== 'MOVED_AT_PRACTICE')`,
    'status === statusOf(before.state)',
  ),
  mutant(
    'own practices are not told of moves',
    'a day at the desk',
    NOTICES,
    `  MOVED_BY_PRACTICE: 'MOVED_ELSEWHERE',\n`,
    '',
  ),
  mutant(
    'own practices are not told what the other practice cancels',
    'a day at the desk',
    NOTICES,
    `  CANCELLED_BY_PRACTICE: 'CANCELLED_ELSEWHERE',\n`,
    '',
  ),
  mutant(
    'own practices are told the time that was booked',
    'a day at the desk',
    'ledger/transitions.ts',
    'await noticeOwnPractice(transaction, { ...booking, offer: after.offer }, { event, state });',
    'await noticeOwnPractice(transaction, booking, { event, state });',
  ),
];

export const MUTANTS: readonly Mutant[] = [
  ...BOOKING_MUTANTS,
  ...CHECK_MUTANTS,
  ...SHARE_MUTANTS,
  ...DESK_MUTANTS,
];
