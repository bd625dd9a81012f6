import { randomUUID } from 'node:crypto';
import type { BookOutcome, GpSystem } from '../../adapters/gp-system';
import type { BookingDeps } from '../../subgraphs/appointments/booking/booking-deps';
import { confirmBooking } from '../../subgraphs/appointments/booking/confirm-booking';
import { holdSlot } from '../../subgraphs/appointments/booking/hold-slot';
import { rescheduleBooking } from '../../subgraphs/appointments/booking/reschedule-booking';
import { settleBooking } from '../../subgraphs/appointments/booking/settle-booking';
import {
  confirmedResult,
  heldResult,
  rescheduledResult,
  settledResult,
} from '../../subgraphs/appointments/views/result-view';
import type { Problem } from '../../platform/graphql/problem';
import {
  bookingLaboratory,
  confirmInput,
  freeSlots,
  holdInput,
  newCaller,
  newPractice,
  offer,
  released,
  type BookingLaboratory,
} from '../booking-laboratory';
import { EMBEDDED } from '../databases';
import { situations, type Situation } from './situations';

/** Checks the results of bookings at the practice, in the codes of the API (docs/errors.md). */
let lab: BookingLaboratory;
let given: ReturnType<typeof situations>;
beforeAll(async () => {
  lab = await bookingLaboratory(await EMBEDDED.settings());
  given = situations(lab);
});
afterEach(() => {
  lab.simulators.faults.clear();
});
afterAll(() => lab.close());

const codeOf = (answer: object | Problem) => ('code' in answer ? answer.code : answer.constructor.name);

/** The services, over suppliers that answer bookings with this. */
function answering(outcome: BookOutcome): BookingDeps {
  const systems = [...lab.deps.systems].map(([id, system]): [string, GpSystem] => [
    id,
    { ...system, book: () => Promise.resolve(outcome) },
  ]);
  return { ...lab.deps, systems: new Map(systems) };
}

async function confirmWith({ caller, holdId }: Situation, deps: BookingDeps = lab.deps) {
  return codeOf(confirmedResult(await confirmBooking(confirmInput(holdId), caller, deps)));
}

async function hold({ caller, offered }: Pick<Situation, 'caller' | 'offered'>) {
  const answer = await holdSlot(holdInput(offered, caller, lab.deps), caller, lab.deps);
  return heldResult(answer, lab.clock.now());
}

test.each<[BookOutcome, string]>([
  [{ class: 'REJECTED', refusal: 'SLOT_TAKEN' }, 'SLOT_TAKEN'],
  [{ class: 'REJECTED', refusal: 'SLOT_NOT_FOUND' }, 'SLOT_TAKEN'],
  [{ class: 'REJECTED', refusal: 'SLOT_IN_PAST' }, 'SLOT_TAKEN'],
  [{ class: 'REJECTED', refusal: 'OUTSIDE_BOOKING_WINDOW' }, 'SLOT_TAKEN'],
  [{ class: 'REJECTED', refusal: 'PATIENT_NOT_ACCEPTED' }, 'PATIENT_NOT_ACCEPTED'],
  [{ class: 'REJECTED', refusal: 'BOOKING_LIMIT_REACHED' }, 'BOOKING_LIMIT_REACHED'],
  [{ class: 'REJECTED', refusal: 'NOT_PERMITTED' }, 'PRACTICE_CLOSED_BOOK'],
  [{ class: 'REJECTED', refusal: 'INVALID_REQUEST' }, 'PRACTICE_SYSTEM_REFUSED'],
  [{ class: 'THROTTLED', retryAfterMs: 30_000 }, 'PRACTICE_SYSTEM_UNAVAILABLE'],
])('the practice answers %j: %s', async (outcome, code) => {
  expect(await confirmWith(await given.held(), answering(outcome))).toBe(code);
});

test('somebody else holds the time', async () => {
  const { offered } = await given.held();
  const other = newCaller();
  expect(codeOf(await hold({ caller: other, offered: offer(other, offered.slot) }))).toBe(
    'SLOT_HELD_BY_ANOTHER',
  );
});

describe('the practice releases the time no longer', () => {
  async function wanted() {
    const caller = newCaller();
    const practice = newPractice();
    const [slot] = await freeSlots(lab, practice, 1);
    return { caller, practice, offered: offer(caller, slot!) };
  }

  test('by a quota that is used up', async () => {
    const practice = newPractice();
    await released(lab, practice, { dailyQuota: 1 });
    const [one, two] = await freeSlots(lab, practice, 2);
    const first = newCaller();
    const held = await hold({ caller: first, offered: offer(first, one!) });
    if (!('id' in held)) throw new Error('expected a hold');
    expect(await confirmWith({ caller: first, offered: offer(first, one!), holdId: held.id })).toBe(
      'Booking',
    );
    const second = newCaller();
    expect(codeOf(await hold({ caller: second, offered: offer(second, two!) }))).toBe('DAILY_LIMIT_REACHED');
  });

  test('by another rule', async () => {
    const { practice, ...situation } = await wanted();
    await released(lab, practice, { slotTypes: ['Something else'] });
    expect(codeOf(await hold(situation))).toBe('SLOT_NOT_RELEASED');
  });

  test('and no other either', async () => {
    const { practice, ...situation } = await wanted();
    await released(lab, practice, { otherPatients: false });
    expect(codeOf(await hold(situation))).toBe('PRACTICE_CLOSED_BOOK');
  });
});

test('another booking for the person is being checked', async () => {
  const situation = await given.held();
  given.once('BOOK', { kind: 'reset-after-commit' });
  const { booking } = await given.booked(situation);
  const [another] = await freeSlots(lab, newPractice(), 1);
  const { caller } = situation;
  const { assessmentDigest } = situation.offered;
  expect(await hold({ caller, offered: offer(caller, another!, { assessmentDigest }) })).toMatchObject({
    code: 'BOOKING_BEING_CHECKED',
    booking: { id: booking.id },
  });
  await given.settled(booking);
});

test('the time before this one is still being cancelled', async () => {
  const old = await given.booked();
  const { caller } = old;
  const move = async (bookingId: string) => {
    const [slot] = await freeSlots(lab, newPractice(), 1);
    const wanted = offer(caller, slot!, { assessmentDigest: old.offered.assessmentDigest });
    const slotId = lab.deps.offers.seal(wanted, wanted.expiresAt);
    const input = { bookingId, slotId, idempotencyKey: randomUUID(), requestId: randomUUID() };
    return rescheduledResult(await rescheduleBooking(input, caller, lab.deps));
  };
  given.once('CANCEL', { kind: 'server-error', status: 503, afterCommit: false }, 2);
  const moved = await move(old.booking.id);
  if (!('id' in moved)) throw new Error('expected a booking');
  expect(codeOf(await move(moved.id))).toBe('CHANGE_UNDER_WAY');
  await given.settled(old.booking);
});

test('an operator settles a settled booking', async () => {
  const { booking } = await given.booked();
  const operator = { kind: 'operator', id: 'operator-0123456789' } as const;
  const settle = async (bookingId: string) => {
    const input = { bookingId, stands: true, idempotencyKey: randomUUID() };
    return codeOf(settledResult(await settleBooking(input, operator, lab.deps)));
  };
  expect(await settle(booking.id)).toBe('ALREADY_SETTLED');
  expect(await settle(randomUUID())).toBe('BOOKING_NOT_FOUND');
});
