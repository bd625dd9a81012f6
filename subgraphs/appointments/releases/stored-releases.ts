import { sql } from 'kysely';
import { OdsCode } from '../../../domain/ods-code';
import { changedPolicy, type ReleaseChange } from '../../../domain/release-change';
import type {
  BookedSlot,
  ReleaseAction,
  ReleaseApplied,
  ReleaseLedger,
  ReleaseNote,
  ReleaseOutcome,
} from '../../../domain/release-ledger';
import { isClosedTo, type ReleasePolicy } from '../../../domain/release-policy';
import { machineTimers, pause, type Timers } from '../../../domain/timers';
import { readSession, rowStatement } from '../../../platform/database/row-statement';
import { sharedTransactions } from '../../../platform/database/shared-transactions';
import { LIVE_STATES } from '../lifecycle/states';
import { oneOf } from '../database/states-in-sql';
import type { ForLedgerRow, LedgerDatabase, LedgerTransaction } from '../database/ledger-database';
import { appendReleaseEvent, firstBrokenEvent, releaseEventOf } from './release-history';
import { inForce, lockPolicy, type DefaultPolicyOf } from './stored-policy';

/** Time that a change waits for bookings that were being sent when it was made; suppliers declare less. */
const WAIT_FOR_SENT_MS = 15_000;
const LOOK_EVERY_MS = 20;

const selectPolicy = rowStatement(
  { table: 'practice_release', by: ['practice'], kind: 'lookup' },
  ({ db, input }: ForLedgerRow<{ practice: string }>) =>
    db
      .selectFrom(input)
      .crossJoin('practice_release')
      .whereRef('practice_release.practice', '=', 'input.practice')
      .selectAll('practice_release'),
);

/** Release rules in the database that bookings are in. */
export function releaseLedger(
  database: LedgerDatabase,
  defaultOf: DefaultPolicyOf,
  timers: Timers = machineTimers,
): ReleaseLedger {
  const { db, now } = database;
  const reader = readSession(database);
  const { write } = sharedTransactions(database);

  return {
    async policy(practice) {
      const [row] = await selectPolicy(reader, { practice });
      return row === undefined ? { ...defaultOf(practice), updatedAt: null } : inForce(row, defaultOf);
    },

    async change(practice, change, note) {
      const applied = await write((transaction) =>
        applyChange({ transaction, practice, defaultOf, now }, change, note),
      );
      if (applied.kind === 'applied' && mayTighten(change)) await untilSent(db, practice, timers);
      return applied;
    },

    async refused(practice: OdsCode, action: ReleaseAction, note: ReleaseNote) {
      await write(async (transaction) => {
        await lockPolicy(transaction, practice, defaultOf);
        const at = new Date(await clock(transaction, now));
        const event = { ...note, at, action, outcome: 'REFUSED', before: null, after: null } as const;
        await appendReleaseEvent(transaction.db, practice, event);
      });
    },

    ...releaseQueries(db, defaultOf),
  };
}

function mayTighten({ kind }: ReleaseChange): boolean {
  return kind !== 'REOPEN';
}

/** A practice whose rules change, in the transaction that changes them. */
interface RulesOf {
  transaction: LedgerTransaction;
  practice: OdsCode;
  defaultOf: DefaultPolicyOf;
  now: LedgerDatabase['now'];
}

async function applyChange(
  { transaction, practice, defaultOf, now }: RulesOf,
  change: ReleaseChange,
  note: ReleaseNote,
): Promise<ReleaseApplied> {
  const { updatedAt, ...before } = await lockPolicy(transaction, practice, defaultOf);
  const at = await clock(transaction, now);
  if (change.kind === 'CLOSE' && change.during !== undefined) {
    const { from, until, acceptedBookings } = change.during;
    const bookings = await bookedAt(transaction.db, practice, { from, to: until });
    const concerned = bookings.filter(({ relation }) => isClosedTo(change.to, relation));
    if (concerned.length !== acceptedBookings) return { kind: 'unconfirmed', bookings: concerned };
  }
  const changed = changedPolicy(before, change, new Date(at));
  const noted = (outcome: ReleaseOutcome, after: ReleasePolicy | null) =>
    appendReleaseEvent(transaction.db, practice, {
      ...note,
      at: new Date(at),
      action: change.kind,
      outcome,
      before: after && before,
      after,
    });
  switch (changed.kind) {
    case 'stale':
      await noted('STALE', null);
      return { kind: 'stale', current: { ...before, updatedAt } };
    case 'unchanged':
      await noted('UNCHANGED', null);
      return { kind: 'applied', policy: { ...before, updatedAt } };
    case 'changed':
      await transaction.db
        .updateTable('practice_release')
        .set({ policy_json: JSON.stringify(changed.policy), updated_at: at })
        .where('practice', '=', practice)
        .execute();
      await noted('DONE', changed.policy);
      return { kind: 'applied', policy: { ...changed.policy, updatedAt: new Date(at) } };
  }
}

async function clock(transaction: LedgerTransaction, now: LedgerDatabase['now']): Promise<number> {
  const { rows } = await sql<{ now: number }>`select ${now} as now`.execute(transaction.db);
  return rows[0]?.now ?? Date.now();
}

/** Waits for bookings that are being sent to the supplier: they were opened under the rules before. */
async function untilSent(db: LedgerDatabase['db'], practice: OdsCode, timers: Timers): Promise<void> {
  const until = timers.elapsedMs() + WAIT_FOR_SENT_MS;
  let waiting = await beingSent(db, practice);
  while (waiting.length > 0 && timers.elapsedMs() < until) {
    await pause(timers, LOOK_EVERY_MS);
    waiting = await beingSent(db, practice, waiting);
  }
}

async function beingSent(
  db: LedgerDatabase['db'],
  practice: OdsCode,
  only?: readonly string[],
): Promise<string[]> {
  let query = db
    .selectFrom('booking')
    .select('id')
    .where('practice', '=', practice)
    .where('state', '=', 'BOOKING');
  if (only !== undefined) query = query.where('id', 'in', only);
  return (await query.execute()).map(({ id }) => id);
}

async function bookedAt(
  db: LedgerDatabase['db'],
  practice: OdsCode,
  { from, to }: { from: Date; to: Date },
): Promise<BookedSlot[]> {
  const rows = await db
    .selectFrom('booking')
    .select(['reference', 'starts_at', 'relation'])
    .where('practice', '=', practice)
    .where('starts_at', '>=', from.getTime())
    .where('starts_at', '<', to.getTime())
    .where('state', 'in', oneOf(LIVE_STATES))
    .orderBy('starts_at')
    .orderBy('reference')
    .execute();
  return rows.map(({ reference, starts_at, relation }) => ({
    reference,
    startsAt: new Date(starts_at),
    relation,
  }));
}

function releaseQueries(
  db: LedgerDatabase['db'],
  defaultOf: DefaultPolicyOf,
): Pick<ReleaseLedger, 'history' | 'brokenHistory' | 'openPractices' | 'closedBySystem'> {
  return {
    async history(practice, limit) {
      const rows = await db
        .selectFrom('practice_release_event')
        .selectAll()
        .where('practice', '=', practice)
        .orderBy('sequence', 'desc')
        .limit(limit)
        .execute();
      return rows.map(releaseEventOf);
    },

    async brokenHistory(practice) {
      const rows = await db
        .selectFrom('practice_release_event')
        .selectAll()
        .where('practice', '=', practice)
        .orderBy('sequence')
        .execute();
      return firstBrokenEvent(rows);
    },

    async closedBySystem() {
      const rows = await db
        .selectFrom('practice_release_event')
        .select('practice')
        .distinct()
        .where('actor_kind', '=', 'system')
        .where('action', '=', 'CLOSE')
        .where('outcome', '=', 'DONE')
        .execute();
      return rows.map(({ practice }) => OdsCode.parse(practice));
    },

    async openPractices() {
      const rows = await db
        .selectFrom('practice_release')
        .selectAll()
        .where('policy_json', 'is not', null)
        .execute();
      return rows
        .filter((row) => inForce(row, defaultOf).status === 'OPEN')
        .map(({ practice }) => OdsCode.parse(practice));
    },
  };
}
