import { randomUUID } from 'node:crypto';
import { SupplierError, type CancelOutcome, type GpSystem } from '../../adapters/gp-system';
import type { BookingDeps } from '../../subgraphs/appointments/booking/booking-deps';
import { cancelBooking } from '../../subgraphs/appointments/booking/cancel-booking';
import { confirmBooking } from '../../subgraphs/appointments/booking/confirm-booking';
import { rescheduleBooking } from '../../subgraphs/appointments/booking/reschedule-booking';
import type { Booking } from '../../subgraphs/appointments/ledger/records';
import { isOneOf, MANUAL_STATES } from '../../subgraphs/appointments/lifecycle/states';
import { supplierReports } from '../../subgraphs/appointments/options/supplier-reports';
import {
  bookingLaboratory,
  confirmInput,
  freeSlot,
  offer,
  SUPPLIER,
  type BookingLaboratory,
} from '../booking-laboratory';
import { testDatabases } from '../databases';
import { situations, type Situation } from './situations';

/** Suppliers say how long they want to be left alone: nobody waits by their number for longer than is sane. */

const HOUR_S = 60 * 60;
/** Waiting times that the port may carry, whatever a supplier has sent. */
const WAITS_MS = [0, 10_800_000, 2 ** 31, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY];
const MINUTE = 60_000;
const OPERATOR_BEFORE_START_MS = 30 * MINUTE;
const OPERATOR_AFTER_MS = 2 * 60 * MINUTE;

describe.each(testDatabases())('on $name', ({ settings }) => {
  let lab: BookingLaboratory;
  let given: ReturnType<typeof situations>;
  beforeAll(async () => {
    lab = await bookingLaboratory(await settings());
    given = situations(lab);
  });
  afterEach(() => {
    lab.simulators.faults.clear();
  });
  afterAll(() => lab.close());

  function over(change: Partial<GpSystem>): BookingDeps {
    const system = lab.deps.systems.get(SUPPLIER)!;
    return { ...lab.deps, systems: new Map([[SUPPLIER, { ...system, ...change }]]) };
  }

  const throttled = (retryAfterMs: number) => ({ class: 'THROTTLED', retryAfterMs }) as const;
  const failed = (retryAfterMs: number) =>
    new SupplierError(SUPPLIER, 'THROTTLED', { mayHaveBeenSent: false, retryAfterMs });

  /** The API can say a whole number of seconds, an hour at most. */
  function expectSane(answer: { kind: string }): void {
    expect(answer.kind).toBe('supplier-unavailable');
    const { retryAfterSeconds } = answer as { kind: string; retryAfterSeconds?: unknown };
    expect(retryAfterSeconds === null || Number.isInteger(retryAfterSeconds)).toBe(true);
    expect(retryAfterSeconds ?? 0).toBeGreaterThanOrEqual(0);
    expect(retryAfterSeconds ?? 0).toBeLessThanOrEqual(HOUR_S);
  }

  async function reschedule(
    { caller, offered, booking }: Situation & { booking: Booking },
    deps: BookingDeps,
  ) {
    const to = offer(caller, await freeSlot(lab), { assessmentDigest: offered.assessmentDigest });
    const slotId = deps.offers.seal(to, to.expiresAt);
    const input = { bookingId: booking.id, slotId, idempotencyKey: randomUUID(), requestId: randomUUID() };
    return rescheduleBooking(input, caller, deps);
  }

  const cancel = ({ caller, booking }: Situation & { booking: Booking }, deps: BookingDeps) =>
    cancelBooking(
      { bookingId: booking.id, reason: 'OTHER', idempotencyKey: randomUUID(), requestId: randomUUID() },
      caller,
      deps,
    );

  describe.each(WAITS_MS)('%d ms', (waitMs) => {
    const busy = () => Promise.resolve(throttled(waitMs));

    test('a booking, a move and a cancellation that are refused so say when to try again', async () => {
      const { holdId, caller } = await given.held();
      expectSane(await confirmBooking(confirmInput(holdId), caller, over({ book: busy })));
      const booked = await given.booked();
      expectSane(await reschedule(booked, over({ book: busy })));
      expectSane(await cancel(booked, over({ cancel: busy })));
      const notSent = () => Promise.resolve<CancelOutcome>({ class: 'NOT_SENT', error: failed(waitMs) });
      expectSane(await cancel(booked, over({ cancel: notSent })));
      expect((await lab.deps.ledger.findBooking(booked.booking.id))?.state).toBe('CONFIRMED');
    });

    test('a search that is refused so says so in its report', () => {
      const search = { supplier: SUPPLIER, elapsedMs: 1, error: failed(waitMs) };
      const [report] = supplierReports([SUPPLIER], [{ search }] as never);
      const { retryAfterSeconds } = report!;
      expect(retryAfterSeconds === null || Number.isInteger(retryAfterSeconds)).toBe(true);
      expect(retryAfterSeconds ?? 0).toBeLessThanOrEqual(HOUR_S);
    });

    test.each<{ what: string; begin: () => Promise<Booking>; deps: () => BookingDeps }>([
      {
        what: 'giving back the old time of an appointment that was moved',
        begin: async () => {
          const old = await given.booked();
          expect((await reschedule(old, over({ cancel: busy }))).kind).toBe('booking');
          return old.booking;
        },
        deps: () => over({ cancel: busy }),
      },
      {
        what: 'a cancellation whose answer was lost',
        begin: async () => {
          const booked = await given.booked();
          given.once('CANCEL', { kind: 'server-error', status: 503, afterCommit: false });
          await cancel(booked, lab.deps);
          return booked.booking;
        },
        deps: () => over({ cancel: busy }),
      },
      {
        what: 'reading back a booking whose answer was lost',
        begin: async () => {
          const situation = await given.held();
          given.once('BOOK', { kind: 'reset-after-commit' });
          return (await given.booked(situation)).booking;
        },
        deps: () => over({ readBack: () => Promise.reject(failed(waitMs)) }),
      },
      {
        what: 'cancelling an appointment that turned up late',
        begin: async () => {
          const { booking } = await given.booked();
          await lab.database.db
            .updateTable('booking')
            .set({ state: 'DUPLICATE_FOUND', next_check_at: lab.clock.now().getTime() })
            .where('id', '=', booking.id)
            .execute();
          return booking;
        },
        deps: () => over({ cancel: busy }),
      },
    ])('$what: an operator has it in time', async ({ begin, deps }) => {
      const booking = await begin();
      const startsAt = booking.offer.slot.startsAt.getTime();
      const began = lab.clock.now().getTime();
      const latest = Math.min(began + OPERATOR_AFTER_MS, startsAt - OPERATOR_BEFORE_START_MS);
      const asked = deps();
      for (let looks = 0; looks < 100; looks++) {
        const { state, next_check_at: due } = await rowOf(booking);
        if (isOneOf(MANUAL_STATES, state)) break;
        expect(due).not.toBeNull();
        // However soon it is due, reconcilers may be late.
        lab.clock.advance(Math.max(Number(due) - lab.clock.now().getTime(), 5 * MINUTE));
        await given.looked(booking, 1, asked);
      }
      expect(isOneOf(MANUAL_STATES, (await rowOf(booking)).state)).toBe(true);
      expect(lab.clock.now().getTime()).toBeLessThanOrEqual(latest + 6 * MINUTE);
    });
  });

  function rowOf({ id }: Booking) {
    return lab.database.db
      .selectFrom('booking')
      .select(['state', 'next_check_at'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
  }
});
