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
  /** `NONE`: no practice may be booked for it. */
  bookable: z.string(),
  contentBanner: z.string().nullish(),
});
export type Disposition = z.infer<typeof Disposition>;
export const isBookable = ({ bookable }: Disposition) => bookable !== 'NONE';

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
const EarlierEmergency = z.object({
  advice: z.string(),
  disposition: z.object({ title: z.string(), careLevel: z.string() }),
});
export const Assessment = z.object({
  id: z.string(),
  revision: z.number(),
  earlierEmergency: EarlierEmergency.nullish(),
  contentBanner: z.string().nullish(),
  question: Question.nullable(),
  answers: z.array(Answered),
  outcome: Outcome.nullish(),
});
export type Assessment = z.infer<typeof Assessment>;

const Practice = z.object({
  name: z.string(),
  phone: z.string().nullish(),
  leftDirectoryOn: z.string().nullish(),
  address: z.object({ lines: z.array(z.string()), postcode: z.string().nullish() }).nullish(),
  location: z.object({ latitude: z.number(), longitude: z.number() }).nullish(),
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
  /** Directly before or after the appointment that was named in the search. */
  beside: z.string().nullish(),
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
  practicesAsked: z.number(),
  practicesInRadius: z.number(),
  beside: z.object({ startsAt: z.string(), practice: z.object({ name: z.string() }) }).nullish(),
  ownPractice: PracticeOptions.nullish(),
  elsewhere: z.array(PracticeOptions),
});
export type Options = z.infer<typeof Options>;

export const Person = z.object({ id: z.string(), givenName: z.string(), isCaller: z.boolean() });

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
  patient: Person.nullish(),
  practice: Practice,
  history: z.array(z.object({ status: z.string() })),
});
export type Booking = z.infer<typeof Booking>;

const Coded = z.object({
  code: z.string(),
  message: z.string(),
  fields: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })).optional(),
  disposition: Disposition.nullish(),
  practice: Practice.nullish(),
  booking: Booking.nullish(),
  retryAfterSeconds: z.number().nullish(),
  /** Other times near the one that has gone. */
  alternatives: z.array(Slot).optional(),
  /** Answers that led to an emergency, in ConfirmLessUrgent. */
  said: z.array(z.string()).optional(),
  /** The emergency's advice in ConfirmLessUrgent, and the whole symptom check in StaleRevision. */
  current: z
    .union([Assessment, z.object({ outcome: Outcome.omit({ disposition: true }).nullish() })])
    .optional(),
});
/** NotSuitableOnline and NotBookable have a disposition, and no code. */
const Advised = z
  .object({ disposition: Disposition })
  .transform(({ disposition }): z.infer<typeof Coded> => ({
    code: 'OUTCOME_NOT_BOOKABLE',
    message: disposition.title,
    disposition,
  }));
/** Any member of a result union that is not the one of success. */
export const Problem = z.union([Coded, Advised]);
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
  advice: z.array(z.string()),
  partlyCovered: z.string().nullish(),
  contentBanner: z.string().nullish(),
  pathways: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      summary: z.string().nullish(),
      switchedOff: z.string().nullish(),
    }),
  ),
});
