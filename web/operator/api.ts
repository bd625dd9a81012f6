import { z } from 'zod';
import type { Caller, Send } from '../kit/api';
import { resultOf, type Result } from '../kit/results';
import {
  BookingRecord,
  FrontEndLetter,
  Health,
  PracticeLetter,
  Problem,
  Redelivery,
  Settled,
  Supplier,
  SymptomCheck,
  TriageSwitch,
} from './answers';

export type OperatorApi = ReturnType<typeof operatorApi>;

/** Bookings and messages that one page lists. */
export const MAX_LISTED = 50;
/** Ids that one request may name. */
const MAX_AT_ONCE = 100;
/** One press of "Send all again" sends a thousand of each kind at most. */
const MAX_ROUNDS = 10;
/** More than there are symptom checks. */
const MAX_CHECKS = 50;

/** The published operations for operators, with their answers read. */
export function operatorApi(send: Send) {
  return { ...bookings(send), ...messages(send), ...switches(send) };
}

function bookings(send: Send) {
  return {
    async unsettled(caller: Caller): Promise<BookingRecord[]> {
      const data = z.object({ unsettledBookings: z.array(BookingRecord) });
      const variables = { first: MAX_LISTED };
      return (await send('UnsettledBookings', { caller, variables }, data)).unsettledBookings;
    },
    async byReference(caller: Caller, reference: string): Promise<BookingRecord | null> {
      const data = z.object({ bookingByReference: BookingRecord.nullable() });
      const variables = { reference };
      return (await send('BookingByReference', { caller, variables }, data)).bookingByReference;
    },
    async settle(caller: Caller, input: { bookingId: string; stands: boolean; idempotencyKey: string }) {
      const data = z.object({ settleBooking: z.unknown() });
      const { settleBooking } = await send('SettleBooking', { caller, variables: { input } }, data);
      return resultOf(settleBooking, { typeName: 'Booking', value: Settled }, Problem);
    },
    async health(caller: Caller) {
      const data = z.object({ bookingHealth: Health, suppliers: z.array(Supplier) });
      return send('BookingHealth', { caller, variables: {} }, data);
    },
    async suppliers(caller: Caller): Promise<Supplier[]> {
      const data = z.object({ suppliers: z.array(Supplier) });
      return (await send('Suppliers', { caller, variables: {} }, data)).suppliers;
    },
  };
}

type Redelivered = Result<z.infer<typeof Redelivery>, Problem>;

function messages(send: Send) {
  async function undelivered(caller: Caller, first = MAX_LISTED) {
    const frontEnd = z.object({ frontEndDeadLetters: z.array(FrontEndLetter) });
    const practices = z.object({ practiceDeadLetters: z.array(PracticeLetter) });
    const call = { caller, variables: { first } };
    const { frontEndDeadLetters } = await send('FrontEndDeadLetters', call, frontEnd);
    const { practiceDeadLetters } = await send('PracticeDeadLetters', call, practices);
    return { frontEnd: frontEndDeadLetters, practices: practiceDeadLetters };
  }
  async function redeliver(
    caller: Caller,
    input: { frontEnd: readonly string[]; practices: readonly string[] },
  ): Promise<Redelivered> {
    const data = z.object({ redeliver: z.unknown() });
    const answer = await send('Redeliver', { caller, variables: { input } }, data);
    return resultOf(answer.redeliver, { typeName: 'Redelivery', value: Redelivery }, Problem);
  }
  async function redeliverAll(caller: Caller): Promise<Redelivered> {
    const sent = { frontEnd: 0, practices: 0 };
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const { frontEnd, practices } = await undelivered(caller, MAX_AT_ONCE);
      if (frontEnd.length + practices.length === 0) break;
      const [fromFrontEnd = [], fromPractices = []] = [frontEnd, practices].map((letters) =>
        letters.map(({ id }) => id),
      );
      const answer = await redeliver(caller, { frontEnd: fromFrontEnd, practices: fromPractices });
      if (!answer.ok) return answer;
      sent.frontEnd += answer.value.frontEnd;
      sent.practices += answer.value.practices;
    }
    return { ok: true, value: sent };
  }
  return { undelivered, redeliver, redeliverAll };
}

function switches(send: Send) {
  return {
    async symptomChecks(
      caller: Caller,
    ): Promise<{ pathways: SymptomCheck[]; contentBanner?: string | null | undefined }> {
      const found = z.object({ pathways: z.array(SymptomCheck), contentBanner: z.string().nullish() });
      const data = z.object({ findPathways: found });
      // No words, and no person: every check, for everybody.
      const variables = { first: MAX_CHECKS };
      return (await send('FindPathways', { caller, variables }, data)).findPathways;
    },
    async triageSwitches(caller: Caller): Promise<TriageSwitch[]> {
      const data = z.object({ triageSwitches: z.array(TriageSwitch) });
      return (await send('TriageSwitches', { caller, variables: {} }, data)).triageSwitches;
    },
    async switchCheck(caller: Caller, input: { pathwayId: string | null; off: boolean; reason: string }) {
      const data = z.object({ setPathwayAvailability: z.unknown() });
      const answer = await send('SetPathwayAvailability', { caller, variables: { input } }, data);
      const value = z.object({ switches: z.array(TriageSwitch) });
      return resultOf(answer.setPathwayAvailability, { typeName: 'TriageSwitches', value }, Problem);
    },
  };
}
