import { z } from 'zod';

/** Answers of the published operations for operators, as far as the console shows them. */
const Practice = z.object({ odsCode: z.string(), name: z.string(), phone: z.string().nullish() });

export const BookingStatus = z.enum([
  'CANCELLED',
  'CANCELLED_BY_PRACTICE',
  'CANCELLING',
  'CHECKING',
  'CONFIRMED',
  'FAILED',
  'MOVED_BY_PRACTICE',
  'NEEDS_ATTENTION',
]);
export type BookingStatus = z.infer<typeof BookingStatus>;

const Booking = z.object({
  id: z.string(),
  reference: z.string(),
  status: BookingStatus,
  startsAt: z.string(),
  mode: z.string(),
  clinicianName: z.string().nullish(),
  practice: Practice,
});

export const BookingRecord = z.object({
  booking: Booking,
  state: z.string(),
  since: z.string(),
  needsAnOperator: z.boolean(),
  supplier: z.object({ id: z.string(), name: z.string() }),
  marker: z.string(),
  absentReads: z.number(),
  failedReads: z.number(),
  evidence: z.array(z.object({ at: z.string(), asked: z.string(), answer: z.string() })),
});
export type BookingRecord = z.infer<typeof BookingRecord>;

/** Members that settleBooking answers beside the booking itself; two of them say how it stands. */
export const Problem = z.object({
  __typename: z.string(),
  message: z.string().optional(),
  booking: z.object({ reference: z.string(), status: BookingStatus }).optional(),
  fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof Problem>;

export const Settled = z.object({ reference: z.string(), status: BookingStatus });

export const Supplier = z.object({
  id: z.string(),
  name: z.string(),
  status: z.enum(['UP', 'DEGRADED', 'DOWN']),
  breaker: z.enum(['CLOSED', 'HALF_OPEN', 'OPEN']).nullish(),
});
export type Supplier = z.infer<typeof Supplier>;

export const Health = z.object({
  unsettled: z.number(),
  awaitingOperator: z.number(),
  oldestUnsettledSeconds: z.number().nullish(),
  undelivered: z.number(),
  outboxLagSeconds: z.number().nullish(),
  abandonedDeliveries: z.number(),
  holds: z.number(),
});

const DeadLetter = z.object({
  id: z.string(),
  bookingReference: z.string(),
  practice: Practice,
  at: z.string(),
  attempts: z.number(),
  givenUpAt: z.string(),
});
export const FrontEndLetter = DeadLetter.extend({ status: BookingStatus });
export const PracticeLetter = DeadLetter.extend({
  kind: z.enum(['BOOKED_ELSEWHERE', 'CANCELLED_ELSEWHERE', 'MOVED_ELSEWHERE']),
});
export const Redelivery = z.object({ frontEnd: z.number(), practices: z.number() });

export const TriageSwitch = z.object({
  pathwayId: z.string().nullable(),
  off: z.boolean(),
  reason: z.string(),
  changedAt: z.string(),
});
export type TriageSwitch = z.infer<typeof TriageSwitch>;

export const SymptomCheck = z.object({ id: z.string(), title: z.string() });
export type SymptomCheck = z.infer<typeof SymptomCheck>;
