import { randomUUID } from 'node:crypto';
import type { Slot } from '../../adapters/gp-system';
import { assessmentDigest } from '../../domain/assessment-digest';
import type { PatientCaller, Person } from '../../domain/caller';
import { CalendarDate } from '../../domain/london-time';
import type { OdsCode } from '../../domain/ods-code';
import { holdSlot, releaseHold } from '../../subgraphs/appointments/booking/hold-slot';
import { appointmentOptions } from '../../subgraphs/appointments/options/appointment-options';
import type { Candidate } from '../../subgraphs/appointments/options/assessment-facts';
import { findTimeBeside, sideOf, type BesideWhich } from '../../subgraphs/appointments/options/beside';
import { sharedQuestions } from '../../subgraphs/appointments/options/slot-questions';
import type { Offer } from '../../subgraphs/appointments/holds/offers';
import {
  bookingLaboratory,
  freeSlots,
  holdInput,
  newCaller,
  newPractice,
  OPEN_BOOK,
  offer,
  type BookingLaboratory,
} from '../booking-laboratory';
import { EMBEDDED } from '../databases';
import { inventCheck } from '../symptom-checks';
import { situations } from './situations';

const HOUR = 60 * 60_000;

let lab: BookingLaboratory;
let given: ReturnType<typeof situations>;
beforeAll(async () => {
  lab = await bookingLaboratory(await EMBEDDED.settings());
  given = situations(lab);
});
afterAll(() => lab.close());

/** A mother, her son, for whom a time is held that has free ones in its mode on both sides, and her daughter. */
async function firstChildHeld() {
  const mother = newCaller();
  const stranger = newCaller();
  const daughter: Person = {
    ...stranger.actsFor[0]!,
    id: 'daughter',
    birthDate: CalendarDate.parse('2023-03-09'),
  };
  const caller: PatientCaller = { ...mother, actsFor: [...mother.actsFor, daughter] };
  const practice = newPractice();
  const slots = await freeSlots(lab, practice, 24);
  const first = slots.find(
    (slot) => new Set(slots.map((other) => sideOf(other, slot)).filter((side) => side !== null)).size === 2,
  )!;
  const offered = offer(caller, first);
  const answer = await holdSlot(holdInput(offered, caller, lab.deps), caller, lab.deps);
  if (answer.kind !== 'held') throw new Error(`expected a hold, not ${answer.kind}`);
  return { caller, stranger, daughter, practice, first, offered, holdId: answer.hold.id };
}

type Family = Awaited<ReturnType<typeof firstChildHeld>>;

const candidate = (odsCode: OdsCode, distanceMiles: number, release = OPEN_BOOK): Candidate => ({
  odsCode,
  distanceMiles,
  connections: [{ supplier: 'gp-connect', route: 'NETWORK' }],
  release,
});

/** Options for the daughter, near whom another practice is nearer. */
async function optionsForSecond(
  { caller, daughter, practice }: Pick<Family, 'caller' | 'daughter' | 'practice'>,
  beside: BesideWhich | null,
  { release = OPEN_BOOK, deadline = new Date(lab.clock.now().getTime() + 24 * HOUR) } = {},
) {
  const nearer = newPractice();
  await freeSlots(lab, nearer, 1);
  const id = randomUUID();
  inventCheck(assessmentDigest(id), {
    subject: { relationship: 'CHILD', dateOfBirth: daughter.birthDate },
    result: { kind: 'OUTCOME', dispositionId: 'gp-6h', title: 'See a GP', deadline },
  });
  const found = await appointmentOptions(
    {
      id,
      expiresAt: new Date(lab.clock.now().getTime() + HOUR),
      outcome: {
        deadline,
        disposition: { id: 'gp-6h', bookable: 'NETWORK', modes: ['IN_PERSON', 'TELEPHONE'] },
      },
      subject: { ageInMonths: 44, registeredPracticeOdsCode: null },
      candidates: {
        own: null,
        near: [candidate(nearer, 0.1), candidate(practice, 2, release)],
        stopped: [],
        practicesInRadius: 2,
        withinMiles: 10,
        placeKnown: true,
      },
    },
    { first: 2, modes: null, elsewhereReason: null, accessNeeds: [], beside, timeoutMs: 10_000 },
    { caller, requestId: randomUUID(), signal: new AbortController().signal },
    { ...lab.deps, questions: sharedQuestions(lab.deps.timers) },
  );
  const offersAt = (code: OdsCode): Offer[] =>
    found.elsewhere.flatMap((one) => (one.candidate.odsCode === code ? found.offersOf(one) : []));
  return { ...found, nearer, offersAt };
}

const sides = (offers: readonly Offer[], beside: Slot | null) =>
  offers.map(({ slot }) => sideOf(slot, beside)).filter((side) => side !== null);

describe('times for a second child beside the time that is held for the first', () => {
  test('stand first, at that practice, which stands before a nearer one; all others are as ever', async () => {
    const family = await firstChildHeld();
    const { practice, first, holdId } = family;
    const plain = await optionsForSecond(family, null);
    const found = await optionsForSecond(family, { holdId });

    expect(plain.elsewhere.map(({ candidate: { odsCode } }) => odsCode)).toEqual([plain.nearer, practice]);
    expect(found.elsewhere.map(({ candidate: { odsCode } }) => odsCode)).toEqual([practice, found.nearer]);
    expect([plain.beside, found.beside]).toEqual([null, first]);

    const offers = found.offersAt(practice);
    const marked = offers.filter(({ slot }) => sideOf(slot, first) !== null);
    expect(new Set(sides(marked, first))).toEqual(new Set(['DIRECTLY_BEFORE', 'DIRECTLY_AFTER']));
    expect(offers.slice(0, marked.length)).toEqual(marked);
    const rest = offers.slice(marked.length).map(({ slot }) => slot.startsAt.getTime());
    expect(rest).toEqual(rest.toSorted((a, b) => a - b));
    // All that is offered without it, but for the one that the first child has.
    const ids = (some: readonly Offer[]) => some.map(({ slot }) => slot.id).sort();
    expect(ids(offers)).toEqual(ids(plain.offersAt(practice)).filter((id) => id !== first.id));
  });

  test('can be held and booked with it: two needs, two holds', async () => {
    const family = await firstChildHeld();
    const { caller, daughter, practice, first, holdId } = family;
    const [next] = (await optionsForSecond(family, { holdId })).offersAt(practice);
    const input = { ...holdInput(next!, caller, lab.deps), patientId: daughter.id };
    const second = await holdSlot(input, caller, lab.deps);
    expect(second).toMatchObject({ kind: 'held', replaced: null });
    if (second.kind !== 'held') return;
    const holders = await lab.deps.holds.holders(
      [first, next!.slot].map(({ id }) => JSON.stringify(['gp-connect', practice, id])),
    );
    expect([...holders.values()].map(({ token }) => token)).toEqual([holdId, second.hold.id]);
    for (const id of [holdId, second.hold.id])
      expect(await given.confirm({ caller, offered: next!, holdId: id })).toMatchObject({
        kind: 'booking',
        booking: { state: 'CONFIRMED' },
      });
    const booked = lab.simulators.diary.appointments({ practice });
    expect(booked.map(({ status }) => status)).toEqual(['BOOKED', 'BOOKED']);
  });

  test('are found beside a booking as well, and no more once that is cancelled', async () => {
    const family = await firstChildHeld();
    const { caller, offered, holdId, practice, first } = family;
    const { booking } = await given.booked({ caller, offered, holdId });
    const found = await optionsForSecond(family, { bookingId: booking.id });
    expect(sides(found.offersAt(practice).slice(0, 1), first)).toHaveLength(1);
    await given.cancel({ caller, booking });
    expect((await optionsForSecond(family, { bookingId: booking.id })).beside).toBeNull();
  });

  test("are only those that the practice's rules and the second outcome's deadline allow", async () => {
    const family = await firstChildHeld();
    const { practice, first, holdId } = family;
    const until = await optionsForSecond(
      family,
      { holdId },
      { deadline: new Date(first.endsAt.getTime() - 1) },
    );
    expect(new Set(sides(until.offersAt(practice), first))).toEqual(new Set(['DIRECTLY_BEFORE']));
    const adults = { ...OPEN_BOOK, ageInMonths: { from: 216, below: null } };
    const refused = await optionsForSecond(family, { holdId }, { release: adults });
    expect(refused.offersAt(practice)).toEqual([]);
    expect(Object.fromEntries(refused.notOffered)).toEqual({ RELEASE_RULE: 1 });
  });
});

describe('the time beside which somebody would be seen', () => {
  const timeBeside = (caller: PatientCaller, which: BesideWhich, assessmentId: string = randomUUID()) =>
    findTimeBeside(which, assessmentId, caller, lab.deps);

  test('is told to nobody but the caller whose hold it is', async () => {
    const { caller, stranger, first, holdId } = await firstChildHeld();
    expect(await timeBeside(caller, { holdId })).toEqual(first);
    expect(await timeBeside(stranger, { holdId })).toBeNull();
    expect(await timeBeside({ ...caller, proofing: 'P5' }, { holdId })).toBeNull();
    expect(await timeBeside(caller, { holdId: 'no such hold' })).toBeNull();
    expect(await findTimeBeside({ holdId }, 'a', { kind: 'anonymous' }, lab.deps)).toBeNull();
  });

  test('is told of a booking to whoever may act for that person now', async () => {
    const { caller, stranger, offered, first, holdId } = await firstChildHeld();
    const { booking } = await given.booked({ caller, offered, holdId });
    const father: PatientCaller = { ...stranger, actsFor: [...caller.actsFor] };
    expect(await timeBeside(father, { bookingId: booking.id })).toEqual(first);
    expect(await timeBeside(stranger, { bookingId: booking.id })).toBeNull();
    expect(await timeBeside({ ...caller, actsFor: [] }, { bookingId: booking.id })).toBeNull();
  });

  test('is none once the hold was let go or has run out, and for the need that it is held for', async () => {
    const { caller, holdId } = await firstChildHeld();
    await releaseHold(holdId, caller, lab.deps);
    expect(await timeBeside(caller, { holdId })).toBeNull();

    const other = await firstChildHeld();
    const same = randomUUID();
    const ofNeed = await given.held({ assessmentDigest: assessmentDigest(same) });
    expect(await timeBeside(ofNeed.caller, { holdId: ofNeed.holdId })).not.toBeNull();
    expect(await timeBeside(ofNeed.caller, { holdId: ofNeed.holdId }, same)).toBeNull();
    lab.clock.advance(lab.deps.holdMs);
    expect(await timeBeside(other.caller, { holdId: other.holdId })).toBeNull();
  });
});
