import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import pino from 'pino';
import type { Slot } from '../../../adapters/gp-system';
import type { OdsCode } from '../../../domain/ods-code';
import {
  newCaller,
  newPractice,
  NOON,
  offer,
  OPEN_BOOK,
  LONG_WAIT_MS,
} from '../../../tests/booking-laboratory';
import { testDatabases } from '../../../tests/databases';
import { eventually } from '../../../domain/eventually';
import { openDatabase, type Database } from '../../../platform/database/database';
import type { Offer } from '../holds/offers';
import { ledger, type Ledger } from './ledger';
import { waitingForLocks, whileHeld } from './ledger-under-test';
import { ledgerMigrations } from '../database/migrations';
import type { NewHold } from './holds';
import type { Booking, Hold } from './records';
import type { LedgerTables, CommandKind } from '../database/tables';

const STARTS_AT = new Date('2027-03-01T18:00:00Z');

/** Calls in one turn of the event loop are written by one transaction. */
describe.each(testDatabases())('written together on $name', ({ name, settings }) => {
  let database: Database<LedgerTables>;
  let books: Ledger;
  const quotas = new Map<string, number>();

  beforeAll(async () => {
    const patient = { ...(await settings()), waitMs: LONG_WAIT_MS };
    database = await openDatabase<LedgerTables>(patient, 'appointments', ledgerMigrations);
    books = ledger(database, pino({ level: 'silent' }), {
      defaultPolicyOf: (practice) => ({
        ...OPEN_BOOK,
        horizonDays: 1_000,
        dailyQuota: quotas.get(practice) ?? null,
      }),
      now: () => NOON,
    });
  });
  afterAll(() => books.close());

  const asked = (operation: CommandKind, callerId: string) => ({
    callerId,
    operation,
    key: randomUUID(),
    fingerprint: 'the same',
  });

  function newHold(slot: Partial<Slot> = {}, values: Partial<Offer> = {}): NewHold {
    const caller = newCaller();
    const whole: Slot = {
      practice: newPractice(),
      id: randomUUID(),
      startsAt: STARTS_AT,
      endsAt: new Date(STARTS_AT.getTime() + 600_000),
      mode: 'IN_PERSON',
      slotType: '111 urgent',
      supplierData: '',
      ...slot,
    };
    return {
      id: randomUUID(),
      callerId: caller.id,
      patientDigest: caller.id,
      patientSealed: 'sealed',
      offer: offer(caller, whole, values),
    };
  }

  const record = (hold: NewHold, request = asked('hold', hold.callerId)) =>
    books.recordHold(hold, 60_000, request);
  const open = (hold: Hold, request = asked('confirm', hold.callerId)) =>
    books.openBooking(hold, 60_000, request);

  async function held(hold = newHold()): Promise<Hold> {
    const recorded = await record(hold);
    if (recorded.kind !== 'recorded') throw new Error('expected a new hold');
    return recorded.hold;
  }

  async function opened(hold: Hold): Promise<Booking> {
    const answer = await open(hold);
    if (answer.kind !== 'opened') throw new Error(`expected a booking, not ${answer.kind}`);
    return answer.booking;
  }

  async function confirmed(booking: Booking): Promise<Booking> {
    const appointment = { id: `appointment of ${booking.id}` };
    const moved = await books.applyTransition(booking, 'ACCEPTED', { appointment, nextCheckMs: null });
    if (moved.kind !== 'moved') throw new Error(`expected it to move, not ${moved.kind}`);
    return moved.booking;
  }

  const many = <Value>(make: () => Value, count = 40) => Array.from({ length: count }, make);

  test('everybody has their own, as if they had been alone', async () => {
    const holds = await Promise.all(many(() => held()));
    const bookings = await Promise.all((await Promise.all(holds.map(opened))).map(confirmed));
    for (const [at, booking] of bookings.entries()) {
      const hold = holds[at]!;
      expect(await books.findHold(hold.id, hold.callerId)).toEqual(hold);
      expect(await books.findBooking(booking.id)).toEqual(booking);
      expect(booking).toMatchObject({
        holdId: hold.id,
        offer: hold.offer,
        state: 'CONFIRMED',
        appointment: { id: `appointment of ${booking.id}` },
      });
      expect(await books.brokenHistory(booking.id)).toBeNull();
    }
    const ids = new Set(bookings.map(({ id }) => id));
    const undelivered = await database.db.selectFrom('outbox').select(['booking_id', 'status']).execute();
    expect(undelivered.filter(({ booking_id }) => ids.has(booking_id))).toHaveLength(holds.length);
  });

  test('one who cannot be written keeps nobody else from it', async () => {
    const taken = newHold();
    const [first, ...others] = await Promise.allSettled(
      [taken, { ...taken }, ...many(newHold)].map((hold) => record(hold)),
    );
    expect([first, others.shift()].map((answer) => answer?.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(others.filter(({ status }) => status !== 'fulfilled')).toEqual([]);
  });

  test('a request that comes twice leads to one hold, and to one booking', async () => {
    const hold = newHold();
    const holding = asked('hold', hold.callerId);
    const [one, two] = await Promise.all([record(hold, holding), record(hold, holding)]);
    expect([one.kind, two.kind].sort()).toEqual(['recorded', 'repeated']);
    const confirming = asked('confirm', hold.callerId);
    const whole = await books.findHold(hold.id, hold.callerId);
    const answers = await Promise.all([open(whole!, confirming), open(whole!, confirming)]);
    const booking = answers.find((answer) => answer.kind === 'opened')?.booking;
    expect(answers).toContainEqual({ kind: 'repeated', resultId: booking?.id });
  });

  test('of several who want one slot one has it, and the others are refused for good', async () => {
    const slot = { practice: newPractice(), id: 'wanted by all' };
    const holds = await Promise.all(many(() => held(newHold(slot)), 5));
    const requests = holds.map((hold) => asked('confirm', hold.callerId));
    const answers = await Promise.all(holds.map((hold, at) => open(hold, requests[at])));
    expect(answers.map(({ kind }) => kind).sort()).toEqual(['opened', ...many(() => 'refused', 4)]);
    for (const [at, answer] of answers.entries())
      expect(await books.earlier(requests[at]!)).toEqual(
        answer.kind === 'opened' ? { kind: 'repeated', resultId: answer.booking.id } : answer,
      );
  });

  test('a person has one booking for one need', async () => {
    const hold = await held();
    const again = await held({ ...newHold(), callerId: hold.callerId, patientDigest: hold.patientDigest });
    const answers = await Promise.all([open(hold), open(again)]);
    const booking = answers.find((answer) => answer.kind === 'opened')?.booking;
    expect(answers).toContainEqual({ kind: 'refused', why: 'ALREADY_BOOKED', bookingId: booking?.id });
  });

  test('who is refused takes no place in the quota from those beside them', async () => {
    const practice = newPractice();
    const busy = await held();
    await opened(busy);
    const holds = [
      await held({ ...newHold({ practice }), patientDigest: busy.patientDigest }),
      await held(newHold({ practice })),
      await held(newHold({ practice })),
    ];
    quotas.set(practice, 1);
    const [first, second, third] = await Promise.all(holds.map((hold) => open(hold)));
    expect(first).toMatchObject({ kind: 'refused', why: 'ALREADY_BOOKED' });
    expect(second).toMatchObject({ kind: 'opened' });
    expect(third).toEqual({ kind: 'refused', why: 'NOT_RELEASED', bookingId: null });
  });

  test('of two changes to one booking one is made', async () => {
    const booking = await opened(await held());
    const moves = await Promise.all([
      books.applyTransition(booking, 'ACCEPTED', { appointment: { id: 'a' }, nextCheckMs: null }),
      books.applyTransition(booking, 'ANSWER_LOST', { nextCheckMs: 0 }),
    ]);
    expect(moves.map(({ kind }) => kind)).toEqual(['moved', 'stale']);
    expect(await books.history(booking.id)).toHaveLength(2);
  });

  test('a change that another booking stands in the way of keeps nobody else from theirs', async () => {
    const slot = { practice: newPractice(), id: 'taken again' };
    const lost = await opened(await held(newHold(slot)));
    const failed = await books.applyTransition(lost, 'REFUSED', { failure: 'SLOT_TAKEN', nextCheckMs: null });
    if (failed.kind !== 'moved') throw new Error('expected it to move');
    const orphan = await books.applyTransition(failed.booking, 'FOUND', { nextCheckMs: 0 });
    if (orphan.kind !== 'moved') throw new Error('expected it to move');
    const others = await Promise.all(many(async () => opened(await held())));
    await opened(await held(newHold(slot)));
    const [adopted, ...moved] = await Promise.all([
      books.applyTransition(orphan.booking, 'ADOPTED', { nextCheckMs: null }),
      ...others.map((booking) =>
        books.applyTransition(booking, 'ACCEPTED', { appointment: { id: 'a' }, nextCheckMs: null }),
      ),
    ]);
    expect(adopted).toEqual({ kind: 'guarded' });
    expect(moved.filter(({ kind }) => kind !== 'moved')).toEqual([]);
  });

  test('an own practice is told of each once, in numbers without gaps', async () => {
    const [ownPractice, another] = [newPractice(), newPractice()];
    const elsewhere = async (own: OdsCode) =>
      opened(await held(newHold({}, { relation: 'OTHER', ownPractice: own })));
    const bookings = await Promise.all([
      ...many(() => elsewhere(ownPractice), 12),
      ...many(() => elsewhere(another), 3),
    ]);
    const notices = async (practice: OdsCode) =>
      database.db
        .selectFrom('practice_notice')
        .select(['sequence', 'kind', 'booking_id'])
        .where('practice', '=', practice)
        .orderBy('sequence')
        .execute();
    const standing = await Promise.all(bookings.map(confirmed));
    const told = await notices(ownPractice);
    expect(told.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 12 }, (_, at) => at + 1));
    expect(new Set(told.map(({ booking_id }) => booking_id)).size).toBe(12);
    expect(await notices(another)).toHaveLength(3);
    await Promise.all(
      standing.map((booking) =>
        books.applyTransition(booking, 'CANCELLED_AT_PRACTICE', { nextCheckMs: null }),
      ),
    );
    const all = await notices(ownPractice);
    expect(all.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 24 }, (_, at) => at + 1));
    expect(all.slice(12).filter(({ kind }) => kind !== 'CANCELLED_ELSEWHERE')).toEqual([]);
  });

  /** In how many transactions PostgreSQL wrote them. */
  async function transactions(ids: readonly string[]): Promise<number[]> {
    const written = (table: 'booking_event' | 'practice_notice') =>
      database.db
        .selectFrom(table)
        .select(sql<string>`xmin::text`.as('by'))
        .where('booking_id', 'in', ids)
        .execute();
    const rows = await Promise.all([written('booking_event'), written('practice_notice')]);
    return rows.map((found) => new Set(found.map(({ by }) => by)).size);
  }

  // On the embedded database all writers wait for each other.
  if (name !== 'PostgreSQL') return;

  test('all bookings are one transaction, and all that was answered, with its notices, is another', async () => {
    const ownPractice = newPractice();
    const holds = await Promise.all(many(() => held(newHold({}, { relation: 'OTHER', ownPractice }))));
    const bookings = await Promise.all(holds.map(opened));
    await Promise.all(bookings.map(confirmed));
    expect(await transactions(bookings.map(({ id }) => id))).toEqual([2, 1]);
  });

  test('who waits for a practice that somebody else holds keeps nobody waiting for long', async () => {
    const practice = newPractice();
    const blocked = await held(newHold({ practice }));
    await opened(blocked);
    const waiting = await held(newHold({ practice }));
    const others = await Promise.all(many(() => held(), 10));
    let isOpened = false;
    const late = await whileHeld(
      database,
      (transaction) =>
        transaction
          .updateTable('practice_release')
          .set({ practice })
          .where('practice', '=', practice)
          .execute(),
      async () => {
        const opening = opened(waiting).then(() => (isOpened = true));
        await Promise.all(others.map(opened));
        await eventually('it still waits', async () => (await waitingForLocks(database)) === 1);
        expect(isOpened).toBe(false);
        return { opening };
      },
    );
    await late.opening;
    expect(isOpened).toBe(true);
  });
});
