import type { AppointmentMode } from '../../domain/appointment-mode';
import type { CalendarDate } from '../../domain/london-time';
import type { NhsNumber } from '../../domain/nhs-number';
import type { OdsCode } from '../../domain/ods-code';
import type { BookingRoute } from '../gp-system';

/** The records of a practice's appointment book, in no supplier's words. */
export interface DiarySession {
  /** Unique within the practice. */
  id: number;
  practice: OdsCode;
  name: string;
  clinician: DiaryClinician | null;
  location: { id: number; name: string };
  startsAt: Date;
  endsAt: Date;
  /** Null where the practice keeps the session for its own patients. */
  networkRelease: NetworkRelease | null;
}

export interface DiaryClinician {
  id: number;
  familyName: string;
  givenName: string;
  gender: 'female' | 'male';
  role: { code: string; name: string };
}

/** Restrictions of GP Connect slot release; null restricts nothing. */
export interface NetworkRelease {
  organisationType: string | null;
  organisations: readonly OdsCode[] | null;
}

export interface DiarySlot {
  /** Unique within the practice. */
  id: number;
  session: DiarySession;
  startsAt: Date;
  endsAt: Date;
  slotType: string;
  mode: AppointmentMode;
}

/** For whom slots are asked. A consumer that names neither type nor code sees unrestricted slots only. */
export type Audience =
  | { route: 'PATIENT_SESSION' }
  | { route: 'NETWORK'; organisationType?: string | undefined; organisation?: string | undefined };

export interface NewPatient {
  nhsNumber: NhsNumber;
  familyName: string;
  givenName: string;
  birthDate: CalendarDate;
  linkage?: { userId: string; key: string } | undefined;
  phone?: string | undefined;
  /** S-flagged: invisible to the network. */
  sensitive?: boolean | undefined;
}

export interface DiaryPatient extends NewPatient {
  id: string;
  practice: OdsCode;
  registration: 'REGULAR' | 'TEMPORARY';
}

export interface DiaryAppointment {
  id: string;
  practice: OdsCode;
  slot: DiarySlot;
  patient: DiaryPatient;
  status: 'BOOKED' | 'CANCELLED';
  /** Counts changes, from 1. */
  version: number;
  bookedBy: { route: BookingRoute; consumer: string };
  bookedAt: Date;
  reason: string | undefined;
  description: string | undefined;
  comment: string | undefined;
  cancellationReason: string | undefined;
  history: readonly { at: Date; what: string }[];
}

export interface BookingRequest {
  practice: OdsCode;
  slotId: number;
  patient: DiaryPatient;
  audience: Audience;
  consumer: string;
  reason?: string | undefined;
  description?: string | undefined;
  comment?: string | undefined;
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

export interface PracticeSettings {
  horizonDays: number;
  /** Most live future appointments of one patient; null where there is no limit. */
  bookingLimit: number | null;
}
