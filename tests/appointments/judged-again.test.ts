import { randomUUID } from 'node:crypto';
import { CalendarDate } from '../../domain/london-time';
import type { PatientCaller } from '../../domain/caller';
import type { SymptomCheck } from '../../domain/symptom-checks';
import { acceptMove } from '../../subgraphs/appointments/booking/accept-move';
import type { BookingDeps } from '../../subgraphs/appointments/booking/booking-deps';
import { confirmBooking } from '../../subgraphs/appointments/booking/confirm-booking';
import { extendHold } from '../../subgraphs/appointments/booking/extend-hold';
import { holdSlot } from '../../subgraphs/appointments/booking/hold-slot';
import { holdKey } from '../../subgraphs/appointments/booking/keep-place';
import { rescheduleBooking } from '../../subgraphs/appointments/booking/reschedule-booking';
import type { Offer } from '../../subgraphs/appointments/holds/offers';
import {
  bookingLaboratory,
  confirmInput,
  freeSlot,
  freeSlots,
  holdInput,
  newCaller,
  newPractice,
  offer,
  standing,
  type BookingLaboratory,
} from '../booking-laboratory';
import { CONFIRM_STEPS, HOLD_STEPS, stoppedBefore } from '../booking-steps';
import { EMBEDDED } from '../databases';
import { closedGate } from '../gate';
import { changeCheck } from '../symptom-checks';
import { situations, type Situation } from './situations';

/** A booking never outlives the symptom check that it rests on (hazards H04-emergency-booking, H04-kill). */

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

/** A change of the check, and what the answer says after it. */
interface Change {
  change: string;
  to: (offered: Offer) => Partial<SymptomCheck> | null;
  answer: object;
}

const outcome = (dispositionId: string, title: string, deadline: Date | null = null) =>
  ({ kind: 'OUTCOME', dispositionId, title, deadline }) as const;
const changedTo = (result: object) => ({ kind: 'outcome-changed', result });
const minuteBefore = (date: Date) => new Date(date.getTime() - 60_000);
const EMERGENCY = outcome('ambulance', 'Call 999 now');
const MILDER = outcome('self-care', 'Look after yourself at home');
const OFF = { kind: 'SWITCHED_OFF', advice: 'Call 111.' } as const;
const OVER = changedTo({ kind: 'EXPIRED' });
const ELSE = { kind: 'not-allowed', why: 'NOT_THE_PERSON_CHECKED' };

const CHANGES: Change[] = [
  { change: 'becomes an emergency', to: () => ({ result: EMERGENCY }), answer: changedTo(EMERGENCY) },
  { change: 'becomes milder', to: () => ({ result: MILDER }), answer: changedTo(MILDER) },
  {
    change: 'is unfinished',
    to: () => ({ result: { kind: 'UNFINISHED' } }),
    answer: changedTo({ kind: 'UNFINISHED' }),
  },
  { change: 'is switched off', to: () => ({ result: OFF }), answer: changedTo(OFF) },
  { change: 'has just expired', to: () => ({ expiresAt: lab.clock.now() }), answer: OVER },
  { change: 'is not kept any more', to: () => null, answer: OVER },
  {
    change: 'is about somebody a day younger',
    to: () => ({ subject: { relationship: 'CHILD', dateOfBirth: CalendarDate.parse('2020-11-02') } }),
    answer: ELSE,
  },
  {
    change: 'is about the one who answers',
    to: () => ({ subject: { relationship: 'SELF', dateOfBirth: CalendarDate.parse('2020-11-01') } }),
    answer: ELSE,
  },
  {
    change: 'has a deadline just before the time',
    to: ({ slot }) => ({ result: outcome('gp-6h', 'See a GP within 6 hours', minuteBefore(slot.startsAt)) }),
    answer: { kind: 'outcome-changed', result: { kind: 'OUTCOME', dispositionId: 'gp-6h' } },
  },
];

/** Offers that rest on one check: the first is for whoever wants a second time later. */
const needOf = () => ({ assessmentDigest: randomUUID() });

async function isHeld(offered: Offer): Promise<boolean> {
  return (await lab.deps.holds.holders([holdKey(offered)])).size > 0;
}

/** The slot is free for others: in the practice's book, in the store and in the ledger. */
async function isLetGo(offered: Offer): Promise<void> {
  const other = newCaller();
  expect(standing(lab, offered.slot.practice)).toBe(0);
  const again = offer(other, offered.slot);
  const answer = await holdSlot(holdInput(again, other, lab.deps), other, lab.deps);
  expect(answer.kind).toBe('held');
}

const hold = (offered: Offer, caller: PatientCaller, deps: BookingDeps = lab.deps) =>
  holdSlot(holdInput(offered, caller, deps), caller, deps);

const confirm = ({ holdId, caller }: Situation, deps: BookingDeps = lab.deps) =>
  confirmBooking(confirmInput(holdId), caller, deps);

const reschedule = (
  bookingId: string,
  { caller, to }: { caller: PatientCaller; to: Offer },
  deps: BookingDeps = lab.deps,
) =>
  rescheduleBooking(
    {
      bookingId,
      slotId: deps.offers.seal(to, to.expiresAt),
      idempotencyKey: randomUUID(),
      requestId: randomUUID(),
    },
    caller,
    deps,
  );

describe.each(CHANGES)('when the symptom check $change', ({ to, answer }) => {
  const change = (offered: Offer) => {
    changeCheck(offered.assessmentDigest, to(offered));
  };

  test('between the search and the hold: nothing is held', async () => {
    const caller = newCaller();
    const offered = offer(caller, await freeSlot(lab));
    change(offered);
    expect(await hold(offered, caller)).toMatchObject(answer);
    expect(await isHeld(offered)).toBe(false);
    await isLetGo(offered);
  });

  test('between the hold and its confirmation: nothing is booked, and the time is let go', async () => {
    const situation = await given.held();
    change(situation.offered);
    const input = confirmInput(situation.holdId);
    const refused = await confirmBooking(input, situation.caller, lab.deps);
    expect(refused).toMatchObject(answer);
    expect(await confirmBooking(input, situation.caller, lab.deps)).toMatchObject(answer);
    await isLetGo(situation.offered);
  });

  test('before the booking is moved: it stays where it was', async () => {
    const old = await given.booked();
    const need = { assessmentDigest: old.offered.assessmentDigest };
    const wanted = offer(old.caller, await freeSlot(lab), need);
    change(wanted);
    expect(await reschedule(old.booking.id, { caller: old.caller, to: wanted })).toMatchObject(answer);
    expect((await lab.deps.ledger.findBooking(old.booking.id))?.state).toBe('CONFIRMED');
    expect(standing(lab, old.offered.slot.practice)).toBe(1);
    await isLetGo(wanted);
  });
});

describe('the check becomes an emergency', () => {
  const becomesEmergency = ({ assessmentDigest }: Offer) => {
    changeCheck(assessmentDigest, { result: EMERGENCY });
  };
  const refused = changedTo(EMERGENCY);

  test.each(HOLD_STEPS)('while a hold comes to “%s”: whatever is held is not booked', async (step) => {
    const caller = newCaller();
    const offered = offer(caller, await freeSlot(lab));
    const gate = closedGate();
    const holding = hold(offered, caller, stoppedBefore(step, gate, lab.deps));
    await gate.reached;
    becomesEmergency(offered);
    gate.open();
    const answer = await holding;
    if (answer.kind === 'held')
      expect(await confirm({ caller, offered, holdId: answer.hold.id })).toMatchObject(refused);
    else expect(answer).toMatchObject(refused);
    await isLetGo(offered);
  });

  /** From "ask the supplier" on the request is on its way. */
  const BEFORE_SENT = CONFIRM_STEPS.slice(0, CONFIRM_STEPS.indexOf('ask the supplier'));
  // The check is asked for beside the last step.
  test.each(BEFORE_SENT.filter((step) => step !== 'look once more'))(
    'while a confirmation comes to “%s”: nothing is booked',
    async (step) => {
      const situation = await given.held();
      const gate = closedGate();
      const confirming = confirm(situation, stoppedBefore(step, gate, lab.deps));
      await gate.reached;
      becomesEmergency(situation.offered);
      gate.open();
      expect(await confirming).toMatchObject(refused);
      await isLetGo(situation.offered);
    },
  );

  test('while a booking is being moved: it stays where it was', async () => {
    const old = await given.booked();
    const need = { assessmentDigest: old.offered.assessmentDigest };
    const wanted = offer(old.caller, await freeSlot(lab), need);
    const gate = closedGate();
    const moving = reschedule(
      old.booking.id,
      { caller: old.caller, to: wanted },
      stoppedBefore('take the hold', gate, lab.deps),
    );
    await gate.reached;
    becomesEmergency(wanted);
    gate.open();
    expect(await moving).toMatchObject(refused);
    expect(standing(lab, old.offered.slot.practice)).toBe(1);
    await isLetGo(wanted);
  });

  test('another time is wanted: what was held for the same need is let go, too', async () => {
    const first = await given.held();
    becomesEmergency(first.offered);
    const other = { ...first.offered, slot: await freeSlot(lab) };
    expect(await hold(other, first.caller)).toMatchObject(refused);
    await isLetGo(first.offered);
  });

  test('its hold is not kept for longer', async () => {
    const situation = await given.held();
    becomesEmergency(situation.offered);
    expect(await extendHold(situation.holdId, situation.caller, lab.deps)).toMatchObject(refused);
    await isLetGo(situation.offered);
  });

  test('what stands can still be cancelled, and a change by the practice accepted', async () => {
    const [slot, later] = await freeSlots(lab, newPractice(), 2);
    const { caller, offered, booking } = await given.booked(await given.held({ slot: slot! }));
    becomesEmergency(offered);
    const [there] = lab.simulators.diary.appointments({ practice: slot!.practice });
    lab.simulators.diary.deskMoves(slot!.practice, there!.id, Number(later!.id));
    const moved = await given.looked(booking);
    const accepting = { bookingId: moved.id, idempotencyKey: randomUUID(), requestId: randomUUID() };
    expect((await acceptMove(accepting, caller, lab.deps)).kind).toBe('booking');
    expect(await given.cancel({ caller, booking })).toMatchObject({ booking: { state: 'CANCELLED' } });
  });
});

describe('where symptom checks cannot be read', () => {
  const unreadable = (): BookingDeps => ({
    ...lab.deps,
    checks: { find: () => Promise.reject(new Error('The database is down.')) },
  });

  test('nothing is held', async () => {
    const caller = newCaller();
    const offered = offer(caller, await freeSlot(lab));
    expect((await hold(offered, caller, unreadable())).kind).toBe('supplier-unavailable');
    await isLetGo(offered);
  });

  test('nothing is booked, and a repetition of the request says so again', async () => {
    const { caller, holdId, offered } = await given.held();
    const input = confirmInput(holdId);
    const told = { kind: 'supplier-unavailable', why: 'UNAVAILABLE' };
    expect(await confirmBooking(input, caller, unreadable())).toMatchObject(told);
    expect(await confirmBooking(input, caller, unreadable())).toMatchObject(told);
    await isLetGo(offered);
  });

  test('nothing is moved', async () => {
    const old = await given.booked();
    const need = { assessmentDigest: old.offered.assessmentDigest };
    const to = offer(old.caller, await freeSlot(lab), need);
    expect((await reschedule(old.booking.id, { caller: old.caller, to }, unreadable())).kind).toBe(
      'supplier-unavailable',
    );
    expect(standing(lab, old.offered.slot.practice)).toBe(1);
    await isLetGo(to);
  });
});

describe('one check books for one person, the one who was checked', () => {
  /** A mother of twins; the check is about one of them, which no date tells. */
  function twins(): PatientCaller {
    const { actsFor, ...mother } = newCaller();
    const [tim] = actsFor;
    const [tom] = newCaller().actsFor;
    return { ...mother, actsFor: [tim!, { ...tom!, birthDate: tim!.birthDate }] };
  }

  const bornOn = (date: string) => ({ dateOfBirth: CalendarDate.parse(date) });

  test.each([
    { about: 'their child', subject: { relationship: 'CHILD' as const }, person: 'child', answer: 'held' },
    {
      about: 'somebody else, of the child’s birthday',
      subject: { relationship: 'OTHER' as const },
      person: 'child',
      answer: 'held',
    },
    {
      about: 'a child born a day before',
      subject: bornOn('2020-10-31'),
      person: 'child',
      answer: 'NOT_THE_PERSON_CHECKED',
    },
    {
      about: 'a child born a year later',
      subject: bornOn('2021-11-01'),
      person: 'child',
      answer: 'NOT_THE_PERSON_CHECKED',
    },
    {
      about: 'themself, with the child’s birthday',
      subject: { relationship: 'SELF' as const },
      person: 'child',
      answer: 'NOT_THE_PERSON_CHECKED',
    },
    { about: 'their child', subject: {}, person: 'caller', answer: 'NOT_THE_PERSON_CHECKED' },
    {
      about: 'a child with the caller’s birthday',
      subject: bornOn('1991-02-11'),
      person: 'caller',
      answer: 'NOT_THE_PERSON_CHECKED',
    },
    {
      about: 'themself',
      subject: { relationship: 'SELF' as const, ...bornOn('1991-02-11') },
      person: 'caller',
      answer: 'held',
    },
    {
      about: 'themself, born a day later',
      subject: { relationship: 'SELF' as const, ...bornOn('1991-02-12') },
      person: 'caller',
      answer: 'NOT_THE_PERSON_CHECKED',
    },
  ])('a check about $about, for the $person: $answer', async ({ subject, person, answer }) => {
    const caller = newCaller();
    const offered = offer(caller, await freeSlot(lab));
    const [son] = caller.actsFor;
    expect([son!.birthDate, caller.self.birthDate]).toEqual(['2020-11-01', '1991-02-11']);
    changeCheck(offered.assessmentDigest, {
      subject: { relationship: 'CHILD', dateOfBirth: son!.birthDate, ...subject },
    });
    const input = {
      ...holdInput(offered, caller, lab.deps),
      patientId: person === 'child' ? son!.id : undefined,
    };
    const told = await holdSlot(input, caller, lab.deps);
    expect('why' in told ? told.why : told.kind).toBe(answer);
  });

  const holdFor = async (caller: PatientCaller, person: number, need: object) => {
    const offered = offer(caller, await freeSlot(lab), need);
    const input = { ...holdInput(offered, caller, lab.deps), patientId: caller.actsFor[person]!.id };
    return { offered, answer: await holdSlot(input, caller, lab.deps) };
  };
  const USED = { kind: 'not-allowed', why: 'CHECK_USED_FOR_ANOTHER' };

  async function bookedFor(caller: PatientCaller, person: number, need: object) {
    const { offered, answer } = await holdFor(caller, person, need);
    if (answer.kind !== 'held') throw new Error(`expected a hold, not ${answer.kind}`);
    return given.booked({ caller, offered, holdId: answer.hold.id });
  }

  test('not for the other twin, whether the booking stands or was cancelled', async () => {
    const [caller, need] = [twins(), needOf()];
    const first = await bookedFor(caller, 0, need);
    expect((await holdFor(caller, 1, need)).answer).toEqual(USED);
    await given.cancel(first);
    expect((await holdFor(caller, 1, need)).answer).toEqual(USED);
    expect((await holdFor(caller, 0, need)).answer.kind).toBe('held');
  });

  test('nor in the place of a booking of the other twin', async () => {
    const [caller, need] = [twins(), needOf()];
    await bookedFor(caller, 0, need);
    const second = await bookedFor(caller, 1, needOf());
    const to = offer(caller, await freeSlot(lab), need);
    expect(await reschedule(second.booking.id, { caller, to })).toEqual(USED);
    expect(standing(lab, to.slot.practice)).toBe(0);
    expect(standing(lab, second.offered.slot.practice)).toBe(1);
  });

  test('where both are held for, the later one alone can be confirmed', async () => {
    const [caller, need] = [twins(), needOf()];
    const first = await holdFor(caller, 0, need);
    const second = await holdFor(caller, 1, need);
    if (first.answer.kind !== 'held' || second.answer.kind !== 'held') throw new Error('expected holds');
    expect(second.answer.replaced?.id).toBe(first.answer.hold.id);
    const of = (holdId: string) => confirm({ caller, offered: first.offered, holdId });
    expect((await of(first.answer.hold.id)).kind).toBe('hold-expired');
    expect((await of(second.answer.hold.id)).kind).toBe('booking');
  });

  test.each(CONFIRM_STEPS)('nor at the same moment, while the first comes to “%s”', async (step) => {
    const [caller, need] = [twins(), needOf()];
    const { answer, offered } = await holdFor(caller, 0, need);
    if (answer.kind !== 'held') throw new Error('expected a hold');
    const other = await bookedFor(caller, 1, needOf());
    const gate = closedGate();
    const confirming = confirm(
      { caller, offered, holdId: answer.hold.id },
      stoppedBefore(step, gate, lab.deps),
    );
    await gate.reached;
    const to = offer(caller, await freeSlot(lab), need);
    const moved = await reschedule(other.booking.id, { caller, to });
    gate.open();
    const confirmed = await confirming;
    const people = lab.simulators.diary
      .appointments()
      .filter(
        ({ slot, status }) => status === 'BOOKED' && [to.slot.id, offered.slot.id].includes(String(slot.id)),
      )
      .filter(({ practice }) => [to.slot.practice, offered.slot.practice].includes(practice));
    expect(people.length).toBeLessThanOrEqual(1);
    expect([moved.kind, confirmed.kind].filter((kind) => kind === 'booking')).toHaveLength(people.length);
  });
});
