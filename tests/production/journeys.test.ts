import { z } from 'zod';
import { CASE_STUDY_PRACTICE } from '../../demo/people';
import { simulatorControl } from '../../demo/simulator-control';
import { OdsCode } from '../../domain/ods-code';
import { machineTimers, pause } from '../../domain/timers';
import { eventually } from '../../domain/eventually';
import {
  Anything,
  Changed,
  change,
  checkSymptoms,
  childOf,
  documentIds,
  holdFor,
  journeySteps,
  key,
  offers,
  RULES,
  search,
  Status,
} from './journey-steps';
import { productInProduction, type ProductionProduct } from './product';

/**
 * Plays the journeys of production: everything that docs/api.md describes, in production's defaults, with the
 * documents of schema/operations alone, each sent by its id.
 */
const PracticeInList = z.object({ odsCode: OdsCode, release: z.object({ status: z.string() }) });

let product: ProductionProduct;
let steps: ReturnType<typeof journeySteps>;
beforeAll(async () => {
  product = await productInProduction();
  steps = journeySteps(product);
}, 60_000);
afterAll(() => product.close());

describe('with published documents alone', () => {
  test('practices opt in, and one closes its book and opens it again', async () => {
    const { practicesNear } = await steps.player()(
      'PracticesNear',
      { near: { postcode: 'WY1 1AA' }, first: 8 },
      z.object({ practicesNear: z.object({ edges: z.array(z.object({ node: PracticeInList })) }) }),
    );
    const practices = practicesNear.edges.map(({ node }) => node);
    expect(new Set(practices.map(({ release }) => release.status))).toEqual(new Set(['NOT_OPTED_IN']));
    expect(practices.map(({ odsCode }) => odsCode)).toContain(CASE_STUDY_PRACTICE);
    for (const { odsCode } of practices) await steps.optIn(odsCode);

    const odsCode = CASE_STUDY_PRACTICE;
    const play = await steps.staffOf(odsCode);
    const behind = await play(
      'SetReleasePolicy',
      { input: { odsCode, expectedVersion: 0, ...RULES } },
      z.object({
        setReleasePolicy: z.object({
          __typename: z.literal('StalePolicy'),
          current: z.object({ version: z.number() }),
        }),
      }),
    );
    expect(behind.setReleasePolicy.current.version).toBe(1);

    const closing = { odsCode, reason: 'Two doctors are ill', to: 'EVERYBODY' };
    const closed = await play('CloseBook', { input: closing }, z.object({ closeBook: Changed }));
    expect(closed.closeBook.release.status).toBe('CLOSED');
    const opened = await play('ReopenBook', { input: { odsCode } }, z.object({ reopenBook: Changed }));
    expect(opened.reopenBook.release.status).toBe('OPEN');
    expect((await steps.bookOf(play)).releaseHistory.length).toBeGreaterThanOrEqual(4);
  });

  test('a person who is not signed in checks symptoms, continues after a reload, and looks for practices', async () => {
    const play = steps.player();
    await play('FindPathways', { words: 'rash' }, Anything);
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
    const { revision } = (
      await play(
        'ReadAssessment',
        { assessmentId },
        z.object({ assessment: z.object({ revision: z.number() }) }),
      )
    ).assessment;
    const whereabouts = { assessmentId, expectedRevision: revision, place: { postcode: 'WY1 1AA' } };
    expect(await change(play, 'SetWhereabouts', whereabouts)).toMatchObject({ __typename: 'Assessment' });
    const inPerson = await offers(play, { assessmentId, modes: ['IN_PERSON'] });
    expect(new Set(inPerson.map(({ mode }) => mode))).toEqual(new Set(['IN_PERSON']));
  });

  test('a parent books for a child, asks for the booking, moves it and cancels it', async () => {
    const { son, play } = await steps.newFamily();
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
    const confirm = { holdId, contactPhone: '01632 960001', idempotencyKey: key() };
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
    const accept = { bookingId: rescheduleBooking.id, idempotencyKey: key() };
    expect((await change(play, 'AcceptMovedBooking', accept)).code).toBe('BOOKING_NOT_STANDING');

    const operator = await steps.client('operator');
    await operator(
      'SettleBooking',
      { input: { bookingId: rescheduleBooking.id, stands: false, idempotencyKey: key() } },
      z.object({ settleBooking: z.object({ __typename: z.literal('NothingToSettle') }) }),
    );
    const staff = await steps.staffOf(CASE_STUDY_PRACTICE);
    await staff(
      'AssessmentTrace',
      { assessmentId },
      z.object({ assessment: z.object({ trace: z.object({ steps: z.array(z.unknown()).min(1) }) }) }),
    );
  });

  test('the own practice is booked; when it is full, others near are offered instead', async () => {
    const { son, play } = await steps.newFamily();
    const patientId = await childOf(play);
    const assessmentId = await checkSymptoms(play, son.birthDate);
    const free = await search(play, { assessmentId });
    expect(free.ownPractice!.answer).toBe('SLOTS');
    expect(free.elsewhere).toEqual([]);
    const holdId = await holdFor(play, patientId, free.ownPractice!.slots[0]!.id);
    await play('ReleaseHold', { input: { holdId } }, Anything);

    // With the time that begins just before the deadline.
    const day = 25 * 60 * 60_000;
    const now = Date.now();
    product.simulators.diary.deskTakes(CASE_STUDY_PRACTICE, new Date(now), new Date(now + day));
    const full = await search(play, { assessmentId });
    expect(full.ownPractice!.answer).toBe('NO_SLOTS_IN_TIME');
    const slot = full.elsewhere.flatMap(({ slots }) => slots)[0]!;
    const { confirmBooking } = await play(
      'ConfirmBooking',
      {
        input: {
          holdId: await holdFor(play, patientId, slot.id),
          contactPhone: '01632 960001',
          idempotencyKey: key(),
        },
      },
      z.object({ confirmBooking: Status }),
    );
    expect(confirmBooking.status).toBe('CONFIRMED');
    const booked = await simulatorControl(product.simulators.controlUrl).appointmentsOf(son);
    expect(booked.map(({ status }) => status)).toEqual(['BOOKED']);
  });

  test('a booking whose answer is lost is being checked, and stands once it was read back', async () => {
    const { son, play } = await steps.newFamily();
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
      { input: { holdId, contactPhone: '01632 960001', idempotencyKey: key() } },
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

  test('staff look at their book: its diary, its days, its rules, their history and patients elsewhere', async () => {
    const staff = await steps.staffOf(CASE_STUDY_PRACTICE);
    const { myPractice } = await staff(
      'PracticeDiary',
      { input: {} },
      z.object({ myPractice: z.object({ diary: z.object({ __typename: z.string() }) }) }),
    );
    expect(myPractice.diary.__typename).toBe('PracticeDiary');
    await staff('PracticeDays', {}, Anything);
    await staff('PracticeRelease', {}, Anything);
    await staff('PracticeReleaseHistory', { first: 5 }, Anything);
    await staff('OwnPatientsElsewhere', { first: 5 }, Anything);
  });

  test('an analyst counts, and an operator watches and switches symptom checks off and on', async () => {
    const analyst = await steps.client('analyst');
    const period = { grain: 'MONTH', from: '2024-10', to: '2024-10' };
    const counted = { measures: ['CHECKS_STARTED'], by: ['PATHWAY'], period };
    await analyst('Statistics', { input: counted }, Anything);
    await analyst('StatisticsCatalogue', {}, Anything);
    const play = await steps.client('operator');
    await play('Suppliers', {}, Anything);
    await play('BookingHealth', {}, Anything);
    await play('UnsettledBookings', {}, Anything);
    await play('PracticeDeadLetters', {}, Anything);
    await play('FrontEndDeadLetters', {}, Anything);
    const { frontEnd, practices } = await change(play, 'Redeliver', { frontEnd: ['none:1'] });
    expect({ frontEnd, practices }).toEqual({ frontEnd: 0, practices: 0 });
    await play('BookingByReference', { reference: 'k7qx 2mpd' }, Anything);
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
    expect([...documentIds.keys()].filter((name) => !steps.played.has(name))).toEqual([]);
  });
});
