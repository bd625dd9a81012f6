import { z } from 'zod';
import { APPOINTMENT_MODES } from '../../domain/appointment-mode';
import { CalendarDate } from '../../domain/london-time';
import { NhsNumber } from '../../domain/nhs-number';
import { OdsCode } from '../../domain/ods-code';
import { BOOKING_ROUTES } from '../gp-system';

/**
 * The records of a practice's appointment book, in no supplier's words. They are schemas because the journal reads
 * them back from a file.
 */
const Instant = z.iso.datetime().transform((text) => new Date(text));

const DiaryClinician = z.object({
  id: z.number(),
  familyName: z.string(),
  givenName: z.string(),
  gender: z.enum(['female', 'male']),
  role: z.object({ code: z.string(), name: z.string() }),
});
export type DiaryClinician = z.infer<typeof DiaryClinician>;

/** Restrictions of GP Connect slot release; null restricts nothing. */
const NetworkRelease = z.object({
  organisationType: z.string().nullable(),
  organisations: z.array(OdsCode).readonly().nullable(),
});

const DiarySession = z.object({
  /** Unique within the practice. */
  id: z.number(),
  practice: OdsCode,
  name: z.string(),
  clinician: DiaryClinician.nullable(),
  location: z.object({ id: z.number(), name: z.string() }),
  startsAt: Instant,
  endsAt: Instant,
  /** Null where the practice keeps the session for its own patients. */
  networkRelease: NetworkRelease.nullable(),
});
export type DiarySession = z.infer<typeof DiarySession>;

const DiarySlot = z.object({
  /** Unique within the practice. */
  id: z.number(),
  session: DiarySession,
  startsAt: Instant,
  endsAt: Instant,
  slotType: z.string(),
  mode: z.enum(APPOINTMENT_MODES),
});
export type DiarySlot = z.infer<typeof DiarySlot>;

const SlotState = z.enum(['FREE', 'DESK', 'BOOKED', 'WITHDRAWN']);
export type SlotState = z.infer<typeof SlotState>;

/** The consumer that slots are released to. One that names neither type nor code sees unrestricted slots only. */
export type Audience =
  | { route: 'PATIENT_SESSION' }
  | { route: 'NETWORK'; organisationType?: string | undefined; organisation?: string | undefined };

export const NewPatient = z.object({
  nhsNumber: NhsNumber,
  familyName: z.string().min(1),
  /** Empty for people who have none. */
  givenName: z.string(),
  birthDate: CalendarDate,
  linkage: z.object({ userId: z.string().min(1), key: z.string().min(1) }).optional(),
  phone: z.string().optional(),
  /** S-flagged: invisible to the network. */
  sensitive: z.boolean().optional(),
});
export type NewPatient = z.infer<typeof NewPatient>;

const DiaryPatient = NewPatient.extend({
  /** Unique among all practices, for ever. */
  id: z.string(),
  practice: OdsCode,
  registration: z.enum(['REGULAR', 'TEMPORARY']),
});
export type DiaryPatient = z.infer<typeof DiaryPatient>;

/** The words that come with a booking, under the names that suppliers have for them: the desk sees all of them. */
const WORDS = {
  reason: z.string().optional(),
  description: z.string().optional(),
  comment: z.string().optional(),
  contactPhone: z.string().optional(),
  /** The organisation that booked, as it described itself. */
  organisation: z.record(z.string(), z.json()).optional(),
};
export type BookingWords = z.infer<z.ZodObject<typeof WORDS>>;

const DiaryAppointment = z.object({
  /** Unique among all practices, for ever. */
  id: z.string(),
  practice: OdsCode,
  slot: DiarySlot,
  patient: DiaryPatient,
  status: z.enum(['BOOKED', 'CANCELLED']),
  /** Counts changes, from 1. */
  version: z.number(),
  bookedBy: z.object({ route: z.enum(BOOKING_ROUTES), consumer: z.string() }),
  bookedAt: Instant,
  ...WORDS,
  cancellationReason: z.string().optional(),
  history: z.array(z.object({ at: Instant, what: z.string() })).readonly(),
});
export type DiaryAppointment = z.infer<typeof DiaryAppointment>;

const PracticeSettings = z.object({
  horizonDays: z.number(),
  /** Highest number of live future appointments of one patient; null where there is no limit. */
  bookingLimit: z.number().nullable(),
  /** Number of people that one time of the group clinic takes: every "111 urgent" in person. 1 where there is no such clinic. */
  groupPlaces: z.number().default(1),
  /** The system lets several be booked on one slot, as some do: nothing but its callers' care prevents it. */
  overlaps: z.boolean().default(false),
});
export type PracticeSettings = z.infer<typeof PracticeSettings>;

/** A state that holds from now on, whatever was before: applying one twice changes nothing. */
export const DiaryChange = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('patient'), patient: DiaryPatient }),
  z.object({
    kind: z.literal('slot'),
    practice: OdsCode,
    id: z.number(),
    endsAt: Instant,
    state: SlotState,
  }),
  z.object({ kind: z.literal('appointment'), appointment: DiaryAppointment }),
  z.object({ kind: z.literal('settings'), practice: OdsCode, settings: PracticeSettings }),
]);
export type DiaryChange = z.infer<typeof DiaryChange>;

export interface BookingRequest extends BookingWords {
  practice: OdsCode;
  slotId: number;
  patient: DiaryPatient;
  audience: Audience;
  consumer: string;
}

export type BookingResult =
  | { kind: 'BOOKED'; appointment: DiaryAppointment }
  | {
      kind: 'REFUSED';
      why: 'NOT_FOUND' | 'NOT_RELEASED' | 'IN_PAST' | 'BEYOND_HORIZON' | 'TAKEN' | 'LIMIT_REACHED';
    };

export type CancelResult =
  | { kind: 'CANCELLED'; appointment: DiaryAppointment }
  | { kind: 'REFUSED'; why: 'NOT_FOUND' | 'ALREADY_CANCELLED' | 'IN_PAST' };
