import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { demoIssuer } from '../../demo/issuer';
import {
  CASE_STUDY_PRACTICE,
  demoPeople,
  demoToken,
  patientClaims,
  type DemoCallerName,
} from '../../demo/people';
import { inOneProcess, NOON, type GatewayUnderTest } from '../gateway-under-test';
import { asker, checkSymptoms, EMERGENCY, findOptions, WITHIN_A_DAY, type Ask } from '../patient-journey';

/**
 * Each cause of a refusal has a code of its own, so that each next screen can (docs/errors.md); and a booking says whose
 * it is. With the front end's own documents.
 */
let clock = new Date(NOON);
let gateway: GatewayUnderTest;
let as: (name: DemoCallerName) => Promise<Ask>;
let people: ReturnType<typeof demoPeople>;
const nobody: Ask = (query, variables) => asker(gateway.url)(query, variables);

beforeAll(async () => {
  gateway = await inOneProcess({ LIMIT_CALLER_COST_PER_MINUTE: '1000000000' }, undefined, () => clock);
  const issuer = await demoIssuer(gateway.config.dataDir);
  people = demoPeople(CASE_STUDY_PRACTICE, gateway.now());
  as = async (name) => asker(gateway.url, await demoToken(name, CASE_STUDY_PRACTICE, gateway.now(), issuer));
});
beforeEach(() => {
  clock = new Date(NOON);
});
afterAll(() => gateway.close());

const documents = join(__dirname, '..', '..', 'schema', 'operations');
const read = (name: string) => readFileSync(join(documents, `${name}.graphql`), 'utf8');
const key = () => randomUUID();
const RESULT = z.looseObject({
  __typename: z.string(),
  id: z.string().optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  fields: z.array(z.object({ path: z.string(), code: z.string() })).optional(),
});

/** Sends a published document with an input, and returns what its one field answers. */
async function send(ask: Ask, name: string, input: object) {
  const { data, errors } = await ask(read(name), { input });
  expect(errors).toEqual([]);
  return RESULT.parse(Object.values(data ?? {})[0]);
}

const hold = (ask: Ask, slotId: string, patientId?: string) =>
  send(ask, 'HoldSlot', { slotId, patientId, idempotencyKey: key() });
const confirm = (ask: Ask, holdId: string, more: object = {}) =>
  send(ask, 'ConfirmBooking', { holdId, idempotencyKey: key(), ...more });
const extend = (ask: Ask, holdId: string) => send(ask, 'ExtendHold', { holdId });
const release = (ask: Ask, holdId: string) => send(ask, 'ReleaseHold', { holdId });
const cancel = (ask: Ask, bookingId: string) =>
  send(ask, 'CancelBooking', { bookingId, reason: 'OTHER', idempotencyKey: key() });
const reschedule = (ask: Ask, bookingId: string, slotId: string) =>
  send(ask, 'RescheduleBooking', { bookingId, slotId, idempotencyKey: key() });

let searches = 0;

/** Times for a child, found in a symptom check of their own; each search looks at another practice's. */
async function search(ask: Ask, child = people.tim) {
  const { id: assessmentId } = await checkSymptoms(ask, child, WITHIN_A_DAY);
  const slots = await slotsOf(ask, assessmentId);
  return { assessmentId, slots };
}

async function slotsOf(ask: Ask, id: string): Promise<string[]> {
  const variables = { id, because: 'OWN_PRACTICE_TIMES_DO_NOT_SUIT', first: 10 };
  const { elsewhere } = await findOptions(ask, variables);
  const practice = elsewhere[searches++ % elsewhere.length]!;
  return practice.slots.map((slot) => slot.id).reverse();
}

const Bookings = z.object({
  myBookings: z.object({
    edges: z.array(
      z.object({
        node: z.object({
          id: z.string(),
          status: z.string(),
          patient: z.object({ id: z.string() }).nullable(),
        }),
      }),
    ),
  }),
});

/** Leaves the child without an appointment: for the same complaint there would be none beside it. */
async function cancelled(ask: Ask, child: (typeof people)['tim']): Promise<void> {
  const { edges } = Bookings.parse((await ask(read('MyBookings'))).data).myBookings;
  for (const { node } of edges)
    if (node.patient?.id === child.id && node.status === 'CONFIRMED') await cancel(ask, node.id);
}

async function booked(ask: Ask, child = people.tim) {
  await cancelled(ask, child);
  const found = await search(ask, child);
  const held = await hold(ask, found.slots[0]!, child.id);
  const booking = await confirm(ask, held.id!, { contactPhone: '01632 960001' });
  expect(booking).toMatchObject({ __typename: 'Booking', status: 'CONFIRMED' });
  return { ...found, bookingId: booking.id! };
}

describe('the next step of a person who books', () => {
  let parent: Ask;
  let slotId: string;
  let holdId: string;
  let bookingId: string;
  beforeAll(async () => {
    parent = await as('parent-of-twins');
    const found = await search(parent);
    slotId = found.slots[0]!;
    holdId = (await hold(parent, slotId, people.tim.id)).id!;
    ({ bookingId } = await booked(parent, people.tom));
  });

  const everything = async (ask: Ask) => ({
    hold: (await hold(ask, slotId)).code,
    extend: (await extend(ask, holdId)).code,
    confirm: (await confirm(ask, holdId)).code,
    reschedule: (await reschedule(ask, bookingId, slotId)).code,
    cancel: (await cancel(ask, bookingId)).code,
    release: (await release(ask, holdId)).code,
  });

  it('is to sign in', async () => {
    expect(await everything(nobody)).toEqual({
      hold: 'SIGN_IN_REQUIRED',
      extend: 'SIGN_IN_REQUIRED',
      confirm: 'SIGN_IN_REQUIRED',
      reschedule: 'SIGN_IN_REQUIRED',
      cancel: 'SIGN_IN_REQUIRED',
      release: 'SIGN_IN_REQUIRED',
    });
  });

  it.each(['p5', 'p0'] as const)('is to prove who they are (%s)', async (name) => {
    expect(await everything(await as(name))).toEqual({
      hold: 'IDENTITY_PROOF_REQUIRED',
      extend: 'IDENTITY_PROOF_REQUIRED',
      confirm: 'IDENTITY_PROOF_REQUIRED',
      reschedule: 'IDENTITY_PROOF_REQUIRED',
      cancel: 'IDENTITY_PROOF_REQUIRED',
      release: 'HOLD_NOT_FOUND',
    });
  });

  it.each(['practice', 'analyst', 'operator'] as const)('is to sign in as a patient (%s)', async (name) => {
    const codes = Object.values(await everything(await as(name)));
    expect(codes).toEqual(codes.map(() => 'ROLE_NOT_ALLOWED'));
  });

  it('is to search again, where somebody else searched, or they had not signed in', async () => {
    const father = await as('other-parent');
    expect(await hold(father, slotId, people.sam.id)).toMatchObject({
      __typename: 'NotAllowed',
      code: 'OFFER_FOR_ANOTHER',
    });
    const before = await search(nobody);
    expect(await hold(parent, before.slots[0]!, people.tim.id)).toMatchObject({
      code: 'OFFER_BEFORE_SIGN_IN',
    });
    expect(await reschedule(parent, bookingId, before.slots[0]!)).toMatchObject({
      code: 'OFFER_BEFORE_SIGN_IN',
    });
  });

  it('is to choose the patient, or to check that person', async () => {
    expect((await hold(parent, slotId, people.sam.id)).code).toBe('CANNOT_ACT_FOR_PERSON');
    expect((await hold(parent, slotId)).code).toBe('NOT_THE_PERSON_CHECKED');
  });

  it('is to hold a time again', async () => {
    const other = await as('other-patient');
    expect((await confirm(other, holdId)).code).toBe('HOLD_NOT_FOUND');
    expect((await extend(other, holdId)).code).toBe('HOLD_NOT_FOUND');
    expect((await release(other, holdId)).code).toBe('HOLD_NOT_FOUND');
  });

  it('is to look at the booking', async () => {
    expect((await cancel(parent, randomUUID())).code).toBe('BOOKING_NOT_FOUND');
    expect((await reschedule(parent, randomUUID(), slotId)).code).toBe('BOOKING_NOT_FOUND');
    const mine = await booked(parent);
    expect(await hold(parent, mine.slots[1]!, people.tim.id)).toMatchObject({
      __typename: 'AlreadyBooked',
      code: 'ALREADY_BOOKED',
      booking: { id: mine.bookingId, patient: { givenName: 'Tim' } },
    });
    expect((await reschedule(parent, mine.bookingId, mine.slots[0]!)).code).toBe('SAME_TIME');
  });

  it('is to look at the booking that the other parent has made', async () => {
    const [mother, father] = [await as('parent'), await as('other-parent')];
    const { assessmentId } = await booked(mother, people.sam);
    const slots = await slotsOf(father, assessmentId);
    expect(await hold(father, slots[0]!, people.sam.id)).toMatchObject({
      __typename: 'AlreadyBooked',
      code: 'ALREADY_BOOKED',
      booking: { patient: { givenName: 'Sam' } },
    });
  });

  it('is to search, to check again or to phone when time has passed', async () => {
    const { assessmentId, bookingId: old, slots } = await booked(parent);
    const options = read('AppointmentOptions');
    const searchAgain = async () => {
      const { data } = await parent(options, { assessmentId });
      return z.object({ assessment: z.object({ appointmentOptions: RESULT }) }).parse(data).assessment
        .appointmentOptions;
    };
    const query = read('BookingById');
    const Shown = z.object({ booking: z.object({ cancellableUntil: z.iso.datetime().nullable() }) });
    const { cancellableUntil } = Shown.parse((await parent(query, { id: old })).data).booking;
    expect(cancellableUntil).not.toBeNull();

    clock = new Date(cancellableUntil!);
    expect(Shown.parse((await parent(query, { id: old })).data).booking).toEqual({ cancellableUntil });
    clock = new Date(clock.getTime() + 1);
    expect(Shown.parse((await parent(query, { id: old })).data).booking).toEqual({ cancellableUntil: null });
    expect(await cancel(parent, old)).toMatchObject({
      code: 'TOO_LATE_TO_CHANGE',
      // The ledger dates the booking by its database's clock, which is years ahead here: too late from the start.
      message: expect.stringContaining('To change it, phone the practice.') as string,
    });
    expect((await hold(parent, slots[1]!, people.tim.id)).code).toBe('OFFER_EXPIRED');
    clock = new Date(new Date(NOON).getTime() + 5 * 60 * 60_000);
    expect(await searchAgain()).toMatchObject({
      code: 'SYMPTOM_CHECK_EXPIRED',
      message: 'You checked your symptoms more than 4 hours ago. Check them again before you book.',
    });
  });

  it('is to follow the advice', async () => {
    const { id } = await checkSymptoms(parent, people.tim, EMERGENCY);
    const { data } = await parent(read('AppointmentOptions'), { assessmentId: id });
    expect(data).toMatchObject({ assessment: { appointmentOptions: { code: 'OUTCOME_NOT_BOOKABLE' } } });
  });

  it('is, for a developer, to make a new key', async () => {
    await cancelled(parent, people.tim);
    const { slots } = await search(parent);
    const same = { slotId: slots[0], patientId: people.tim.id, idempotencyKey: key() };
    expect((await send(parent, 'HoldSlot', same)).__typename).toBe('Hold');
    expect(await send(parent, 'HoldSlot', { ...same, slotId: slots[1] })).toMatchObject({
      __typename: 'IdempotencyKeyReused',
      code: 'IDEMPOTENCY_KEY_REUSED',
    });
  });

  it.each([
    ['contactPhone', 'call me', 'NOT_A_PHONE_NUMBER'],
    ['contactPhone', ' ', 'EMPTY'],
    ['contactPhone', '0'.repeat(31), 'TOO_LONG'],
    ['reason', '', 'EMPTY'],
    ['reason', 'a'.repeat(151), 'TOO_LONG'],
    ['reason', 'rash\u0007', 'NOT_PLAIN_TEXT'],
    ['idempotencyKey', '', 'NOT_AN_IDEMPOTENCY_KEY'],
    ['idempotencyKey', 'k'.repeat(201), 'NOT_AN_IDEMPOTENCY_KEY'],
  ])('is to correct %s %j', async (field, value, code) => {
    expect(await confirm(parent, holdId, { [field]: value })).toMatchObject({
      __typename: 'InvalidInput',
      code: 'INVALID_INPUT',
      fields: [{ path: `input.${field}`, code }],
    });
  });
});

describe('a booking says whose it is', () => {
  const Mine = z.object({
    myBookings: z.object({
      edges: z.array(z.object({ node: z.object({ id: z.string(), patient: z.unknown() }) })),
    }),
  });
  const patients = async (ask: Ask) =>
    new Map(
      Mine.parse((await ask(read('MyBookings'))).data).myBookings.edges.map(({ node }) => [
        node.id,
        node.patient,
      ]),
    );

  it('to a parent of twins, as bookablePeople names them', async () => {
    const parent = await as('parent-of-twins');
    const [tims, toms] = [await booked(parent, people.tim), await booked(parent, people.tom)];
    const { data } = await parent(read('BookablePeople'));
    const { bookablePeople } = z.object({ bookablePeople: z.array(z.unknown()) }).parse(data);
    const [, tim, tom] = bookablePeople;
    expect(tim).toMatchObject({ id: people.tim.id, givenName: 'Tim', isCaller: false });
    const mine = await patients(parent);
    expect([mine.get(tims.bookingId), mine.get(toms.bookingId)]).toEqual([tim, tom]);
  });

  it('and not to a caller who may no longer act for that person', async () => {
    const issuer = await demoIssuer(gateway.config.dataDir);
    const { bookingId } = await booked(await as('parent-of-twins'));
    const { peter, tom } = people;
    const token = await issuer.sign('nhs-login', peter.id, patientClaims(peter, [tom]));
    expect([...(await patients(asker(gateway.url, token))).keys()]).not.toContain(bookingId);
  });
});

/** Provokes every field problem of the start of a symptom check, all at once. */
it('names each field of a start that cannot be used, with its code', async () => {
  const input = {
    pathwayId: 'toothache',
    subject: { relationship: 'CHILD', dateOfBirth: '2999-01-01', sex: 'MALE' },
    place: { postcode: 'QQ1 1AA' },
    registeredPracticeOdsCode: 'not a code',
    locale: 'tlh',
    idempotencyKey: 'short',
  };
  const { fields } = await send(nobody, 'StartAssessment', input);
  expect(Object.fromEntries(fields!.map(({ path, code }) => [path, code]))).toEqual({
    'input.pathwayId': 'UNKNOWN_PATHWAY',
    'input.subject.dateOfBirth': 'IN_THE_FUTURE',
    'input.place.postcode': 'NOT_A_POSTCODE',
    'input.registeredPracticeOdsCode': 'NOT_AN_ODS_CODE',
    'input.locale': 'LOCALE_NOT_OFFERED',
    'input.idempotencyKey': 'NOT_AN_IDEMPOTENCY_KEY',
  });
});
