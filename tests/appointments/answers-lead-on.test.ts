import { randomUUID } from 'node:crypto';
import type { Slot } from '../../adapters/gp-system';
import type { PatientCaller } from '../../domain/caller';
import { confirmBooking } from '../../subgraphs/appointments/booking/confirm-booking';
import { holdSlot, releaseHold } from '../../subgraphs/appointments/booking/hold-slot';
import { rescheduleBooking } from '../../subgraphs/appointments/booking/reschedule-booking';
import type { Offer } from '../../subgraphs/appointments/holds/offers';
import {
  confirmedResult,
  heldResult,
  rescheduledResult,
} from '../../subgraphs/appointments/views/result-view';
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
import { changeCheck } from '../symptom-checks';
import { situations, type Situation } from './situations';

/** Doing what an answer says leads on: no message sends people where they cannot go. */

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

const MINUTE = 60_000;
const hold = (offered: Offer, caller: PatientCaller) =>
  holdSlot(holdInput(offered, caller, lab.deps), caller, lab.deps);
const confirm = ({ holdId, caller }: Situation) => confirmBooking(confirmInput(holdId), caller, lab.deps);
const move = (bookingId: string, to: Offer, caller: PatientCaller) =>
  rescheduleBooking(
    {
      bookingId,
      slotId: lab.deps.offers.seal(to, to.expiresAt),
      idempotencyKey: randomUUID(),
      requestId: randomUUID(),
    },
    caller,
    lab.deps,
  );

interface Dead {
  /** The code of the answer. */
  code: string | undefined;
  alternatives: readonly Offer[];
  caller: PatientCaller;
  /** Does what the message says. */
  goOn: (alternative: Offer) => Promise<{ kind: string }>;
}

async function sixTimes(): Promise<Slot[]> {
  return freeSlots(lab, newPractice(), 6);
}

const codeOf = (result: object) => ('code' in result ? String(result.code) : undefined);
const alternativesIn = (answer: object) =>
  'alternatives' in answer ? (answer.alternatives as readonly Offer[]) : [];

/** Holds a time, and lets it go. */
const holdable = (caller: PatientCaller) => async (alternative: Offer) => {
  const answer = await hold(alternative, caller);
  if (answer.kind === 'held') await releaseHold(answer.hold.id, caller, lab.deps);
  return answer;
};

async function answeredHold(offered: Offer, caller: PatientCaller): Promise<Dead> {
  const answer = await hold(offered, caller);
  return {
    code: codeOf(heldResult(answer, lab.clock.now())),
    alternatives: alternativesIn(answer),
    caller,
    goOn: holdable(caller),
  };
}

const takenByDesk = ({ practice, id }: Slot) => lab.simulators.diary.deskTakesSlot(practice, Number(id));

test.each<{ code: string; least: number; reach: () => Promise<Dead> }>([
  {
    code: 'SLOT_TAKEN',
    least: 1,
    reach: async () => {
      const [slot] = await sixTimes();
      const caller = newCaller();
      takenByDesk(slot!);
      return answeredHold(offer(caller, slot!), caller);
    },
  },
  {
    code: 'SLOT_HELD_BY_ANOTHER',
    least: 1,
    reach: async () => {
      const [slot] = await sixTimes();
      await given.held({ slot: slot! });
      const caller = newCaller();
      return answeredHold(offer(caller, slot!), caller);
    },
  },
  {
    code: 'SLOT_NOT_RELEASED',
    least: 1,
    reach: async () => {
      const slots = await sixTimes();
      const slot = slots.find(({ mode }) => mode === 'TELEPHONE') ?? slots[0]!;
      const caller = newCaller();
      const left = slot.mode === 'TELEPHONE' ? 'IN_PERSON' : 'TELEPHONE';
      await released(lab, slot.practice, { modes: [left] });
      return answeredHold(offer(caller, slot), caller);
    },
  },
  {
    // What is left is on another day, or at another practice.
    code: 'DAILY_LIMIT_REACHED',
    least: 0,
    reach: async () => {
      const [slot, another] = await sixTimes();
      await released(lab, slot!.practice, { dailyQuota: 1 });
      await given.held({ slot: another! });
      const caller = newCaller();
      return answeredHold(offer(caller, slot!), caller);
    },
  },
  {
    code: 'SLOT_TAKEN',
    least: 1,
    reach: async () => {
      const [slot] = await sixTimes();
      const held = await given.held({ slot: slot! });
      given.once('BOOK', { kind: 'taken-by-desk' });
      const answer = await confirm(held);
      const { caller } = held;
      const alternatives = alternativesIn(answer);
      return { code: codeOf(confirmedResult(answer)), alternatives, caller, goOn: holdable(caller) };
    },
  },
  {
    code: 'SLOT_TAKEN',
    least: 1,
    reach: async () => {
      const old = await given.booked();
      const [slot] = await freeSlots(lab, newPractice(), 30).then((slots) => slots.slice(-6));
      const to = offer(old.caller, slot!, { assessmentDigest: old.offered.assessmentDigest });
      given.once('BOOK', { kind: 'taken-by-desk' });
      const answer = await move(old.booking.id, to, old.caller);
      return {
        code: codeOf(rescheduledResult(answer)),
        alternatives: alternativesIn(answer).slice(0, 1),
        caller: old.caller,
        goOn: (alternative) =>
          move(old.booking.id, { ...alternative, callerId: old.caller.id }, old.caller).then(({ kind }) => ({
            kind: kind === 'booking' ? 'held' : kind,
          })),
      };
    },
  },
])('$code: its alternatives can be had ($#)', async ({ code, least, reach }) => {
  const dead = await reach();
  expect(dead.code).toBe(code);
  expect(dead.alternatives.length).toBeGreaterThanOrEqual(least);
  const reached: string[] = [];
  for (const alternative of dead.alternatives) reached.push((await dead.goOn(alternative)).kind);
  expect(reached).toEqual(dead.alternatives.map(() => 'held'));
});

test('no alternative is later than the symptom check allows', async () => {
  const slots = await sixTimes();
  const caller = newCaller();
  const deadline = slots[3]!.startsAt;
  takenByDesk(slots[0]!);
  const { alternatives } = await answeredHold(offer(caller, slots[0]!, { deadline }), caller);
  expect(alternatives.length).toBeGreaterThan(0);
  expect(alternatives.filter(({ slot }) => slot.startsAt > deadline)).toEqual([]);
});

test('no alternative overlaps what the person has booked for something else', async () => {
  const slots = await sixTimes();
  takenByDesk(slots[0]!);
  const caller = newCaller();
  const wanted = offer(caller, slots[0]!);
  const before = await answeredHold(wanted, caller);
  const overlapping = (slot: Slot) =>
    before.alternatives.find((one) => one.slot.startsAt < slot.endsAt && slot.startsAt < one.slot.endsAt);
  const slot = (await freeSlots(lab, newPractice(), 30)).find(overlapping);
  const { booking } = await given.booked(await given.held({ slot: slot! }, caller));
  const after = await answeredHold(wanted, caller);
  expect(after.code).toBe(before.code);
  expect(after.alternatives.length).toBeGreaterThan(0);
  expect(after.alternatives.map((one) => one.slot)).not.toContainEqual(overlapping(booking.offer.slot)?.slot);
});

describe('what the message says to do', () => {
  test.each<{
    code: string;
    reach: () => Promise<{ code: string | undefined; next: () => Promise<{ kind: string }> }>;
  }>([
    {
      code: 'HOLD_EXPIRED',
      reach: async () => {
        const held = await given.held({ expiresAt: new Date(lab.clock.now().getTime() + MINUTE) });
        lab.clock.advance(lab.deps.holdMs + MINUTE);
        const result = confirmedResult(await confirm(held));
        // Search again: an offer of this moment, for the same need.
        const { assessmentDigest, slot } = held.offered;
        return {
          code: codeOf(result),
          next: () => hold(offer(held.caller, slot, { assessmentDigest }), held.caller),
        };
      },
    },
    {
      code: 'OFFER_EXPIRED',
      reach: async () => {
        const caller = newCaller();
        const [slot] = await sixTimes();
        const over = offer(caller, slot!, { expiresAt: new Date(lab.clock.now().getTime() - 1) });
        const result = heldResult(await hold(over, caller), lab.clock.now());
        return { code: codeOf(result), next: () => hold(offer(caller, slot!), caller) };
      },
    },
    {
      code: 'SYMPTOM_CHECK_UNFINISHED',
      reach: async () => {
        const caller = newCaller();
        const offered = offer(caller, (await sixTimes())[0]!);
        const outcome = {
          kind: 'OUTCOME',
          dispositionId: 'gp-6h',
          title: 'See a GP',
          deadline: null,
        } as const;
        changeCheck(offered.assessmentDigest, { result: { kind: 'UNFINISHED' } });
        const result = heldResult(await hold(offered, caller), lab.clock.now());
        return {
          code: codeOf(result),
          next: () => {
            changeCheck(offered.assessmentDigest, { result: outcome });
            return hold(offered, caller);
          },
        };
      },
    },
    {
      code: 'ALREADY_BOOKED',
      reach: async () => {
        const booked = await given.booked();
        const another = { ...booked.offered, slot: (await sixTimes())[5]! };
        const result = heldResult(await hold(another, booked.caller), lab.clock.now());
        return {
          code: codeOf(result),
          next: async () => {
            await given.cancel(booked);
            return hold(another, booked.caller);
          },
        };
      },
    },
    {
      code: 'BOOKING_BEING_CHECKED',
      reach: async () => {
        const situation = await given.held();
        given.once('BOOK', { kind: 'reset-before-commit' });
        const { booking, caller, offered } = await given.booked(situation);
        const another = { ...offered, slot: (await sixTimes())[5]! };
        const result = heldResult(await hold(another, caller), lab.clock.now());
        return {
          code: codeOf(result),
          next: async () => {
            expect((await given.settled(booking)).state).toBe('FAILED');
            return hold(another, caller);
          },
        };
      },
    },
    {
      code: 'PRACTICE_SYSTEM_UNAVAILABLE',
      reach: async () => {
        const held = await given.held();
        given.once('BOOK', { kind: 'throttled', retryAfterSeconds: 1 });
        const result = confirmedResult(await confirm(held));
        return {
          code: codeOf(result),
          next: async () => {
            lab.clock.advance(MINUTE);
            return hold(held.offered, held.caller);
          },
        };
      },
    },
    {
      code: 'SAME_TIME',
      reach: async () => {
        const booked = await given.booked();
        const { booking, caller, offered } = booked;
        const result = rescheduledResult(await move(booking.id, offered, caller));
        const other = { ...offered, slot: (await sixTimes())[5]! };
        const next = () =>
          move(booking.id, other, caller).then(({ kind }) => ({ kind: kind === 'booking' ? 'held' : kind }));
        return { code: codeOf(result), next };
      },
    },
    {
      code: 'CHANGE_UNDER_WAY',
      reach: async () => {
        const old = await given.booked();
        const need = { assessmentDigest: old.offered.assessmentDigest };
        const [one, two] = (await sixTimes()).slice(3);
        given.once('CANCEL', { kind: 'server-error', status: 503, afterCommit: false });
        const moved = await move(old.booking.id, offer(old.caller, one!, need), old.caller);
        if (moved.kind !== 'booking') throw new Error(`expected a booking, not ${moved.kind}`);
        const again = () => move(moved.booking.id, offer(old.caller, two!, need), old.caller);
        const result = rescheduledResult(await again());
        return {
          code: codeOf(result),
          next: async () => {
            await given.settled(old.booking);
            const answer = await again();
            return { kind: answer.kind === 'booking' ? 'held' : answer.kind };
          },
        };
      },
    },
  ])('$code', async ({ code, reach }) => {
    const dead = await reach();
    expect(dead.code).toBe(code);
    expect((await dead.next()).kind).toBe('held');
  });
});
