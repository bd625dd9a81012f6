import { dayOf } from '../kit/texts';
import type { Booking } from './answers';

/** Words that several pages of patients share. */
export function modeText(mode: string): string {
  if (mode === 'TELEPHONE') return 'Phone call';
  if (mode === 'VIDEO') return 'Video call';
  return 'Visit to the practice';
}

export type CareCard = 'emergency' | 'urgent' | 'non-urgent';

/** Level of NHS.UK's care cards; a level that is not known is treated as urgent. */
export function careCard(careLevel: string): CareCard {
  if (careLevel === 'AMBULANCE' || careLevel === 'EMERGENCY_DEPARTMENT') return 'emergency';
  if (careLevel === 'SELF_CARE' || careLevel === 'PHARMACY') return 'non-urgent';
  return 'urgent';
}

const WHY_NONE: Readonly<Record<string, string>> = {
  NO_SLOTS_IN_TIME: 'has no appointments in the time you need.',
  NOT_RELEASED: 'does not take online bookings for this at the moment.',
  NOT_CONNECTED: 'does not take online bookings.',
  SUPPLIER_FAILED: 'could not be reached. You can phone them.',
  SUPPLIER_TIMED_OUT: 'did not answer in time. You can phone them or try again.',
  ACCESS_NEED_NOT_MET: 'is known not to have what you need. Phone them: they may be able to help.',
  ACCESS_NOT_KNOWN: 'may have what you need, but we do not know. Phone them to ask.',
  TIMES_HELD_BY_OTHERS: 'has times, and other people are deciding about them. Try again in a few minutes.',
};

/** Needs on which the choice of a practice may depend, as people select them and as the practice reads them. */
export const ACCESS_NEEDS = [
  { value: 'STEP_FREE_ACCESS', text: 'Step-free access', words: 'step-free access' },
  { value: 'HEARING_LOOP', text: 'A hearing loop', words: 'a hearing loop' },
  {
    value: 'BSL_INTERPRETER',
    text: 'A British Sign Language (BSL) interpreter',
    words: 'a British Sign Language (BSL) interpreter',
  },
  {
    value: 'LANGUAGE_INTERPRETER',
    text: 'An interpreter for another language',
    words: 'an interpreter for another language',
  },
] as const;
export type AccessNeed = (typeof ACCESS_NEEDS)[number]['value'];

/** Words for the practice: a search tells it nothing. Empty where there is no need. */
export function needsText(needs: readonly AccessNeed[]): string {
  const named = ACCESS_NEEDS.filter(({ value }) => needs.includes(value)).map(({ words }) => words);
  return named.length === 0 ? '' : `The patient needs ${named.join(' and ')}.`;
}

/** Answers that can be others without a filter. */
const BY_FILTER: readonly string[] = ['SLOTS', 'NO_SLOTS_IN_TIME', 'NOT_RELEASED'];

/** Ends the sentence that begins with the practice's name. */
export function whyNoTimes(answer: string, isFiltered: boolean): string {
  if (isFiltered && BY_FILTER.includes(answer)) return 'has no appointments of the kind you chose.';
  return WHY_NONE[answer] ?? 'has no appointments to offer online.';
}

export const CANCEL_REASONS = [
  { value: 'FEELING_BETTER', text: 'I feel better' },
  { value: 'CANNOT_ATTEND', text: 'I cannot come' },
  { value: 'BOOKED_ELSEWHERE', text: 'I have an appointment somewhere else' },
  { value: 'OTHER', text: 'Another reason' },
] as const;

export interface WayOn {
  title: string;
  next: { href: string; text: string };
}

const TIMES = { href: '/times', text: 'See other appointment times' };
const AGAIN = { href: '/symptoms', text: 'Check symptoms again' };
const MINE = { href: '/appointments', text: 'See your appointments' };
const RETRY = { href: '/times', text: 'Try again' };

const WAYS_ON: Readonly<Record<string, WayOn>> = {
  SLOT_TAKEN: { title: 'This time has gone', next: TIMES },
  SLOT_HELD_BY_ANOTHER: { title: 'Someone else is deciding about this time', next: TIMES },
  SLOT_NOT_RELEASED: { title: 'This time can no longer be booked online', next: TIMES },
  DAILY_LIMIT_REACHED: { title: 'This practice has no more online appointments', next: TIMES },
  OFFER_EXPIRED: { title: 'This list of times is out of date', next: TIMES },
  OFFER_BEFORE_SIGN_IN: { title: 'This list of times is out of date', next: TIMES },
  OFFER_FOR_ANOTHER: { title: 'This time was for someone else', next: TIMES },
  HOLD_EXPIRED: { title: 'We are no longer keeping this time for you', next: TIMES },
  HOLD_NOT_FOUND: { title: 'We are no longer keeping this time for you', next: TIMES },
  HOLD_NOT_EXTENDABLE: {
    title: 'We cannot keep this time for longer',
    next: { href: '/contact', text: 'Continue with this time' },
  },
  PRACTICE_CLOSED_BOOK: { title: 'This practice has stopped taking online bookings', next: TIMES },
  PRACTICE_SYSTEM_UNAVAILABLE: { title: 'The practice cannot be reached at the moment', next: RETRY },
  PRACTICE_SYSTEM_REFUSED: { title: 'The practice could not take this booking', next: TIMES },
  PATIENT_NOT_ACCEPTED: { title: 'This practice cannot book an appointment for you online', next: TIMES },
  TOO_MANY_HOLDS: { title: 'You have chosen too many times', next: RETRY },
  ALREADY_BOOKED: { title: 'You already have an appointment', next: MINE },
  BOOKED_AT_SAME_TIME: { title: 'There is already an appointment at this time', next: MINE },
  BOOKED_FOR_SAME_COMPLAINT: { title: 'There is already an appointment for this', next: MINE },
  OUTCOME_CHANGED: { title: 'The advice for you has changed', next: AGAIN },
  SYMPTOM_CHECK_UNFINISHED: {
    title: 'There is a question to answer first',
    next: { href: '/question', text: 'Go to the question' },
  },
  SYMPTOM_CHECK_EXPIRED: { title: 'Check the symptoms again', next: AGAIN },
  SYMPTOM_CHECK_SWITCHED_OFF: {
    title: 'Call 111 instead',
    next: { href: '/', text: 'Go to the start page' },
  },
  IDENTITY_PROOF_REQUIRED: {
    title: 'You need to prove who you are',
    next: { href: '/sign-in?next=/times&level=P9', text: 'Sign in again' },
  },
  SIGN_IN_REQUIRED: { title: 'Sign in to continue', next: { href: '/sign-in?next=/times', text: 'Sign in' } },
  NOT_THE_PERSON_CHECKED: {
    title: 'The symptom check was for someone else',
    next: { href: '/who', text: 'Start a new symptom check' },
  },
  CHECK_USED_FOR_ANOTHER: {
    title: 'This symptom check was used for someone else',
    next: { href: '/who', text: 'Start a new symptom check' },
  },
  TOO_LATE_TO_CHANGE: { title: 'It is too late to change this online', next: MINE },
};

/** Title and next step for a refusal; a code that is not known leads to the times. */
export function wayOn(code: string): WayOn {
  return WAYS_ON[code] ?? { title: 'We could not do that', next: TIMES };
}

const STATUS: Readonly<Record<string, string>> = {
  CONFIRMED: 'Booked.',
  CHECKING: 'We are asking the practice. Do not book anything else.',
  CANCELLING: 'We are cancelling it.',
  CANCELLED: 'Cancelled.',
  CANCELLED_BY_PRACTICE: 'The practice has cancelled it.',
  MOVED_BY_PRACTICE: 'The practice has moved it.',
  FAILED: 'It was not booked.',
  NEEDS_ATTENTION: 'We are still checking with the practice.',
};

/** Status before the present one, from which follows what is not known. */
function statusBefore({ history, status }: Pick<Booking, 'status' | 'history'>): string | undefined {
  return [...history].reverse().find((one) => one.status !== status)?.status;
}
const STOOD: readonly (string | undefined)[] = ['CONFIRMED', 'MOVED_BY_PRACTICE'];

/** True for an appointment that stood, and is not in the practice's book any more: the person may cancel it. */
export function mayStillStand(booking: Pick<Booking, 'status' | 'history'>): boolean {
  return booking.status === 'NEEDS_ATTENTION' && STOOD.includes(statusBefore(booking));
}

/** Says what is not known about an appointment that somebody has to ask the practice about; null for any other. */
export function attentionText(booking: Pick<Booking, 'status' | 'history'>): string | null {
  if (booking.status !== 'NEEDS_ATTENTION') return null;
  if (mayStillStand(booking))
    return 'We can no longer find this appointment in the practice’s book. Someone from this service is asking the practice if it still stands. Phone the practice before you go.';
  const before = statusBefore(booking);
  return before === 'CANCELLING' || before === 'CANCELLED'
    ? 'We do not know yet if the practice has cancelled this appointment. Someone from this service is asking the practice. You can phone it, too.'
    : 'We do not know yet if the practice has booked this appointment. Someone from this service is asking the practice. Do not book another one for this until you know. You can phone the practice, too.';
}

export function statusText(status: string): string {
  return STATUS[status] ?? 'Phone the practice to ask about it.';
}

/** Advice about an appointment that stands at a practice which has left the directory: nobody may be there. */
export function leftDirectoryText(leftOn: string): string {
  return `This practice left the NHS directory on ${dayOf(leftOn)}. It may have closed, or joined another practice. Phone it before you go, to ask if your appointment still stands. If you cannot reach it, call 111.`;
}

/** A page that shows where a practice is; it is opened by people, never loaded by ours. */
export function mapUrl({ latitude, longitude }: { latitude: number; longitude: number }): string {
  return `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=17/${latitude}/${longitude}`;
}

/** Sentence for the call to 111: what was advised, and that nothing was free. */
export function sayTo111(outcome: { disposition: { title: string } }): string {
  return `I checked symptoms online. The result was: ${outcome.disposition.title}. There was no GP appointment in time.`;
}
