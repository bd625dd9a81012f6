import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CASE_STUDY_PRACTICE, demoFamily, patientClaims, staffClaims } from '../../demo/people';
import { simulatorControl } from '../../demo/simulator-control';
import { OdsCode } from '../../domain/ods-code';
import { machineTimers, pause } from '../../domain/timers';
import { eventually } from '../../domain/eventually';
import { raw, WITHIN_A_DAY } from '../patient-journey';
import { plant, plantPerson } from '../planted';
import { productInProduction, type ProductionProduct } from './product';

/**
 * Plays the journeys of production: everything that docs/api.md describes, in production's defaults, with the
 * documents of schema/operations alone, each sent by its id.
 */
const MANIFEST = join(__dirname, '..', '..', 'schema', 'operations', 'manifest.json');
const ids = new Map(
  z
    .object({ operations: z.array(z.object({ id: z.string(), name: z.string() })) })
    .parse(JSON.parse(readFileSync(MANIFEST, 'utf8')))
    .operations.map(({ id, name }) => [name, id]),
);
const played = new Set<string>();
let families = 0;

/** Sends a document by its name. A refusal fails the test; problems are answers. */
type Play = <T>(name: string, variables: object, data: z.ZodType<T>) => Promise<T>;

let product: ProductionProduct;
beforeAll(async () => {
  product = await productInProduction();
}, 60_000);
afterAll(() => product.close());

function player(token?: string): Play {
  return async (name, variables, data) => {
    played.add(name);
    const answer = await raw(`${product.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ documentId: ids.get(name), variables }),
    });
    expect({ name, errors: answer.errors }).toEqual({ name, errors: [] });
    return data.parse(answer.data);
  };
}

async function staffOf(practice: OdsCode): Promise<Play> {
  return player(await product.issuer.sign('cis2', `manager-of-${practice}`, staffClaims(practice)));
}

const Book = z.object({ version: z.number(), status: z.string() });
const Changed = z.object({ __typename: z.literal('Practice'), release: Book });
const PracticeInList = z.object({ odsCode: OdsCode, release: z.object({ status: z.string() }) });
const RULES = {
  horizonDays: 14,
  minimumNoticeMinutes: 15,
  takeBackMinutes: 30,
  // Earlier than any notice: the first time that is offered can be moved and cancelled, whatever the hour.
  cancelCutOffMinutes: 5,
  modes: ['IN_PERSON', 'TELEPHONE'],
  slotTypes: ['111 urgent', 'Routine', 'Telephone triage'],
  dispositionIds: ['gp-2h', 'gp-6h', 'gp-24h'],
  otherPatients: true,
  ownPatients: true,
};

async function bookOf(play: Play) {
  const preview = { dispositionId: 'gp-6h', ageInMonths: 84, relation: 'OTHER' };
  const { myPractice } = await play(
    'MyPracticeBook',
    { preview },
    z.object({ myPractice: z.object({ release: Book, releaseHistory: z.array(z.unknown()) }) }),
  );
  return myPractice;
}

async function optIn(odsCode: OdsCode): Promise<void> {
  const play = await staffOf(odsCode);
  const { version: expectedVersion } = (await bookOf(play)).release;
  const { setReleasePolicy } = await play(
    'SetReleasePolicy',
    { input: { odsCode, expectedVersion, ...RULES } },
    z.object({ setReleasePolicy: Changed }),
  );
  expect(setReleasePolicy.release.status).toBe('OPEN');
}

/** A mother who is signed in, and her son, both registered at the practice of the case study. */
async function newFamily() {
  const family = demoFamily(CASE_STUDY_PRACTICE, ++families, new Date());
  for (const person of [family.mother, family.son]) {
    plantPerson(person);
    product.simulators.diary.registerPatient(CASE_STUDY_PRACTICE, person);
  }
  const { mother, son } = family;
  const token = await product.issuer.sign('nhs-login', mother.id, patientClaims(mother, [son]));
  plant(token);
  return { son, play: player(token) };
}

async function client(scope: 'analyst' | 'operator'): Promise<Play> {
  return player(await product.issuer.sign('client', `${scope}-of-documents`, { scope }));
}

const Anything = z.record(z.string(), z.unknown());
const Question = z.object({ key: z.string() }).nullable();
const Check = z.object({ id: z.string(), revision: z.number(), question: Question });
const Answered = z.object({
  answer: z.string(),
  slots: z.array(z.object({ id: z.string(), mode: z.string() })),
});
const Offered = z.object({
  assessment: z.object({
    appointmentOptions: z.object({
      ownPractice: Answered.nullable(),
      elsewhere: z.array(Answered),
    }),
  }),
});
const Status = z.object({ id: z.string(), status: z.string() });
const key = () => randomUUID();

/** Answers until there is an outcome. */
async function checkSymptoms(play: Play, dateOfBirth: string): Promise<string> {
  const start = {
    pathwayId: 'child-rash',
    subject: { relationship: 'CHILD', dateOfBirth, sex: 'MALE' },
    place: { postcode: 'WY1 1AA' },
    idempotencyKey: key(),
  };
  const { startAssessment } = await play(
    'StartAssessment',
    { input: start },
    z.object({ startAssessment: Check }),
  );
  const { id: assessmentId } = startAssessment;
  plant(assessmentId);
  let { revision, question } = startAssessment;
  // A day has times at every hour that the tests may run at; two hours may not.
  const answers: Record<string, string> = WITHIN_A_DAY;
  while (question !== null) {
    const optionIds = [answers[question.key] ?? 'none'];
    const input = { assessmentId, questionId: question.key, optionIds, expectedRevision: revision };
    const { answerQuestion } = await play('AnswerQuestion', { input }, z.object({ answerQuestion: Check }));
    ({ revision, question } = answerQuestion);
  }
  return assessmentId;
}

async function childOf(play: Play): Promise<string> {
  const { bookablePeople } = await play(
    'BookablePeople',
    {},
    z.object({ bookablePeople: z.array(z.object({ id: z.string(), isCaller: z.boolean() })) }),
  );
  return bookablePeople.find(({ isCaller }) => !isCaller)!.id;
}

async function holdFor(play: Play, patientId: string, slotId: string): Promise<string> {
  const input = { slotId, patientId, idempotencyKey: key() };
  const { holdSlot } = await play(
    'HoldSlot',
    { input },
    z.object({ holdSlot: z.object({ id: z.string() }) }),
  );
  return holdSlot.id;
}

async function search(play: Play, variables: object) {
  const asked = { timeoutMs: 10_000, ...variables };
  const { assessment } = await play('AppointmentOptions', asked, Offered);
  return assessment.appointmentOptions;
}

/** Away from home, so that others than the own practice are offered. */
async function offers(play: Play, variables: object) {
  const { elsewhere } = await search(play, { elsewhereReason: 'AWAY_FROM_HOME', ...variables });
  return elsewhere.flatMap(({ slots }) => slots);
}

describe('with published documents alone', () => {
  test('practices opt in, and one closes its book and opens it again', async () => {
    const { practicesNear } = await player()(
      'PracticesNear',
      { near: { postcode: 'WY1 1AA' }, first: 8 },
      z.object({ practicesNear: z.object({ edges: z.array(z.object({ node: PracticeInList })) }) }),
    );
    const practices = practicesNear.edges.map(({ node }) => node);
    expect(new Set(practices.map(({ release }) => release.status))).toEqual(new Set(['NOT_OPTED_IN']));
    expect(practices.map(({ odsCode }) => odsCode)).toContain(CASE_STUDY_PRACTICE);
    for (const { odsCode } of practices) await optIn(odsCode);

    const odsCode = CASE_STUDY_PRACTICE;
    const play = await staffOf(odsCode);
    const behind = await play(
      'SetReleasePolicy',
      { input: { odsCode, expectedVersion: 0, ...RULES } },
      z.object({ setReleasePolicy: z.object({ __typename: z.literal('StalePolicy'), current: Book }) }),
    );
    expect(behind.setReleasePolicy.current.version).toBe(1);

    const closing = { odsCode, reason: 'Two doctors are ill', to: 'EVERYBODY' };
    const closed = await play('CloseBook', { input: closing }, z.object({ closeBook: Changed }));
    expect(closed.closeBook.release.status).toBe('CLOSED');
    const opened = await play('ReopenBook', { input: { odsCode } }, z.object({ reopenBook: Changed }));
    expect(opened.reopenBook.release.status).toBe('OPEN');
    expect((await bookOf(play)).releaseHistory.length).toBeGreaterThanOrEqual(4);
  });

  test('a person who is not signed in checks symptoms, continues after a reload, and looks for practices', async () => {
    const play = player();
    await play('FindPathways', { search: 'rash' }, Anything);
    const assessmentId = await checkSymptoms(play, '2018-06-01');
    const { assessment } = await play(
      'ReadAssessment',
      { assessmentId },
      z.object({ assessment: z.object({ answers: z.array(z.unknown()), outcome: Anything }) }),
    );
    expect(assessment.answers.length).toBeGreaterThan(1);
    await play('ExplainAssessment', { assessmentId }, Anything);
    await play('Dispositions', {}, Anything);
    await play('PracticesNear', { near: { postcode: 'WY1 1AA' } }, Anything);
    await play('SearchPractices', { text: 'health cen' }, Anything);
    await play('PracticeByCode', { odsCode: CASE_STUDY_PRACTICE }, Anything);
    const inPerson = await offers(play, { assessmentId, modes: ['IN_PERSON'] });
    expect(new Set(inPerson.map(({ mode }) => mode))).toEqual(new Set(['IN_PERSON']));
  });

  test('a parent books for a child, asks for the booking, moves it and cancels it', async () => {
    const { son, play } = await newFamily();
    const patientId = await childOf(play);
    const assessmentId = await checkSymptoms(play, son.birthDate);
    const [first, second, third] = await offers(play, { assessmentId });
    const hold = (slotId: string) => holdFor(play, patientId, slotId);
    await play('ReleaseHold', { input: { holdId: await hold(third!.id) } }, Anything);

    const holdId = await hold(first!.id);
    await play(
      'ExtendHold',
      { input: { holdId } },
      z.object({ extendHold: z.object({ __typename: z.literal('Hold') }) }),
    );
    const confirm = { holdId, idempotencyKey: key() };
    const { confirmBooking } = await play(
      'ConfirmBooking',
      { input: confirm },
      z.object({ confirmBooking: Status }),
    );
    expect(confirmBooking.status).toBe('CONFIRMED');
    const asked = () =>
      play(
        'BookingById',
        { id: confirmBooking.id },
        z.object({
          booking: Status.extend({ endsAt: z.string(), practice: z.object({ address: Anything }) }),
        }),
      );
    expect((await asked()).booking.status).toBe('CONFIRMED');

    const move = { bookingId: confirmBooking.id, slotId: second!.id, idempotencyKey: key() };
    const { rescheduleBooking } = await play(
      'RescheduleBooking',
      { input: move },
      z.object({ rescheduleBooking: Status.extend({ replaces: Status }) }),
    );
    expect(rescheduleBooking.replaces.id).toBe(confirmBooking.id);
    const cancel = { bookingId: rescheduleBooking.id, reason: 'CANNOT_ATTEND', idempotencyKey: key() };
    await play('CancelBooking', { input: cancel }, z.object({ cancelBooking: Status }));
    await play('MyBookings', {}, Anything);

    const operator = await client('operator');
    await operator(
      'SettleBooking',
      { input: { bookingId: rescheduleBooking.id, stands: false, idempotencyKey: key() } },
      z.object({ settleBooking: z.object({ __typename: z.literal('NothingToSettle') }) }),
    );
    const staff = await staffOf(CASE_STUDY_PRACTICE);
    await staff(
      'AssessmentTrace',
      { assessmentId },
      z.object({ assessment: z.object({ trace: z.object({ steps: z.array(z.unknown()).min(1) }) }) }),
    );
  });

  test('the own practice is booked; when it is full, others near are offered instead', async () => {
    const { son, play } = await newFamily();
    const patientId = await childOf(play);
    const assessmentId = await checkSymptoms(play, son.birthDate);
    const free = await search(play, { assessmentId });
    expect(free.ownPractice!.answer).toBe('SLOTS');
    expect(free.elsewhere).toEqual([]);
    const holdId = await holdFor(play, patientId, free.ownPractice!.slots[0]!.id);
    await play('ReleaseHold', { input: { holdId } }, Anything);

    const day = 24 * 60 * 60_000;
    const now = Date.now();
    product.simulators.diary.deskTakes(CASE_STUDY_PRACTICE, new Date(now), new Date(now + day));
    const full = await search(play, { assessmentId });
    expect(full.ownPractice!.answer).toBe('NO_SLOTS_IN_TIME');
    const slot = full.elsewhere.flatMap(({ slots }) => slots)[0]!;
    const { confirmBooking } = await play(
      'ConfirmBooking',
      { input: { holdId: await holdFor(play, patientId, slot.id), idempotencyKey: key() } },
      z.object({ confirmBooking: Status }),
    );
    expect(confirmBooking.status).toBe('CONFIRMED');
    const booked = await simulatorControl(product.simulators.controlUrl).appointmentsOf(son);
    expect(booked.map(({ status }) => status)).toEqual(['BOOKED']);
  });

  test('a booking whose answer is lost is being checked, and stands once it was read back', async () => {
    const { son, play } = await newFamily();
    const patientId = await childOf(play);
    const assessmentId = await checkSymptoms(play, son.birthDate);
    const [slot] = await offers(play, { assessmentId });
    const holdId = await holdFor(play, patientId, slot!.id);
    for (const supplier of Object.keys(product.simulators.urls))
      product.simulators.faults.add({
        supplier,
        operation: 'BOOK',
        times: 1,
        fault: { kind: 'reset-after-commit' },
      });
    const { confirmBooking } = await play(
      'ConfirmBooking',
      { input: { holdId, idempotencyKey: key() } },
      z.object({ confirmBooking: Status }),
    );
    expect(confirmBooking.status).toBe('CHECKING');
    await eventually('the booking is confirmed', async () => {
      // As docs/api.md tells front ends to.
      await pause(machineTimers, 2_000);
      const { booking } = await play('BookingById', { id: confirmBooking.id }, z.object({ booking: Status }));
      return booking.status === 'CONFIRMED';
    });
    product.simulators.faults.clear();
  });

  test('an analyst counts, and an operator watches and switches symptom checks off and on', async () => {
    const analyst = await client('analyst');
    const counted = { from: '2024-11-01', to: '2024-11-30', groupBy: ['PATHWAY'] };
    await analyst('AssessmentStatistics', { input: counted }, Anything);
    const play = await client('operator');
    await play('Suppliers', {}, Anything);
    await play('BookingHealth', {}, Anything);
    await play('UnsettledBookings', {}, Anything);
    await play('PracticeDeadLetters', {}, Anything);
    const month = { from: '2024-11-01T00:00:00.000Z', to: '2024-12-01T00:00:00.000Z' };
    await play('BookingsElsewhere', month, Anything);
    for (const off of [true, false])
      await play(
        'SetPathwayAvailability',
        { input: { pathwayId: 'cough', off, reason: 'A test of the switch.' } },
        Anything,
      );
    const { triageSwitches } = await play(
      'TriageSwitches',
      {},
      z.object({ triageSwitches: z.array(z.object({ pathwayId: z.string().nullable(), off: z.boolean() })) }),
    );
    expect(triageSwitches).toContainEqual({ pathwayId: 'cough', off: false });
  });

  test('every one of them was played', () => {
    expect([...ids.keys()].filter((name) => !played.has(name))).toEqual([]);
  });
});
