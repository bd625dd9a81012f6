import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import pino from 'pino';
import type { Slot } from '../../../adapters/gp-system';
import { OdsCode } from '../../../domain/ods-code';
import {
  newCaller,
  newPractice,
  NOON,
  offer,
  OPEN_BOOK,
  LONG_WAIT_MS,
  SUPPLIER,
} from '../../../tests/booking-laboratory';
import { testDatabases } from '../../../tests/databases';
import { eventually } from '../../../domain/eventually';
import { testClock } from '../../../tests/test-clock';
import { openDatabase, type Database, type DatabaseSettings } from '../../../platform/database/database';
import {
  BOOKING_STATES,
  LIVE_STATES,
  COMPARED_STATES,
  UNSETTLED_STATES,
  type BookingState,
} from '../lifecycle/states';
import type { Offer } from '../holds/offers';
import { ledger, type Ledger } from './ledger';
import { waitingForLocks, whileHeld } from './ledger-under-test';
import type { NewHold } from './holds';
import type { CreatedBooking } from './create-booking';
import type { Booking, Hold } from './records';
import { ledgerMigrations } from '../database/migrations';
import type { LedgerTables, CommandKind, StoredRefusal } from '../database/tables';

const logger = pino({ level: 'silent' });

describe.each(testDatabases())('the ledger on $name', ({ name, settings }) => {
  let where: DatabaseSettings;
  let database: Database<LedgerTables>;
  let books: Ledger;
  /** Another connection, as another process would have. */
  let elsewhere: Ledger;

  /** Daily quotas of practices; all else is released. */
  const quotas = new Map<string, number>();
  const defaultPolicyOf = (practice: string) => ({
    ...OPEN_BOOK,
    horizonDays: 1_000,
    dailyQuota: quotas.get(practice) ?? null,
  });

  const clock = testClock(NOON);

  beforeAll(async () => {
    where = { ...(await settings()), waitMs: LONG_WAIT_MS };
    database = await openDatabase<LedgerTables>(where, 'appointments', ledgerMigrations);
    const other = await openDatabase<LedgerTables>(where, 'appointments', ledgerMigrations);
    const terms = { defaultPolicyOf, now: clock.now };
    books = ledger({ ...database, now: clock.sqlNow }, logger, terms);
    elsewhere = ledger({ ...other, now: clock.sqlNow }, logger, terms);
  });
  afterAll(async () => {
    await books.close();
    await elsewhere.close();
  });

  const asked = (operation: CommandKind, callerId: string, values = {}) => ({
    callerId,
    operation,
    key: randomUUID(),
    fingerprint: 'the same',
    ...values,
  });

  function recordHold(values: Partial<Offer>, slot: Slot, on: Ledger, caller = newCaller()) {
    const { id: callerId } = caller;
    const offered = offer(caller, slot, values);
    const hold = {
      id: randomUUID(),
      callerId,
      patientDigest: callerId,
      patientSealed: 'sealed',
      offer: offered,
    };
    return on.recordHold(hold, 60_000, asked('hold', callerId));
  }

  async function hold(values: Partial<Offer> = {}, slot: Slot = newSlot()): Promise<Hold> {
    const recorded = await recordHold(values, slot, books);
    if (recorded.kind !== 'recorded') throw new Error('expected a new hold');
    return recorded.hold;
  }

  const open = (held: Hold, on: Ledger = books) =>
    on.openBooking(held, 60_000, asked('confirm', held.callerId));

  async function opened(held?: Hold) {
    const answer = await open(held ?? (await hold()));
    if (answer.kind !== 'opened') throw new Error(`expected a booking, not ${answer.kind}`);
    return answer.booking;
  }

  async function moved(...event: Parameters<Ledger['applyTransition']>): Promise<Booking> {
    const answer = await books.applyTransition(...event);
    if (answer.kind !== 'moved') throw new Error(`expected it to move, not ${answer.kind}`);
    return answer.booking;
  }

  const confirmed = (booking: Booking, nextCheckMs: number | null = null) =>
    moved(booking, 'ACCEPTED', { appointment: { id: 'a' }, nextCheckMs });

  test('gives back what was put down', async () => {
    const held = await hold();
    expect(await books.findHold(held.id, held.callerId)).toEqual(held);
    const booking = await opened(held);
    expect(await elsewhere.findBooking(booking.id)).toEqual(booking);
    expect(booking.offer).toEqual(held.offer);
  });

  test('shows nobody what is another caller’s', async () => {
    const held = await hold();
    expect(await books.findHold(held.id, 'somebody else')).toBeNull();
  });

  test('lets one live booking stand on a slot, over two connections and ten at once', async () => {
    const slot = newSlot();
    const holds = await Promise.all(Array.from({ length: 10 }, () => hold({}, slot)));
    const answers = await Promise.all(
      holds.map((held, index) => open(held, index % 2 === 0 ? books : elsewhere)),
    );
    expect(answers.map(outcomeText).sort()).toEqual(['opened', ...refusedTimes(9, 'SLOT_TAKEN')]);
  });

  test('frees the slot when the booking has failed', async () => {
    const slot = newSlot();
    const first = await opened(await hold({}, slot));
    await moved(first, 'REFUSED', { failure: 'SLOT_TAKEN', nextCheckMs: null });
    expect((await open(await hold({}, slot))).kind).toBe('opened');
  });

  test('keeps a practice’s daily quota, over two connections and ten at once', async () => {
    const practice = newPractice();
    const startsAt = new Date('2027-03-01T18:00:00Z');
    const holds = await Promise.all(
      Array.from({ length: 10 }, () => hold({}, newSlot({ practice, startsAt }))),
    );
    // Set since they were held: what counts is what is booked.
    quotas.set(practice, 2);
    const answers = await Promise.all(
      holds.map((held, index) => open(held, index % 2 === 0 ? books : elsewhere)),
    );
    expect(answers.map(outcomeText).sort()).toEqual(['opened', 'opened', ...refusedTimes(8, 'NOT_RELEASED')]);
  });

  test('keeps the quota for those who hold, over two connections and ten at once', async () => {
    const practice = newPractice();
    quotas.set(practice, 2);
    const startsAt = new Date('2027-03-01T18:00:00Z');
    const recorded = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        recordHold({}, newSlot({ practice, startsAt }), index % 2 === 0 ? books : elsewhere),
      ),
    );
    const refused = recorded.filter(({ kind }) => kind === 'refused');
    expect(refused).toHaveLength(8);
    const held = recorded.flatMap((one) => (one.kind === 'recorded' ? [one.hold] : []));
    expect((await Promise.all(held.map((one) => open(one)))).map(({ kind }) => kind)).toEqual([
      'opened',
      'opened',
    ]);
  });

  test('counts what others hold for a hold that has run out by the database’s clock, however slow this process’s is', async () => {
    const practice = newPractice();
    quotas.set(practice, 1);
    const slotAt = (time: string) => newSlot({ practice, startsAt: new Date(`2027-03-01T${time}:00Z`) });
    const first = await hold({}, slotAt('09:00'));
    clock.advance(61_000);
    const second = await hold({}, slotAt('10:00'));
    const slow = { defaultPolicyOf, now: () => new Date(clock.now().getTime() - 120_000) };
    const answer = await open(first, ledger({ ...database, now: clock.sqlNow }, logger, slow));
    expect(outcomeText(answer)).toBe('refused: NOT_RELEASED');
    expect((await open(second)).kind).toBe('opened');
  });

  test('keeps one time for one need, over two connections and ten at once', async () => {
    const caller = newCaller();
    const need = { assessmentDigest: randomUUID() };
    const recorded = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        recordHold(need, newSlot(), index % 2 === 0 ? books : elsewhere, caller),
      ),
    );
    const held = recorded.flatMap((one) => (one.kind === 'recorded' ? [one.hold] : []));
    const standing = await Promise.all(held.map(({ id }) => books.findHold(id, caller.id)));
    expect(standing.filter((one) => one?.released === false)).toHaveLength(1);
  });

  test('keeps no more than a few times for one caller, nor many in a minute', async () => {
    const caller = newCaller();
    const kinds = [];
    for (let number = 0; number < 8; number++)
      kinds.push((await recordHold({}, newSlot(), books, caller)).kind);
    expect(kinds).toEqual([...Array<string>(6).fill('recorded'), 'too-many', 'too-many']);
    const busy = newCaller();
    const again = [];
    for (let number = 0; number < 14; number++) {
      const one = await recordHold({}, newSlot(), books, busy);
      again.push(one.kind);
      if (one.kind === 'recorded') await books.endHold(one.hold.id);
    }
    expect(again).toEqual([...Array<string>(12).fill('recorded'), 'too-many', 'too-many']);
  });

  test('lets no second booking be for a person while one is in doubt', async () => {
    const first = await hold();
    const booking = await opened(first);
    const second = { ...(await hold()), callerId: first.callerId, patientDigest: first.patientDigest };
    expect(await open(second)).toEqual({ kind: 'refused', why: 'ALREADY_BOOKED', bookingId: booking.id });
    await moved(booking, 'ACCEPTED', { appointment: { id: 'a' }, nextCheckMs: null });
    expect((await open(second)).kind).toBe('opened');
  });

  test('a refused request stays refused, also when the slot has become free', async () => {
    const slot = newSlot();
    const first = await opened(await hold({}, slot));
    const second = await hold({}, slot);
    const request = asked('confirm', second.callerId);
    const refusal = { kind: 'refused', why: 'SLOT_TAKEN', bookingId: null };
    expect(await books.openBooking(second, 60_000, request)).toEqual(refusal);
    await moved(first, 'REFUSED', { failure: 'SLOT_TAKEN', nextCheckMs: null });
    expect(await elsewhere.openBooking(second, 60_000, request)).toEqual(refusal);
    expect(await elsewhere.earlier(request)).toEqual(refusal);
    expect((await open(second)).kind).toBe('opened');
  });

  test('what is refused too late is not refused: the repetition that was booked is the answer', async () => {
    const held = await hold();
    const request = asked('confirm', held.callerId);
    const booking = await books.openBooking(held, 60_000, request);
    if (booking.kind !== 'opened') throw new Error('expected a booking');
    const repeated = { kind: 'repeated', resultId: booking.booking.id };
    expect(await elsewhere.refuse(request, 'HOLD_EXPIRED')).toEqual(repeated);
  });

  test('a request sent again leads to what it led to, other content under its key to nothing', async () => {
    const held = await hold();
    const request = asked('confirm', held.callerId);
    const first = await books.openBooking(held, 60_000, request);
    if (first.kind !== 'opened') throw new Error('expected a booking');
    expect(await elsewhere.openBooking(held, 60_000, request)).toEqual({
      kind: 'repeated',
      resultId: first.booking.id,
    });
    const changed = { ...request, fingerprint: 'another' };
    expect(await books.openBooking(held, 60_000, changed)).toEqual({ kind: 'key-reused' });
  });

  test('applies one of two changes to the same version', async () => {
    const booking = await opened();
    const [one, two] = await Promise.all([
      books.applyTransition(booking, 'ACCEPTED', { appointment: { id: 'a' }, nextCheckMs: null }),
      elsewhere.applyTransition(booking, 'ANSWER_LOST', { nextCheckMs: null }),
    ]);
    expect([one.kind, two.kind].sort()).toEqual(['moved', 'stale']);
  });

  test('keeps an event for every change, in order', async () => {
    const booking = await opened();
    const unknown = await moved(booking, 'ANSWER_LOST', { nextCheckMs: null });
    await moved(unknown, 'FOUND', {
      appointment: { id: 'a', version: '2' },
      nextCheckMs: null,
    });
    const history = await books.history(booking.id);
    expect(history.map(({ state, actor }) => `${state} by ${actor}`)).toEqual([
      'BOOKING by PATIENT',
      'UNKNOWN by SYSTEM',
      'CONFIRMED by SYSTEM',
    ]);
    expect((await books.findBooking(booking.id))?.appointment).toEqual({ id: 'a', version: '2' });
  });

  test('refuses an event that does not apply', async () => {
    const booking = await opened();
    expect(await books.applyTransition(booking, 'CANCEL_ACCEPTED', { nextCheckMs: null })).toEqual({
      kind: 'refused',
    });
    expect(await books.history(booking.id)).toHaveLength(1);
  });

  test('gives what is due to one asker alone', async () => {
    // What other tests have left.
    await books.claimUnsettled(1_000, 60_000);
    const bookings = await Promise.all(Array.from({ length: 6 }, () => opened()));
    for (const booking of bookings) await moved(booking, 'ANSWER_LOST', { nextCheckMs: -1 });
    const claimed = await Promise.all([
      books.claimUnsettled(100, 60_000),
      elsewhere.claimUnsettled(100, 60_000),
    ]);
    const ids = claimed.flat().map(({ id }) => id);
    expect(ids.length).toBe(new Set(ids).size);
    expect(new Set(ids)).toEqual(new Set(bookings.map(({ id }) => id)));
    expect(await books.claimUnsettled(100, 60_000)).toEqual([]);
  });

  test('gives what stands to the comparison with its supplier, and to nobody else', async () => {
    const booking = await confirmed(await opened(), -1);
    expect(await books.claimForComparison('another', 100, 60_000)).toEqual([]);
    const ids = (await books.claimForComparison(SUPPLIER, 100, 60_000)).map(({ id }) => id);
    expect(ids).toContain(booking.id);
    expect((await books.claimUnsettled(100, 60_000)).map(({ id }) => id)).not.toContain(booking.id);
    expect((await elsewhere.claimForComparison(SUPPLIER, 100, 60_000)).map(({ id }) => id)).not.toContain(
      booking.id,
    );
  });

  test('one booking that cannot be read keeps no other from being looked into', async () => {
    const [bad, good] = [await opened(), await opened()];
    for (const booking of [bad, good])
      await books.scheduleReadBack(booking, { absentReads: 0, failedReads: 0, nextCheckMs: -1 });
    await database.db.updateTable('hold').set({ offer_json: '{}' }).where('id', '=', bad.holdId).execute();
    const claimed = (await books.claimUnsettled(100, 60_000)).map(({ id }) => id);
    expect(claimed).toContain(good.id);
    expect(claimed).not.toContain(bad.id);
    expect((await books.unsettled(1_000)).map(({ id }) => id)).toContain(good.id);
  });

  /** A booking that stands, and what is to take its place. */
  async function replacing(): Promise<{ old: Booking; replacement: Booking }> {
    const old = await confirmed(await opened());
    const hold = { ...old, id: randomUUID(), offer: { ...old.offer, slot: newSlot() } };
    const opening = await books.openReplacement(hold, 60_000, asked('reschedule', old.callerId), old);
    if (opening.kind !== 'opened') throw new Error(`expected a replacement, not ${opening.kind}`);
    return { old, replacement: opening.booking };
  }
  const confirm = (replacement: Booking) =>
    books.applyTransition(replacement, 'ACCEPTED', { nextCheckMs: null });
  const lose = (old: Booking) =>
    elsewhere.applyTransition(old, 'CANCELLED_AT_PRACTICE', { nextCheckMs: null });

  test('confirming what replaces a booking and losing that booking both come about', async () => {
    const one = await replacing();
    const [confirming] = await Promise.all([confirm(one.replacement), lose(one.old)]);
    expect(confirming.kind).toBe('moved');
    const two = await replacing();
    const [, confirmingLater] = await Promise.all([lose(two.old), confirm(two.replacement)]);
    expect(confirmingLater.kind).toBe('moved');
  });

  // On the embedded database all writers wait for each other.
  if (name === 'PostgreSQL')
    test.each([
      { first: 'confirming', lost: 'stale' },
      { first: 'losing', lost: 'moved' },
    ])(
      'confirming what replaces a booking and losing it do not wait for each other, $first first',
      async ({ first, lost }) => {
        const { old, replacement } = await replacing();
        const waiting = (count: number) =>
          eventually(
            `${count} wait for the old booking`,
            async () => (await waitingForLocks(database)) === count,
          );
        const [earlier, later] = await whileHeld(
          database,
          // Locked, not updated: those who wait for the row then have it in the order of their coming.
          (transaction) =>
            transaction.selectFrom('booking').select('id').where('id', '=', old.id).forUpdate().execute(),
          async () => {
            const one = first === 'confirming' ? confirm(replacement) : lose(old);
            await waiting(1);
            const other = first === 'confirming' ? lose(old) : confirm(replacement);
            await waiting(2);
            // What replaces is not locked before what is replaced: else losing would wait for it, and it for losing.
            const free = sql`select id from booking where id = ${replacement.id} for update nowait`;
            expect((await free.execute(database.db)).rows).toHaveLength(1);
            return [one, other];
          },
        );
        const [confirming, losing] =
          first === 'confirming' ? [await earlier, await later] : [await later, await earlier];
        expect([confirming.kind, losing.kind]).toEqual(['moved', lost]);
      },
    );

  describe('a replacement', () => {
    const replace = (old: Booking, slot: Slot = newSlot(), values: Partial<NewHold> = {}) =>
      books.openReplacement(
        {
          id: randomUUID(),
          callerId: old.callerId,
          patientDigest: old.patientDigest,
          patientSealed: 'sealed',
          offer: { ...old.offer, slot },
          ...values,
        },
        60_000,
        asked('reschedule', old.callerId),
        old,
      );

    async function replacement(old: Booking): Promise<Booking> {
      const answer = await replace(old);
      if (answer.kind !== 'opened') throw new Error(`expected a replacement, not ${answer.kind}`);
      return answer.booking;
    }

    test('stands beside the old one, once', async () => {
      const old = await confirmed(await opened());
      const first = await replacement(old);
      expect(first.replacesId).toBe(old.id);
      expect(await replace(old)).toMatchObject({ why: 'ALREADY_BOOKED' });
      expect((await books.findBooking(old.id))?.state).toBe('CONFIRMED');
    });

    test('does not fit on a slot that is taken', async () => {
      const old = await confirmed(await opened());
      const other = await opened();
      expect(await replace(old, other.offer.slot)).toMatchObject({ why: 'SLOT_TAKEN' });
    });

    test('gives the old one back in the transaction that confirms it, and then stands alone', async () => {
      const old = await confirmed(await opened());
      const booking = await confirmed(await replacement(old));
      const leaving = await elsewhere.findBooking(old.id);
      expect(leaving).toMatchObject({ state: 'CANCELLING', replacedBy: booking.id });
      await moved(leaving!, 'CANCEL_ACCEPTED', { nextCheckMs: null });
      const next = await replacement(booking);
      expect(next.replacesId).toBe(booking.id);
    });

    test('that fails leaves the old one standing', async () => {
      const old = await confirmed(await opened());
      const booking = await replacement(old);
      await moved(booking, 'REFUSED', { failure: 'SLOT_TAKEN', nextCheckMs: null });
      expect((await books.findBooking(old.id))?.state).toBe('CONFIRMED');
      expect((await replace(old)).kind).toBe('opened');
    });

    test('on the same day does not count twice against the quota', async () => {
      const slot = newSlot({ startsAt: new Date('2027-07-01T10:00:00Z') });
      quotas.set(slot.practice, 1);
      const old = await confirmed(await opened(await hold({}, slot)));
      const later = newSlot({ practice: slot.practice, startsAt: new Date('2027-07-01T11:00:00Z') });
      expect(await recordHold({}, later, books)).toMatchObject({ kind: 'refused', why: 'NOT_RELEASED' });
      expect((await replace(old, later)).kind).toBe('opened');
    });

    test('takes no place of the quota that somebody else holds', async () => {
      const old = await confirmed(await opened());
      const held = newSlot({ startsAt: new Date('2027-07-02T10:00:00Z') });
      quotas.set(held.practice, 1);
      await hold({}, held);
      const beside = newSlot({ practice: held.practice, startsAt: new Date('2027-07-02T11:00:00Z') });
      expect(outcomeText(await replace(old, beside))).toBe('refused: NOT_RELEASED');
    });
  });

  test('an orphan is not adopted where another booking stands', async () => {
    const held = await hold();
    const failed = await moved(await opened(held), 'REFUSED', {
      failure: 'NOT_APPLIED',
      nextCheckMs: null,
    });
    const orphan = await moved(failed, 'FOUND', { nextCheckMs: 0 });
    const winner = await opened(await hold({}, held.offer.slot));
    expect(await books.applyTransition(orphan, 'ADOPTED', { nextCheckMs: null })).toEqual({
      kind: 'guarded',
    });
    await moved(winner, 'REFUSED', { failure: 'SLOT_TAKEN', nextCheckMs: null });
    expect((await moved(orphan, 'ADOPTED', { nextCheckMs: null })).state).toBe('CONFIRMED');
  });

  test('chains the events, so that a change of history shows', async () => {
    const booking = await confirmed(await opened());
    await moved(booking, 'CANCEL_ASKED', { nextCheckMs: 0 });
    expect(await books.brokenHistory(booking.id)).toBeNull();
    await database.db
      .updateTable('booking_event')
      .set({ actor: 'SYSTEM' })
      .where('booking_id', '=', booking.id)
      .where('version', '=', 2)
      .execute();
    expect(await books.brokenHistory(booking.id)).toBe(2);
    await database.db
      .deleteFrom('booking_event')
      .where('booking_id', '=', booking.id)
      .where('version', '=', 2)
      .execute();
    expect(await books.brokenHistory(booking.id)).toBe(3);
  });

  test('tells the front end of every change that the person sees, and of no other', async () => {
    const booking = await opened();
    const unknown = await moved(booking, 'ANSWER_LOST', { nextCheckMs: 0 });
    const found = await moved(unknown, 'FOUND', { nextCheckMs: 0 });
    await moved(found, 'CANCEL_ASKED', { nextCheckMs: 0 });
    const told = await database.db
      .selectFrom('outbox')
      .select(['version', 'status'])
      .where('booking_id', '=', booking.id)
      .orderBy('version')
      .execute();
    expect(told).toEqual([
      { version: 3, status: 'CONFIRMED' },
      { version: 4, status: 'CANCELLING' },
    ]);
  });

  test('keeps what was tried, for whoever has to decide', async () => {
    const booking = await opened();
    const evidence = { asked: 'BOOK', answer: 'AMBIGUOUS TIMED_OUT' } as const;
    const unknown = await moved(booking, 'ANSWER_LOST', { nextCheckMs: 0, evidence });
    clock.advance(1);
    await books.scheduleReadBack(unknown, {
      absentReads: 1,
      failedReads: 0,
      evidence: { asked: 'READ_BACK', answer: 'ABSENT' },
      nextCheckMs: 1_000,
    });
    expect((await books.evidence(booking.id, 10)).map(({ answer }) => answer)).toEqual([
      'AMBIGUOUS TIMED_OUT',
      'ABSENT',
    ]);
    expect((await books.unsettled(1_000)).map(({ id }) => id)).toContain(booking.id);
    expect((await books.health()).unsettled).toBeGreaterThan(0);
  });

  test('counts other practices’ patients by practice and London day', async () => {
    const practice = newPractice();
    const slot = newSlot({ practice, startsAt: new Date('2027-07-01T23:30:00Z') });
    await opened(await hold({}, slot));
    await opened(await hold({ relation: 'OWN' }, newSlot({ practice, startsAt: slot.startsAt })));
    const live = await books.liveBeside([slot, { ...slot, practice: OdsCode.parse('X99') }]);
    expect(live.others(practice, '2027-07-02')).toEqual([slot.startsAt]);
    expect(live.others(practice, '2027-07-01')).toEqual([]);
    expect(live.slots.size).toBe(2);
  });

  test('pages through a caller’s bookings without loss or repeat', async () => {
    const held = await hold();
    const { patientDigest } = held;
    const all: string[] = [];
    for (let number = 0; number < 5; number++) {
      const mine = { ...(await hold()), patientDigest };
      const booking = await opened(mine);
      await moved(booking, 'ACCEPTED', { appointment: { id: booking.id }, nextCheckMs: null });
      all.push(booking.id);
    }
    const first = await books.bookingsOf([patientDigest], 3, null);
    const last = first.at(-1)!;
    const rest = await books.bookingsOf([patientDigest], 10, {
      startsAt: last.offer.slot.startsAt.getTime(),
      id: last.id,
    });
    expect([...first, ...rest].map(({ id }) => id).sort()).toEqual(all.sort());
  });

  test.each<[string, readonly BookingState[]]>([
    ['booking_live_slot', LIVE_STATES],
    ['booking_live_need', LIVE_STATES],
    ['booking_unsettled', UNSETTLED_STATES],
    ['booking_swept', COMPARED_STATES],
  ])('the index %s covers exactly the states that it is for', async (name, states) => {
    const definition =
      database.kind === 'embedded'
        ? sql<{ text: string }>`select sql as text from sqlite_master where name = ${name}`
        : sql<{ text: string }>`select indexdef as text from pg_indexes where indexname = ${name}`;
    const [index] = (await definition.execute(database.db)).rows;
    const covered = BOOKING_STATES.filter((state) => index?.text.includes(`'${state}'`));
    expect(new Set(covered)).toEqual(new Set(states));
  });

  test('brought up to date twice stays as it is', async () => {
    const again = await openDatabase<LedgerTables>(where, 'appointments', ledgerMigrations);
    await again.close();
    expect((await opened()).state).toBe('BOOKING');
  });
});

function outcomeText(answer: CreatedBooking): string {
  return answer.kind === 'refused' ? `refused: ${answer.why}` : answer.kind;
}

function refusedTimes(count: number, why: StoredRefusal): string[] {
  return Array.from({ length: count }, () => `refused: ${why}`);
}

function newSlot(values: Partial<Slot> = {}): Slot {
  const startsAt = values.startsAt ?? new Date(NOON.getTime() + 3_600_000);
  return {
    practice: newPractice(),
    id: randomUUID(),
    startsAt,
    endsAt: new Date(startsAt.getTime() + 600_000),
    mode: 'IN_PERSON',
    slotType: '111 urgent',
    supplierData: '',
    ...values,
  };
}
