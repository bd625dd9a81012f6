import { z } from 'zod';

/** Answers of the API, as far as pages need them. Enums and unions may grow, so unknown values pass as text. */
const Option = z.object({
  key: z.string(),
  text: z.string(),
  detail: z.string().nullish(),
  exclusive: z.boolean(),
});
export const Question = z.object({
  key: z.string(),
  kind: z.string(),
  text: z.string(),
  why: z.string().nullish(),
  options: z.array(Option),
});
export type Question = z.infer<typeof Question>;

export const Disposition = z.object({
  id: z.string(),
  title: z.string(),
  careLevel: z.string(),
  /** True where any practice may be booked for it. */
  bookable: z.string().transform((scope) => scope !== 'NONE'),
  contentBanner: z.string().nullish(),
});
export type Disposition = z.infer<typeof Disposition>;

export const Outcome = z.object({
  deadline: z.string().nullish(),
  reasons: z.array(z.string()),
  careAdvice: z.array(z.string()),
  worseningAdvice: z.array(z.string()),
  disposition: Disposition,
});
export type Outcome = z.infer<typeof Outcome>;

const Answered = z.object({
  question: z.object({ key: z.string(), text: z.string() }),
  options: z.array(z.object({ key: z.string(), text: z.string() })),
});
export const Assessment = z.object({
  id: z.string(),
  revision: z.number(),
  contentBanner: z.string().nullish(),
  question: Question.nullable(),
  answers: z.array(Answered),
  outcome: Outcome.nullish(),
});
export type Assessment = z.infer<typeof Assessment>;

const Practice = z.object({
  name: z.string(),
  phone: z.string().nullish(),
  address: z.object({ lines: z.array(z.string()), postcode: z.string().nullish() }).nullish(),
});
export type Practice = z.infer<typeof Practice>;

export const Slot = z.object({
  id: z.string(),
  startsAt: z.string(),
  endsAt: z.string(),
  mode: z.string(),
  clinicianName: z.string().nullish(),
  clinicianRole: z.string().nullish(),
  needsContactPhone: z.boolean(),
  reasonMaxLength: z.number(),
  cancellableUntil: z.string().nullish(),
  practice: Practice,
});
export type Slot = z.infer<typeof Slot>;

export const Hold = z.object({
  id: z.string(),
  expiresAt: z.string(),
  extendable: z.boolean(),
  slot: Slot,
});
export type Hold = z.infer<typeof Hold>;

const PracticeOptions = z.object({
  answer: z.string(),
  distanceMiles: z.number().nullish(),
  practice: Practice,
  slots: z.array(Slot),
});
export type PracticeOptions = z.infer<typeof PracticeOptions>;
export const Options = z.object({
  complete: z.boolean(),
  fallbackAdvice: z.string().nullish(),
  ownPractice: PracticeOptions.nullish(),
  elsewhere: z.array(PracticeOptions),
});
export type Options = z.infer<typeof Options>;

export const Booking = z.object({
  id: z.string(),
  reference: z.string(),
  status: z.string(),
  startsAt: z.string(),
  endsAt: z.string(),
  mode: z.string(),
  clinicianName: z.string().nullish(),
  moved: z.object({ message: z.string() }).nullish(),
  cancellableUntil: z.string().nullish(),
  patient: z.object({ givenName: z.string(), isCaller: z.boolean() }).nullish(),
  practice: Practice,
  history: z.array(z.object({ status: z.string() })),
});
export type Booking = z.infer<typeof Booking>;

export const Person = z.object({ id: z.string(), givenName: z.string(), isCaller: z.boolean() });

/** Any member of a result union that is not the one of success. */
export const Problem = z.object({
  code: z.string(),
  message: z.string(),
  fields: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })).optional(),
  disposition: Disposition.nullish(),
  practice: Practice.nullish(),
  booking: Booking.nullish(),
  retryAfterSeconds: z.number().nullish(),
});
export type Problem = z.infer<typeof Problem>;

const Contact = z.object({ name: z.string(), phone: z.string().nullish(), url: z.string().nullish() });
/** SeekHelpNow and CallNhs111: words to show in place of a list. */
export const Help = z.object({
  kind: z.string().optional(),
  title: z.string(),
  message: z.string(),
  advice: z.array(z.string()),
  contacts: z.array(Contact),
  language: z.object({ callToAction: z.string().nullish() }).nullish(),
});
export type Help = z.infer<typeof Help>;
export const Found = z.object({
  pathways: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      summary: z.string().nullish(),
      switchedOff: z.string().nullish(),
    }),
  ),
});
