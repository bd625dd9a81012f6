import { z } from 'zod';

/** Answers of the API, as far as the practice's pages need them. Enums and unions may grow, so unknown values pass as text. */
export const Closure = z.object({ id: z.string(), from: z.string(), until: z.string(), to: z.string() });
export type Closure = z.infer<typeof Closure>;

export const Rules = z.object({
  ownPatients: z.boolean(),
  otherPatients: z.boolean(),
  modes: z.array(z.string()),
  slotTypes: z.array(z.string()),
  dispositionIds: z.array(z.string()),
  ageInMonths: z.object({ from: z.number(), below: z.number().nullable() }).nullable(),
  dailyQuota: z.number().nullable(),
  minimumNoticeMinutes: z.number(),
  takeBackMinutes: z.number(),
  horizonDays: z.number(),
  cancelCutOffMinutes: z.number(),
});
export type Rules = z.infer<typeof Rules>;

export const Release = Rules.extend({
  version: z.number(),
  status: z.string(),
  closedTo: z.string().nullable(),
  closures: z.array(Closure),
  updatedAt: z.string().nullable(),
});
export type Release = z.infer<typeof Release>;

const Practice = z.object({ odsCode: z.string(), name: z.string() });
export const PracticeBook = Practice.extend({
  leftDirectoryOn: z.string().nullable(),
  callerManages: z.boolean().nullable(),
  release: Release,
});
export type PracticeBook = z.infer<typeof PracticeBook>;

const DiaryTime = z.object({
  startsAt: z.string(),
  mode: z.string(),
  slotType: z.string(),
  clinicianName: z.string().nullable(),
  isKept: z.boolean(),
  stoppedForOwn: z.array(z.string()),
  stoppedForOthers: z.array(z.string()),
});
export type DiaryTime = z.infer<typeof DiaryTime>;

export const Diary = z.object({
  day: z.string(),
  answer: z.string(),
  ownPatientsReached: z.boolean(),
  otherPatientsReached: z.boolean(),
  slotTypes: z.array(z.string()),
  dailyQuota: z.number().nullable(),
  times: z.array(DiaryTime),
});
export type Diary = z.infer<typeof Diary>;

const Booked = z.object({
  reference: z.string(),
  startsAt: z.string(),
  mode: z.string(),
  status: z.string(),
});
const BookingDay = z.object({
  day: z.string(),
  quotaUsed: z.number(),
  dailyQuota: z.number().nullable(),
  bookings: z.array(Booked.extend({ ownPatient: z.boolean() })),
});
export const Days = Practice.extend({ bookingDays: z.array(BookingDay) });
export const DiaryDay = PracticeBook.extend({ diary: z.unknown(), bookingDay: BookingDay });
export type BookingDay = z.infer<typeof BookingDay>;

export const HistoryEntry = z.object({
  sequence: z.number(),
  at: z.string(),
  action: z.string(),
  outcome: z.string(),
  by: z.string().nullable(),
  organisation: z.string().nullable(),
  role: z.string().nullable(),
  reason: z.string().nullable(),
  before: Release.nullable(),
  after: Release.nullable(),
});
export type HistoryEntry = z.infer<typeof HistoryEntry>;
export const History = Practice.extend({ releaseHistory: z.array(HistoryEntry) });

export const Elsewhere = Practice.extend({
  ownPatientsElsewhere: z.array(
    Booked.extend({
      reason: z.string(),
      bookedAt: z.string(),
      practice: Practice.extend({ phone: z.string().nullish() }),
    }),
  ),
});
export type Elsewhere = z.infer<typeof Elsewhere>;

export const Disposition = z.object({
  id: z.string(),
  title: z.string(),
  /** `NONE`: no practice may be booked for it. */
  bookable: z.string(),
  modes: z.array(z.string()),
  contentBanner: z.string().nullish(),
});
export type Disposition = z.infer<typeof Disposition>;

/** Any refusal; the fields that only some have are optional. */
export const Problem = z.object({
  __typename: z.string(),
  code: z.string(),
  message: z.string(),
  fields: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })).optional(),
  /** The rules as somebody else has set them meanwhile. */
  current: Release.optional(),
  /** Bookings in a time that is to be closed. */
  total: z.number().optional(),
  bookings: z
    .array(z.object({ reference: z.string(), startsAt: z.string(), ownPatient: z.boolean() }))
    .optional(),
});
export type Problem = z.infer<typeof Problem>;
