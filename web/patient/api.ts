import { z } from 'zod';
import type { Caller, PublicApi, Send } from '../kit/api';
import { resultOf, type Result } from '../kit/results';
import { Assessment, Booking, Found, Help, Hold, Options, Person, Problem } from './answers';

export type PatientApi = ReturnType<typeof patientApi>;

/** The published operations that patients need, with their answers read. */
export function patientApi(api: PublicApi) {
  return { ...symptomChecks(api.send), ...times(api.send), ...bookings(api) };
}

function read<T>(member: unknown, typeName: string, value: z.ZodType<T>): Result<T, Problem> {
  return resultOf(member, { typeName, value }, Problem);
}

function symptomChecks(send: Send) {
  return {
    async findChecks(caller: Caller, words: string, subject: object) {
      const data = z.object({ findPathways: z.unknown() });
      const { findPathways } = await send('FindPathways', { caller, variables: { words, subject } }, data);
      const help = Help.safeParse(findPathways);
      if (help.success) return { kind: 'help' as const, help: help.data };
      const found = read(findPathways, 'PathwaysFound', Found);
      return found.ok
        ? { kind: 'found' as const, found: found.value }
        : { kind: 'problem' as const, problem: found.problem };
    },
    async startCheck(caller: Caller, input: object) {
      const data = z.object({ startAssessment: z.unknown() });
      const { startAssessment } = await send('StartAssessment', { caller, variables: { input } }, data);
      return read(startAssessment, 'Assessment', Assessment);
    },
    async answer(
      caller: Caller,
      input: {
        assessmentId: string;
        questionId: string;
        optionIds: string[];
        expectedRevision: number;
        confirmLessUrgent?: boolean;
      },
    ) {
      const data = z.object({ answerQuestion: z.unknown() });
      const { answerQuestion } = await send('AnswerQuestion', { caller, variables: { input } }, data);
      return read(answerQuestion, 'Assessment', Assessment);
    },
  };
}

const NOT_FOUND = { __typename: 'AssessmentNotFound', code: 'SYMPTOM_CHECK_NOT_FOUND', message: '' };

function times(send: Send) {
  return {
    async times(
      caller: Caller,
      variables: {
        assessmentId: string;
        first: number;
        elsewhereReason?: string;
        modes?: string[];
        accessNeeds?: string[];
        /** Another appointment, beside which times come first. */
        beside?: { bookingId: string };
      },
    ) {
      const data = z.object({ assessment: z.object({ appointmentOptions: z.unknown() }).nullable() });
      const { assessment } = await send('AppointmentOptions', { caller, variables }, data);
      return read(assessment?.appointmentOptions ?? NOT_FOUND, 'AppointmentOptions', Options);
    },
    async people(caller: Caller) {
      const data = z.object({ bookablePeople: z.array(Person) });
      return (await send('BookablePeople', { caller, variables: {} }, data)).bookablePeople;
    },
    async keepTime(
      caller: Caller,
      input: { slotId: string; patientId?: string; idempotencyKey: string; keepBookingIds?: string[] },
    ) {
      const data = z.object({ holdSlot: z.unknown() });
      const { holdSlot } = await send('HoldSlot', { caller, variables: { input } }, data);
      return read(holdSlot, 'Hold', Hold);
    },
    /** Others may have the time at once; where the API has forgotten it already, they may, too. */
    async letTimeGo(caller: Caller, holdId: string): Promise<void> {
      await send('ReleaseHold', { caller, variables: { input: { holdId } } }, z.unknown());
    },
    async keepLonger(caller: Caller, holdId: string) {
      const data = z.object({ extendHold: z.unknown() });
      const { extendHold } = await send('ExtendHold', { caller, variables: { input: { holdId } } }, data);
      return read(extendHold, 'Hold', Hold);
    },
  };
}

const OneBooking = z.object({ booking: Booking.nullable() });

function bookings({ send, follow }: PublicApi) {
  return {
    async confirm(
      caller: Caller,
      input: { holdId: string; contactPhone?: string; reason?: string; idempotencyKey: string },
    ) {
      const data = z.object({ confirmBooking: z.unknown() });
      const { confirmBooking } = await send('ConfirmBooking', { caller, variables: { input } }, data);
      return read(confirmBooking, 'Booking', Booking);
    },
    async booking(caller: Caller, id: string) {
      return (await send('BookingById', { caller, variables: { id } }, OneBooking)).booking;
    },
    /** Answers the booking now, and each time that it has changed. */
    async *followBooking(caller: Caller, id: string, signal: AbortSignal) {
      for await (const { booking } of follow(
        'BookingById',
        { caller, variables: { id }, signal },
        OneBooking,
      ))
        yield booking;
    },
    async move(
      caller: Caller,
      input: { bookingId: string; slotId: string; contactPhone?: string; idempotencyKey: string },
    ) {
      const data = z.object({ rescheduleBooking: z.unknown() });
      const { rescheduleBooking } = await send('RescheduleBooking', { caller, variables: { input } }, data);
      return read(rescheduleBooking, 'Booking', Booking);
    },
    async bookings(caller: Caller) {
      const data = z.object({ myBookings: z.object({ edges: z.array(z.object({ node: Booking })) }) });
      const { myBookings } = await send('MyBookings', { caller, variables: {} }, data);
      return myBookings.edges.map(({ node }) => node);
    },
    async cancel(caller: Caller, input: { bookingId: string; reason: string; idempotencyKey: string }) {
      const data = z.object({ cancelBooking: z.unknown() });
      const { cancelBooking } = await send('CancelBooking', { caller, variables: { input } }, data);
      return read(cancelBooking, 'Booking', Booking);
    },
    async acceptMoved(caller: Caller, input: { bookingId: string; idempotencyKey: string }) {
      const data = z.object({ acceptMovedBooking: z.unknown() });
      const { acceptMovedBooking } = await send('AcceptMovedBooking', { caller, variables: { input } }, data);
      return read(acceptMovedBooking, 'Booking', Booking);
    },
  };
}
