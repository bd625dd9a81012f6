import { randomUUID } from 'node:crypto';
import pino from 'pino';
import type { PatientCaller } from '../../domain/caller';
import { findingsReport, isAllFound } from '../../scripts/ops/findings-report';
import { confirmBooking } from '../../subgraphs/appointments/booking/confirm-booking';
import { holdSlot } from '../../subgraphs/appointments/booking/hold-slot';
import { holdKey } from '../../subgraphs/appointments/booking/keep-place';
import { reconciler } from '../../subgraphs/appointments/booking/reconciler';
import { rescheduleBooking } from '../../subgraphs/appointments/booking/reschedule-booking';
import type { Booking } from '../../subgraphs/appointments/ledger/records';
import {
  findBookings,
  positionIn,
  type Findings,
} from '../../subgraphs/appointments/booking/find-lost-bookings';
import { identifiedPatient } from '../../subgraphs/appointments/sealed-patients';
import { findLostOf } from '../../subgraphs/appointments/recovery/lost-bookings';
import {
  bookingLaboratory,
  confirmInput,
  freeSlot,
  freeSlots,
  holdInput,
  newPractice,
  offer,
  standing,
  SUPPLIER,
  type BookingLaboratory,
} from '../booking-laboratory';
import { testDatabases } from '../databases';
import { situations, type Situation } from '../appointments/situations';

/**
 * A ledger that was restored to an earlier moment: bookings made since stand at practices and are not in it. The restore of a
 * whole database is in restore.test.ts; here the rows of one booking are taken out, as it takes them out.
 */
describe.each(testDatabases())('bookings that a restore took out of the ledger on $name', ({ settings }) => {
  let lab: BookingLaboratory;
  let given: ReturnType<typeof situations>;
  beforeAll(async () => {
    lab = await bookingLaboratory(await settings());
    given = situations(lab);
  });
  afterEach(async () => {
    lab.simulators.faults.clear();
    await lab.deps.copies.dropAll();
  });
  afterAll(() => lab.close());

  type Booked = Situation & { booking: Booking };

  /** Takes out all that the ledger knows of it. */
  async function lose({ id, holdId }: Booking): Promise<void> {
    const { db } = lab.database;
    for (const table of ['booking_event', 'booking_evidence', 'outbox', 'practice_notice'] as const)
      await db.deleteFrom(table).where('booking_id', '=', id).execute();
    await db.deleteFrom('idempotency').where('result_id', 'in', [id, holdId]).execute();
    await db.updateTable('booking').set({ replaced_by: null }).where('replaced_by', '=', id).execute();
    await db.deleteFrom('booking').where('id', '=', id).execute();
    await db.deleteFrom('hold').where('id', '=', holdId).execute();
  }

  async function lostBooking(): Promise<Booked> {
    const booked = await given.booked();
    await lose(booked.booking);
    return booked;
  }

  /** Another symptom check, of which nobody can tell that it is the same need: the one before is lost as well. */
  async function askAgain({ caller }: Booked) {
    const slot = await freeSlot(lab);
    return holdSlot(holdInput(offer(caller, slot), caller, lab.deps), caller, lab.deps);
  }

  const bookingsOf = ({ actsFor: [son] }: PatientCaller) =>
    lab.deps.ledger.bookingsOf([lab.deps.patients.digest(identifiedPatient(son!))], 10, null);

  const find = (bounds: Partial<Parameters<typeof findBookings>[1]> = {}): Promise<Findings> =>
    findBookings(lab.deps, { most: 1_000, pauseMs: 0, after: null, ...bounds });
  const stateOf = async ({ id }: Booking) => (await lab.deps.ledger.findBooking(id))?.state;
  const ids = (found: readonly { bookingId: string }[]) => found.map(({ bookingId }) => bookingId);

  test('are shown to a person who books again, who is not booked twice', async () => {
    const booked = await lostBooking();
    const answer = await askAgain(booked);
    expect(answer).toMatchObject({
      kind: 'already-booked',
      booking: { id: booked.booking.id, reference: booked.booking.reference },
    });
    expect(standing(lab, booked.offered.slot.practice)).toBe(1);
  });

  test('are shown to a person who confirms an older hold, and to one who moves another booking', async () => {
    const [older, other] = [await given.booked(), await given.held()];
    const { caller } = older;
    const lostFor = async (mine: typeof caller) => {
      const [slot] = await freeSlots(lab, newPractice(), 1);
      const held = await holdSlot(holdInput(offer(mine, slot!), mine, lab.deps), mine, lab.deps);
      if (held.kind !== 'held') throw new Error(held.kind);
      const placed = await confirmBooking(confirmInput(held.hold.id), mine, lab.deps);
      if (placed.kind !== 'booking') throw new Error(placed.kind);
      await lose(placed.booking);
      return placed.booking;
    };
    const lost = await lostFor(other.caller);
    const confirming = confirmInput(other.holdId);
    const confirm = () => confirmBooking(confirming, other.caller, lab.deps);
    expect(await confirm()).toMatchObject({ kind: 'already-booked', booking: { id: lost.id } });
    // What is not booked is not kept from others, and the same request never books it after all.
    expect(await lab.deps.holds.holders([holdKey(other.offered)])).toEqual(new Map());
    expect((await given.settled(lost)).state).toBe('CONFIRMED');
    expect((await given.cancel({ caller: other.caller, booking: lost })).kind).toBe('booking');
    expect((await confirm()).kind).toBe('hold-expired');
    const moved = await lostFor(caller);
    const [slot] = await freeSlots(lab, newPractice(), 1);
    const wanted = offer(caller, slot!, { assessmentDigest: older.offered.assessmentDigest });
    const asked = {
      bookingId: older.booking.id,
      slotId: lab.deps.offers.seal(wanted, wanted.expiresAt),
      idempotencyKey: randomUUID(),
      requestId: randomUUID(),
    };
    expect(await rescheduleBooking(asked, caller, lab.deps)).toMatchObject({
      kind: 'already-booked',
      booking: { id: moved.id },
    });
  });

  test('are found at the practice, seen by their people, and can be cancelled', async () => {
    const booked = await lostBooking();
    const { caller, booking } = booked;
    const findings = await find();
    expect(ids(findings.adopted)).toEqual([booking.id]);
    expect(findings).toMatchObject({ unsettled: [], left: [] });
    const [seen] = await bookingsOf(caller);
    expect(seen).toMatchObject({
      id: booking.id,
      reference: booking.reference,
      marker: booking.marker,
      state: 'CONFIRMED',
      appointment: { id: booking.appointment?.id },
      // The telephone number and the words, for moving it.
      contactSealed: booking.contactSealed,
    });
    expect(lab.deps.contacts.open(booking.contactSealed!, lab.deps.now())).toMatchObject({
      phone: expect.stringMatching(/^[0-9 ]+$/) as string,
    });
    expect(await lab.deps.ledger.brokenHistory(booking.id)).toBeNull();
    const cancelled = await given.cancel({ caller, booking });
    expect(cancelled).toMatchObject({ kind: 'booking', booking: { state: 'CANCELLED' } });
    expect(standing(lab, booked.offered.slot.practice)).toBe(0);
  });

  test('are found once, however often it is run, and by the person and the command at once', async () => {
    const booked = await lostBooking();
    const [first, second, answer] = await Promise.all([find(), find(), askAgain(booked)]);
    // Once it stands for certain, it keeps nobody from an appointment for another need.
    expect(['already-booked', 'held']).toContain(answer.kind);
    expect(ids([...first.adopted, ...second.adopted]).length).toBeLessThanOrEqual(1);
    expect((await find()).adopted).toEqual([]);
    expect(await bookingsOf(booked.caller)).toHaveLength(1);
  });

  test('of one person are found all, one after the other', async () => {
    const { caller, booking } = await given.booked();
    const [slot] = await freeSlots(lab, newPractice(), 1);
    const held = await holdSlot(holdInput(offer(caller, slot!), caller, lab.deps), caller, lab.deps);
    if (held.kind !== 'held') throw new Error(held.kind);
    const placed = await confirmBooking(confirmInput(held.hold.id), caller, lab.deps);
    if (placed.kind !== 'booking') throw new Error(placed.kind);
    await lose(booking);
    await lose(placed.booking);
    expect(ids((await find()).adopted).sort()).toEqual([booking.id, placed.booking.id].sort());
  });

  test('that were cancelled since are no one’s any more', async () => {
    const { caller, booking } = await given.booked();
    await given.cancel({ caller, booking });
    await lose(booking);
    expect(await find()).toMatchObject({ copies: 0, adopted: [], unsettled: [], left: [] });
  });

  test('that the practice has cancelled since are not shown as standing', async () => {
    const { booking } = await lostBooking();
    lab.simulators.diary.cancel(booking.offer.slot.practice, booking.appointment!.id, 'the desk');
    const findings = await find();
    expect(findings.adopted).toEqual([]);
    expect(ids(findings.unsettled)).toEqual([booking.id]);
    expect(await stateOf(booking)).toBe('UNKNOWN');
  });

  test('at a practice that does not answer are taken on, and settled when it answers', async () => {
    const { booking } = await lostBooking();
    const { practice } = booking.offer.slot;
    lab.simulators.faults.add({
      supplier: SUPPLIER,
      practice,
      fault: { kind: 'server-error', status: 503, afterCommit: false },
    });
    expect(ids((await find()).unsettled)).toEqual([booking.id]);
    expect(await stateOf(booking)).toBe('UNKNOWN');
  });

  test('are left for an operator where another booking stands on their slot', async () => {
    const { booking, offered } = await lostBooking();
    // Somebody else's, put down here and never sent.
    const other = await given.held();
    const hold = await lab.deps.ledger.findHold(other.holdId, other.caller.id);
    const there = { ...hold!, offer: { ...hold!.offer, slot: offered.slot } };
    const opened = await lab.deps.ledger.openBooking(there, 60_000, {
      callerId: other.caller.id,
      operation: 'confirm',
      key: randomUUID(),
      fingerprint: '',
    });
    expect(opened.kind).toBe('opened');
    expect((await find()).left).toMatchObject([{ bookingId: booking.id, why: 'ANOTHER_STANDS' }]);
  });

  test('that have begun are left as they are', async () => {
    const { booking, caller } = await lostBooking();
    const late = { ...lab.deps, now: () => new Date(booking.offer.slot.endsAt) };
    const findings = await findBookings(late, { most: 0, pauseMs: 0, after: null });
    expect(findings.left).toMatchObject([{ bookingId: booking.id, why: 'PAST' }]);
    expect(await bookingsOf(caller)).toEqual([]);
  });

  test('a booking that took the place of another takes it again', async () => {
    const old = await given.booked();
    const [slot] = await freeSlots(lab, newPractice(), 1);
    const wanted = offer(old.caller, slot!, { assessmentDigest: old.offered.assessmentDigest });
    const before = await lab.database.db
      .selectFrom('booking')
      .selectAll()
      .where('id', '=', old.booking.id)
      .executeTakeFirstOrThrow();
    const moved = await rescheduleBooking(
      {
        bookingId: old.booking.id,
        slotId: lab.deps.offers.seal(wanted, wanted.expiresAt),
        idempotencyKey: randomUUID(),
        requestId: randomUUID(),
      },
      old.caller,
      lab.deps,
    );
    if (moved.kind !== 'booking') throw new Error(moved.kind);
    await lose(moved.booking);
    // The one before is as it was: CONFIRMED.
    const { db } = lab.database;
    await db.deleteFrom('outbox').where('booking_id', '=', old.booking.id).execute();
    await db
      .deleteFrom('booking_event')
      .where('booking_id', '=', old.booking.id)
      .where('version', '>', before.version)
      .execute();
    await db.updateTable('booking').set(before).where('id', '=', old.booking.id).execute();
    expect(ids((await find()).adopted)).toEqual([moved.booking.id]);
    expect(await stateOf(moved.booking)).toBe('CONFIRMED');
    expect(await stateOf(old.booking)).toBe('CANCELLING');
    expect(standing(lab, old.offered.slot.practice)).toBe(0);
    expect(standing(lab, wanted.slot.practice)).toBe(1);
  });

  test('run quickly and often it cancels nothing that a practice does not show for a moment', async () => {
    const { booking } = await given.booked();
    const { ledger } = lab.deps;
    // Its slot is free, and it is not listed.
    lab.simulators.diary.cancel(booking.offer.slot.practice, booking.appointment!.id, 'the desk');
    const systems = new Map(lab.deps.systems);
    systems.set(SUPPLIER, { ...systems.get(SUPPLIER)!, readBack: () => Promise.resolve([]) });
    const service = reconciler({ ...lab.deps, systems });
    const allDue = async () => {
      while ((await service.settleDue()) > 0);
    };
    const run = () => findBookings({ ...lab.deps, systems }, { most: 1_000, pauseMs: 0, after: null });
    for (let times = 0; times < 3; times++) {
      expect(ids((await run()).missing)).toContain(booking.id);
      // The service beside it may have seen it absent once.
      await allDue();
    }
    expect(await stateOf(booking)).toBe('CONFIRMED');
    expect(await ledger.findBooking(booking.id)).toMatchObject({ absentReads: 1 });
    // It decides at its own pace.
    for (let looks = 0; looks < 3; looks++) {
      lab.clock.advance(lab.deps.compareEveryMs);
      await allDue();
    }
    expect(await stateOf(booking)).toBe('CANCELLED_BY_PRACTICE');
  });

  test('a copy that cannot be opened or read is listed, and does not stop the search', async () => {
    const [sealed, unreadable] = [await given.booked(), await given.booked()];
    const lost = await lostBooking();
    const standing = await given.booked();
    const { db } = lab.database;
    const change = ({ booking }: Booked, values: { patient_sealed?: string; offer_json?: string }) =>
      db.updateTable('hold').set(values).where('id', '=', booking.holdId).execute();
    await change(sealed, { patient_sealed: 'sealed under keys that are gone' });
    await change(unreadable, { offer_json: '{}' });
    const findings = await find();
    expect(ids(findings.notRead)).toEqual(expect.arrayContaining([sealed.booking.id, unreadable.booking.id]));
    expect(findings).toMatchObject({ adopted: [{ bookingId: lost.booking.id }], endedEarly: false });
    expect(findings.next).toBeNull();
    expect(ids(findings.notRead)).not.toContain(standing.booking.id);
    expect(findingsReport(findings)).toContain(unreadable.booking.reference);
    await lose(sealed.booking);
    await lose(unreadable.booking);
  });

  test('whose taking on fails are listed, and the others are found', async () => {
    const [first, second] = [await lostBooking(), await lostBooking()];
    const { ledger } = lab.deps;
    const failing: typeof ledger = {
      ...ledger,
      adopt: (copy) =>
        copy.booking.id === first.booking.id ? Promise.reject(new Error('away')) : ledger.adopt(copy),
    };
    const findings = await findBookings(
      { ...lab.deps, ledger: failing },
      { most: 0, pauseMs: 0, after: null },
    );
    expect(ids(findings.notRead)).toEqual([first.booking.id]);
    expect(ids(findings.adopted)).toEqual([second.booking.id]);
  });

  test('are reported also when a store fails midway', async () => {
    const { booking } = await lostBooking();
    const ledger = { ...lab.deps.ledger, standingAhead: () => Promise.reject(new Error('away')) };
    const findings = await findBookings({ ...lab.deps, ledger }, { most: 10, pauseMs: 0, after: null });
    expect(findings).toMatchObject({ adopted: [{ bookingId: booking.id }], endedEarly: true });
    expect(isAllFound(findings)).toBe(false);
    expect(findingsReport(findings)).toContain(booking.reference);
    expect(findingsReport(findings)).toContain('It ended early');
  });

  test('whose copies a later version has written are listed and kept; not those that are here', async () => {
    const [lost, here] = [await lostBooking(), await given.booked()];
    const later = (bookingId: string) => ({ bookingId, copy: null });
    const copies = {
      ...lab.deps.copies,
      // eslint-disable-next-line @typescript-eslint/require-await -- the interface is that of stores that wait
      async *all() {
        yield* [later(lost.booking.id), later(here.booking.id)];
      },
    };
    const findings = await findBookings({ ...lab.deps, copies }, { most: 0, pauseMs: 0, after: null });
    expect(findings).toMatchObject({ copies: 2, unreadable: [lost.booking.id], adopted: [] });
    expect(isAllFound(findings)).toBe(false);
    expect(findingsReport(findings)).toContain(lost.booking.id);
  });

  test('that cannot be taken on are logged by their ids, and counted, when their people come', async () => {
    const booked = await lostBooking();
    const systems = new Map([...lab.deps.systems].filter(([id]) => id !== SUPPLIER));
    const logged: string[] = [];
    const logger = pino({ level: 'error' }, { write: (line: string) => logged.push(line) });
    const onLostLeft = jest.fn();
    const { patientDigest, id } = booked.booking;
    expect(await findLostOf(patientDigest, { ...lab.deps, systems, logger, onLostLeft })).toBeNull();
    expect(onLostLeft).toHaveBeenCalledTimes(1);
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain(id);
    expect(logged[0]).not.toContain(patientDigest);
  });

  test('are shown to their person also when a later one cannot be recovered', async () => {
    const first = await given.booked();
    const [, slot] = await freeSlots(lab, newPractice(), 2);
    const wanted = holdInput(offer(first.caller, slot!), first.caller, lab.deps);
    const keepBookingIds = [first.booking.id];
    const held = await holdSlot({ ...wanted, keepBookingIds }, first.caller, lab.deps);
    if (held.kind !== 'held') throw new Error(held.kind);
    lab.clock.advance(1);
    const second = await confirmBooking(confirmInput(held.hold.id), first.caller, lab.deps);
    if (second.kind !== 'booking') throw new Error(second.kind);
    await lose(first.booking);
    await lose(second.booking);
    const { ledger } = lab.deps;
    const failing: typeof ledger = {
      ...ledger,
      adopt: (copy) =>
        copy.booking.id === second.booking.id ? Promise.reject(new Error('away')) : ledger.adopt(copy),
    };
    const lost = await findLostOf(first.booking.patientDigest, { ...lab.deps, ledger: failing });
    expect(lost?.id).toBe(first.booking.id);
    await find();
  });

  test('bookings here that the practice does not have are listed, in pages that can be gone on from', async () => {
    const { booking } = await given.booked();
    lab.simulators.diary.cancel(booking.offer.slot.practice, booking.appointment!.id, 'the desk');
    const missing: string[] = [];
    let after: ReturnType<typeof positionIn> = null;
    for (let pages = 0; pages < 100; pages++) {
      const page: Findings = await find({ most: 1, after });
      missing.push(...ids(page.missing));
      expect(page.compared).toBeLessThanOrEqual(1);
      if (page.next === null) break;
      after = positionIn(page.next);
    }
    expect(missing).toContain(booking.id);
  });

  test('without the store of copies people book as before', async () => {
    const { caller } = await given.held();
    const [slot] = await freeSlots(lab, newPractice(), 1);
    const away = () => Promise.reject(new Error('away'));
    const deps = { ...lab.deps, copies: { ...lab.deps.copies, keep: away, of: away, drop: away } };
    const held = await holdSlot(holdInput(offer(caller, slot!), caller, deps), caller, deps);
    if (held.kind !== 'held') throw new Error(held.kind);
    const placed = await confirmBooking(confirmInput(held.hold.id), caller, deps);
    expect(placed).toMatchObject({ kind: 'booking', booking: { state: 'CONFIRMED' } });
  });
});
