import { z } from 'zod';
import { CASE_STUDY_PRACTICE } from '../../demo/people';
import { eventually } from '../../domain/eventually';
import { OdsCode } from '../../domain/ods-code';
import {
  Anything,
  becomesAnEmergency,
  change,
  checkSymptoms,
  childOf,
  holdFor,
  journeySteps,
  RULES,
  key,
  offers,
  search,
  type OfferedSlot,
  type Play,
} from './journey-steps';
import { productInProduction, type ProductionProduct } from './product';

/**
 * Plays what strangers found in booking, practices and suppliers (issue 18), point by point, as people meet it: through the
 * published documents alone, in production's settings.
 */
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** The hour before the start, in which TPP itself cancels nothing online. */
const TPP_CUT_OFF_MINUTES = 60;
const PHONE = '01632 960001';
/** Own patients are booked at these by TPP; others by GP Connect. */
const TPP_PRACTICE = OdsCode.parse('Z90011');

let product: ProductionProduct;
let steps: ReturnType<typeof journeySteps>;
beforeAll(async () => {
  product = await productInProduction({ COMPARE_SECONDS: '3' });
  steps = journeySteps(product);
  const { practicesNear } = await steps.player()(
    'PracticesNear',
    { near: { postcode: 'WY1 1AA' }, first: 16 },
    z.object({
      practicesNear: z.object({ edges: z.array(z.object({ node: z.object({ odsCode: OdsCode }) })) }),
    }),
  );
  const codes = new Set([TPP_PRACTICE, ...practicesNear.edges.map(({ node }) => node.odsCode)]);
  for (const code of codes) await steps.optIn(code, { dailyQuota: null });
}, 90_000);
afterEach(() => {
  product.simulators.faults.clear();
});
afterAll(() => product.close());

type Family = Awaited<ReturnType<typeof steps.newFamily>>;

/** A child with a finished symptom check, and times at other practices. */
async function readyToBook(variables: object = {}, answers?: Record<string, string>) {
  const family = await steps.newFamily();
  const { play, son } = family;
  const patientId = await childOf(play);
  const assessmentId = await checkSymptoms(play, son.birthDate, answers);
  return { ...family, patientId, assessmentId, times: await offers(play, { assessmentId, ...variables }) };
}

const hold = (play: Play, patientId: string, { id: slotId }: OfferedSlot, more: object = {}) =>
  change(play, 'HoldSlot', { slotId, patientId, idempotencyKey: key(), ...more });
const confirm = (play: Play, holdId: string, more: object = { contactPhone: PHONE }) =>
  change(play, 'ConfirmBooking', { holdId, idempotencyKey: key(), ...more });

async function booked({ play, patientId, times }: Awaited<ReturnType<typeof readyToBook>>, at = times[0]!) {
  const booking = await confirm(play, await holdFor(play, patientId, at.id));
  expect(booking.status).toBe('CONFIRMED');
  return { id: booking.id!, slot: at, practice: OdsCode.parse(at.practice.odsCode) };
}

const Shown = z.object({
  status: z.string(),
  startsAt: z.string(),
  moved: z.object({ message: z.string() }).nullable(),
  reference: z.string(),
  practice: z.object({
    name: z.string(),
    phone: z.string().nullable(),
    leftDirectoryOn: z.string().nullable(),
  }),
});
async function show(play: Play, id: string) {
  return (await play('BookingById', { id }, z.object({ booking: Shown }))).booking;
}

/** A person's appointments at a practice that stand, as its own book has them. */
const inBook = (practice: OdsCode, { nhsNumber }: Family['son']) =>
  product.simulators.diary.appointments({ practice, nhsNumber }).filter(({ status }) => status === 'BOOKED');

test('1: what was offered and held is not booked any more once the symptom check says 999', async () => {
  const { play, son, patientId, assessmentId, times } = await readyToBook();
  const [held, offered] = times as [OfferedSlot, OfferedSlot];
  const holdId = await holdFor(play, patientId, held.id);
  await becomesAnEmergency(play, assessmentId);
  const changed = { __typename: 'OutcomeChanged', code: 'OUTCOME_CHANGED', disposition: { id: 'ambulance' } };
  const confirmed = await confirm(play, holdId);
  expect(confirmed).toMatchObject(changed);
  expect(confirmed.message).toContain('999');
  expect(await hold(play, patientId, offered)).toMatchObject(changed);
  expect(inBook(OdsCode.parse(held.practice.odsCode), son)).toEqual([]);
});

test('1: a check of one twin books for that twin alone', async () => {
  const { play, son, twin } = await steps.newFamily(CASE_STUDY_PRACTICE, { withTwin: true });
  const assessmentId = await checkSymptoms(play, son.birthDate);
  const own = (await search(play, { assessmentId })).ownPractice!;
  expect(own.answer).toBe('SLOTS');
  const [one, two] = own.slots;
  const first = await confirm(play, await holdFor(play, son.id, one!.id));
  expect(first).toMatchObject({ status: 'CONFIRMED', atOwnPractice: true });
  expect(await hold(play, twin.id, two!)).toMatchObject({ code: 'CHECK_USED_FOR_ANOTHER' });
});

test('2: one time is held for one need, few for one caller, and nobody is booked twice unasked', async () => {
  const mine = await readyToBook();
  const { play, son, patientId } = mine;
  const [one, two] = mine.times as [OfferedSlot, OfferedSlot];
  await holdFor(play, patientId, one.id);
  const second = await hold(play, patientId, two);
  expect(second).toMatchObject({ __typename: 'Hold', letGo: { startsAt: one.startsAt } });
  const other = await readyToBook();
  const same = other.times.find(
    ({ startsAt, practice }) => startsAt === one.startsAt && practice.odsCode === one.practice.odsCode,
  );
  expect(await hold(other.play, other.patientId, same!)).toMatchObject({ __typename: 'Hold' });

  const booking = await confirm(play, second.id!);
  const checkedAgain = await checkSymptoms(play, son.birthDate);
  const again = await offers(play, { assessmentId: checkedAgain });
  const later = again.find(({ startsAt }) => startsAt > (booking['endsAt'] as string))!;
  expect(await hold(play, patientId, later)).toMatchObject({
    code: 'BOOKED_FOR_SAME_COMPLAINT',
    booking: { id: booking.id },
  });
  const both = await hold(play, patientId, later, { keepBookingIds: [booking.id] });
  expect(both.__typename).toBe('Hold');
  const answers: string[] = [];
  for (let times = 0; times < 7; times++)
    for (const time of other.times.slice(-2))
      answers.push((await hold(other.play, other.patientId, time)).__typename);
  expect(answers).toContain('TooManyHolds');
});

test.each([
  ['by EMIS, at the own practice', CASE_STUDY_PRACTICE, true, RULES.cancelCutOffMinutes],
  ['by TPP, at the own practice', TPP_PRACTICE, true, TPP_CUT_OFF_MINUTES],
  ['by GP Connect, at another', CASE_STUDY_PRACTICE, false, RULES.cancelCutOffMinutes],
] as const)(
  '3: the telephone number reaches the practice, also of a moved appointment: %s',
  async (_, at, isOwn, cutOffMinutes) => {
    const { play, son } = await steps.newFamily(at);
    const assessmentId = await checkSymptoms(play, son.birthDate);
    const wanted = { assessmentId, modes: ['TELEPHONE'] };
    const times = isOwn ? (await search(play, wanted)).ownPractice!.slots : await offers(play, wanted);
    // Shortly before it begins nothing is cancelled online, whatever the hour is now.
    const cancellable = times.filter(({ startsAt }) => Date.parse(startsAt) > Date.now() + 2 * HOUR_MS);
    const [first, second] = cancellable as [OfferedSlot, OfferedSlot];
    expect(Date.parse(first.startsAt) - Date.parse(first.cancellableUntil!)).toBe(cutOffMinutes * MINUTE_MS);
    expect(first.needsContactPhone).toBe(true);
    const holdId = await holdFor(play, son.id, first.id);
    const without = await confirm(play, holdId, {});
    expect(without).toMatchObject({ fields: [{ path: 'input.contactPhone', code: 'PHONE_NEEDED' }] });
    const booking = await confirm(play, holdId);
    expect(booking.status).toBe('CONFIRMED');
    const numbers = (slot: OfferedSlot) =>
      inBook(OdsCode.parse(slot.practice.odsCode), son).map((one) =>
        JSON.stringify(one).replaceAll(/\D/g, ''),
      );
    expect(numbers(first)).toEqual([expect.stringContaining('01632960001')]);
    const move = { bookingId: booking.id, slotId: second.id, idempotencyKey: key() };
    expect(await change(play, 'RescheduleBooking', move)).toMatchObject({ status: 'CONFIRMED' });
    await eventually('the old time is given back', () => numbers(second).length === 1);
    expect(numbers(second)).toEqual([expect.stringContaining('01632960001')]);
  },
);

test('4: an answer that is no yes is looked into', async () => {
  const ready = await readyToBook();
  const { play, son, patientId, times } = ready;
  const holdId = await holdFor(play, patientId, times[0]!.id);
  const { faults } = product.simulators;
  const body = JSON.stringify({ resourceType: 'Appointment', id: '424242', status: 'cancelled' });
  faults.add({ supplier: 'gp-connect', operation: 'BOOK', times: 1, fault: { kind: 'replaced', body } });
  const doubtful = await confirm(play, holdId);
  expect(doubtful.status).toBe('CHECKING');
  await eventually('it is read back', async () => (await show(play, doubtful.id!)).status !== 'CHECKING');
  const stands = inBook(OdsCode.parse(times[0]!.practice.odsCode), son).length === 1;
  expect((await show(play, doubtful.id!)).status).toBe(stands ? 'CONFIRMED' : 'FAILED');
});

test('5: an appointment that the desk moves is told as moved, and can be accepted and cancelled', async () => {
  const ready = await readyToBook();
  const { play, son } = ready;
  const { id, slot, practice } = await booked(ready);
  const [appointment] = inBook(practice, son);
  const { diary } = product.simulators;
  const from = new Date(Date.parse(slot.startsAt) + 60 * 60_000);
  const free = diary
    .slots(practice, from, new Date(from.getTime() + 12 * 60 * 60_000))
    .find(({ state, slot: { mode } }) => state === 'FREE' && mode === slot.mode)!;
  expect(diary.deskMoves(practice, appointment!.id, free.slot.id)).toBe(true);
  await eventually('it is noticed', async () => (await show(play, id)).status === 'MOVED_BY_PRACTICE');
  const moved = await show(play, id);
  expect(Date.parse(moved.startsAt)).toBe(free.slot.startsAt.getTime());
  expect(moved.moved?.message).toMatch(/^The practice has changed this appointment\. It is now at /);
  const accept = { bookingId: id, idempotencyKey: key() };
  expect((await change(play, 'AcceptMovedBooking', accept)).status).toBe('CONFIRMED');
  const cancel = { bookingId: id, reason: 'CANNOT_ATTEND', idempotencyKey: key() };
  expect((await change(play, 'CancelBooking', cancel)).status).toBe('CANCELLED');
  expect(inBook(practice, son)).toEqual([]);
});

test('5: one that it cancels and refills does not stand for ever, and an operator finds it by its reference', async () => {
  const ready = await readyToBook();
  const { id, practice } = await booked(ready);
  const [appointment] = inBook(practice, ready.son);
  const { diary } = product.simulators;
  diary.cancel(practice, appointment!.id, 'the desk');
  diary.deskTakesSlot(practice, appointment!.slot.id);
  const told = ['NEEDS_ATTENTION', 'CANCELLED_BY_PRACTICE'];
  await eventually('somebody knows', async () => told.includes((await show(ready.play, id)).status));
  const { reference } = await show(ready.play, id);
  const operator = await steps.client('operator');
  const { bookingByReference } = await operator(
    'BookingByReference',
    { reference: reference.toLowerCase().replace('-', ' ') },
    z.object({ bookingByReference: z.object({ booking: z.object({ id: z.string() }) }) }),
  );
  expect(bookingByReference.booking.id).toBe(id);
});

test('7: a preview says what the search offers', async () => {
  const staff = await steps.staffOf(CASE_STUDY_PRACTICE);
  const preview = async () => {
    const wanted = { dispositionId: 'gp-24h', ageInMonths: 84, relation: 'OWN' };
    const { myPractice } = await staff(
      'MyPracticeBook',
      { preview: wanted },
      z.object({ myPractice: z.object({ releasePreview: z.object({ offered: z.boolean() }) }) }),
    );
    return myPractice.releasePreview.offered;
  };
  const { play, son } = await steps.newFamily();
  const answer = async () => {
    const assessmentId = await checkSymptoms(play, son.birthDate);
    return (await search(play, { assessmentId })).ownPractice?.answer;
  };
  expect([await preview(), await answer()]).toEqual([true, 'SLOTS']);
  const wrong = { odsCode: CASE_STUDY_PRACTICE, expectedVersion: 1, dispositionIds: ['gp-24hours'] };
  await expect(steps.optIn(CASE_STUDY_PRACTICE, wrong)).rejects.toThrow();
  await steps.optIn(CASE_STUDY_PRACTICE, { ownPatients: false, dailyQuota: null });
  expect([await preview(), await answer()]).toEqual([false, 'NOT_RELEASED']);
  await steps.optIn(CASE_STUDY_PRACTICE, { dailyQuota: null });
});

test('8: places and names are read as people write them', async () => {
  const play = steps.player();
  const Near = z.object({ practicesNear: z.looseObject({ __typename: z.string() }) });
  for (const postcode of ['wy11aa', ' WY1  1AA', 'WY1 1']) {
    const { practicesNear } = await play('PracticesNear', { near: { postcode } }, Near);
    expect([postcode, practicesNear.__typename]).toEqual([postcode, 'PracticeNearConnection']);
  }
  const named = async (text: string) => {
    const Found = z.object({ searchPractices: z.array(z.object({ odsCode: z.string() })) });
    const { searchPractices } = await play('SearchPractices', { text }, Found);
    return searchPractices.map(({ odsCode }) => odsCode);
  };
  expect(await named('headland row surgery')).toContain(CASE_STUDY_PRACTICE);
  expect(await named('Surgery, Headland Row')).toContain(CASE_STUDY_PRACTICE);
});

test('9: what a supplier gives this service is configuration; what is missing, or the simulator’s, is named', () => {
  const MERIDIAN_URL = product.simulators.urls.meridian;
  const missing = product.refusalOf({ MERIDIAN_URL, MERIDIAN_CLIENT_ID: 'our-own-client' });
  expect(missing.trim()).toMatch(/^MERIDIAN_CLIENT_SECRET is missing: [^\n]*$/);
  const simulated = { MERIDIAN_CLIENT_SECRET: 'a secret that the simulator takes' };
  const refused = product.refusalOf({ MERIDIAN_URL, MERIDIAN_CLIENT_ID: 'our-own-client', ...simulated });
  expect(refused.trim()).toMatch(/^MERIDIAN_CLIENT_SECRET is the simulator's: [^\n]*$/);
  expect(refused).not.toContain(simulated.MERIDIAN_CLIENT_SECRET);
});

// The last two: they change the directory, and stop a supplier, for everybody.
test('6: a practice that leaves the directory hides nobody’s bookings, and a file that was cut changes nothing', async () => {
  const ready = await readyToBook();
  const { id, practice } = await booked(ready);
  const before = (await show(ready.play, id)).practice;
  const cut = product.importDirectory((text) => text.slice(0, text.length / 2));
  expect(cut?.trim().split('\n')).toHaveLength(1);
  const left = async () => {
    const { practice: answered } = await steps.player()(
      'PracticeByCode',
      { odsCode: practice },
      z.object({ practice: z.object({ leftDirectoryOn: z.string().nullable() }) }),
    );
    return answered.leftDirectoryOn;
  };
  expect(await left()).toBeNull();
  const without = (text: string) =>
    text
      .split('\n')
      .filter((line) => !line.startsWith(`"${practice}"`))
      .join('\n');
  const overrides = product.importDirectory(without);
  expect(overrides).toContain(`1 of 65 practices (${practice})`);
  const named = [...(overrides ?? '').matchAll(/--accept ([\w-]+)/g)].map(([, guard]) => guard!);
  expect(named).toContain('missing-practices');
  expect(product.importDirectory(without, named)).toBeNull();
  await eventually('it has left', async () => (await left()) !== null);
  expect(before.leftDirectoryOn).toBeNull();
  expect((await show(ready.play, id)).practice).toEqual({ ...before, leftDirectoryOn: await left() });
  await ready.play('MyBookings', {}, Anything);
  const cancel = { bookingId: id, reason: 'OTHER', idempotencyKey: key() };
  expect((await change(ready.play, 'CancelBooking', cancel)).status).toBe('CANCELLED');
});

test('4: a long Retry-After keeps nobody waiting for days', async () => {
  const { play, patientId, times } = await readyToBook();
  const holdId = await holdFor(play, patientId, times[0]!.id);
  const fault = { kind: 'throttled', retryAfterSeconds: 999_999 } as const;
  product.simulators.faults.add({ supplier: 'gp-connect', operation: 'BOOK', fault });
  const refused = await confirm(play, holdId);
  expect(refused.__typename).toBe('SupplierUnavailable');
  expect(refused['retryAfterSeconds']).toBeLessThanOrEqual(3_600);
});
