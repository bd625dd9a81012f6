import { clockTime, latestTime, timeOnDay } from '../london-time';
import type { AppointmentMode } from '../appointment-mode';
import type { AppointmentInWords, PatientCatalogue } from './patients';

export const PATIENTS_EN_GB: PatientCatalogue = {
  problems: {
    SIGN_IN_REQUIRED: () => 'You need to sign in to do this.',
    IDENTITY_PROOF_REQUIRED: () => 'To book, sign in with an NHS login that has proved who you are.',
    CANNOT_ACT_FOR_PERSON: () => 'You cannot book for this person online. Phone their practice.',
    OFFER_BEFORE_SIGN_IN: () => 'You found this time before you signed in. Search again to book it.',
    OFFER_FOR_ANOTHER: () => 'Someone else searched for this time. Search again to book it.',
    OFFER_EXPIRED: () => 'This time is no longer available. Search again.',
    NOT_THE_PERSON_CHECKED: () =>
      'This symptom check is about someone else, or has another date of birth. Start a new one for the patient.',
    CHECK_USED_FOR_ANOTHER: () =>
      'This symptom check was used to book for someone else. Start a new one for the patient.',
    LATER_THAN_NEEDED: () =>
      'This time is later than your first symptom check said. Choose an earlier time, or cancel the first appointment.',
    OUTCOME_CHANGED: ({ title }) =>
      `Your symptom check now says: ${title}. Follow that advice. You can no longer book this time.`,
    SYMPTOM_CHECK_UNFINISHED: () => 'An answer was changed. Finish your symptom check before you book.',
    TOO_MANY_HOLDS: () => 'You are keeping several times already. Book one of them, or let one go.',
    NOT_REGISTERED_THERE: () =>
      'This time is only for patients of that practice. Search again and choose another time.',
    HOLD_NOT_FOUND: () => 'We are no longer keeping this appointment for you. Choose a time again.',
    HOLD_EXPIRED: () => 'We are no longer keeping this time for you. Search again.',
    HOLD_NOT_EXTENDABLE: ({ until }) =>
      `We cannot keep this time for you after ${clockTime(until)}. Book it before then, or choose another time.`,
    SLOT_TAKEN: () => 'This time is no longer available. Choose another time.',
    SLOT_HELD_BY_ANOTHER: ({ until }) =>
      `Someone else is booking this time. Choose another time, or try again after ${clockTime(until)}.`,
    SLOT_NOT_RELEASED: () => 'You can no longer book this time online. Choose another time.',
    DAILY_LIMIT_REACHED: () =>
      'This practice has no more online appointments for that part of the day. Choose another time.',
    PRACTICE_CLOSED_BOOK: () =>
      'This practice is not taking online bookings at the moment. Choose another practice.',
    PATIENT_NOT_ACCEPTED: () =>
      'This practice could not book this person online. Choose another practice, or phone this one.',
    BOOKING_LIMIT_REACHED: () =>
      'This practice takes no more online bookings for this person. Phone them to book.',
    PRACTICE_SYSTEM_UNAVAILABLE: () =>
      'We could not reach the practice. Nothing has changed. Try again soon, or phone them.',
    PRACTICE_SYSTEM_REFUSED: () =>
      'The practice could not do this online. Nothing has changed. Choose another time, or phone them.',
    ALREADY_BOOKED: () =>
      'There is already an appointment for this person for these symptoms. Change or cancel that one first.',
    BOOKED_AT_SAME_TIME: () =>
      'There is already an appointment for this person at that time. Choose another time, or change that one first.',
    BOOKED_FOR_SAME_COMPLAINT: () =>
      'There is already an appointment for this person for the same problem. Book this one only if you need both.',
    BOOKING_NOT_STANDING: () =>
      'This appointment cannot be changed. Look in your list of appointments to see what has happened to it.',
    BOOKING_BEING_CHECKED: () =>
      'We are still checking another booking for this person. Wait for the answer before you book again.',
    SAME_TIME: () => 'You already have this time. Choose a different one.',
    CHANGE_UNDER_WAY: () => 'We are still cancelling your earlier time. Try again in a minute.',
    TOO_LATE_TO_CHANGE: ({ until }) =>
      until === null
        ? 'You cannot change this online, because it is so soon. To change it, phone the practice.'
        : `You could change this online until ${timeOnDay(until)}. To change it now, phone the practice.`,
    BOOKING_NOT_FOUND: () => 'We cannot find this appointment. Look in your list of appointments.',
    OUTCOME_NOT_BOOKABLE: () =>
      'You cannot book an appointment here for these symptoms. Follow the advice in your result.',
    PLACE_REQUIRED: () => 'Tell us where you are, so that we can look for times near you. Enter a postcode.',
    OWN_PRACTICE_REQUIRED: () => 'Tell us which GP practice you are with, so that we can look there.',
    OWN_PRACTICE_NOT_FOUND: () => 'We cannot find your GP practice. Look for it by its name or place.',
    NO_PRACTICE_NEAR: () =>
      'We know of no GP practice within 10 miles of this place. Check the postcode. If it is right, call 111.',
    SYMPTOM_CHECK_CHANGED: () => 'Your answers were changed, maybe on another device. Carry on from here.',
    CONFIRM_LESS_URGENT: ({ title }) =>
      `Your answers say: ${title}. Change this answer only if it was a mistake. If you are not sure, do what it says.`,
    SYMPTOM_CHECK_EXPIRED: ({ before }) =>
      before === 'BOOKING'
        ? 'You checked your symptoms more than 4 hours ago. Check them again before you book.'
        : 'You started this symptom check more than 4 hours ago. Start a new one.',
    SYMPTOM_CHECK_WITHDRAWN: () => 'We have changed the questions in this symptom check. Start again.',
    SYMPTOM_CHECK_NOT_FOUND: () => 'We cannot find this symptom check. Start a new one.',
    POSTCODE_NOT_FOUND: () => 'We cannot find this postcode. Check it and try again.',
    INVALID_INPUT: () => 'Check what you entered and try again.',
  },
  fields: {
    REQUIRED: () => 'You need to fill this in.',
    TOO_LONG: ({ max }) => `Use ${max} characters or fewer.`,
    NOT_PLAIN_TEXT: () => 'Use only letters, numbers and signs like commas.',
    NOT_A_PHONE_NUMBER: () => 'Enter a phone number, like 01632 960 001.',
    PHONE_NEEDED: () => 'The practice will call you. Enter the phone number they should use.',
    NOT_PASSED_ON: () =>
      'We cannot pass this on to the practice. Leave it out, and tell them when you speak.',
    NOT_A_DATE: () => 'Enter a real date.',
    IN_THE_FUTURE: () => 'A date of birth must be in the past.',
    TOO_LONG_AGO: ({ years }) => `A date of birth must be in the last ${years} years.`,
    POSTCODE_REQUIRED: () => 'Enter a postcode, or share where you are.',
    NOT_A_POSTCODE: () => 'Enter a postcode, like LS1 4AP.',
    UNKNOWN_POSTCODE: () => 'We cannot find this postcode. Check it and try again.',
    OUTSIDE_GREAT_BRITAIN: () => 'You need to be in Great Britain. Enter a postcode there.',
    NO_OPTION_CHOSEN: () => 'Choose an answer.',
    ONE_OPTION_ONLY: () => 'Choose only one answer.',
    OPTION_STANDS_ALONE: () => 'One of these answers can only be chosen on its own.',
  },
  // It may be back where it was, or in another session of the same clinician.
  moved: ({ before, now }) =>
    inWords(before) === inWords(now)
      ? `The practice has changed this appointment. It is ${inWords(now)}.`
      : `The practice has changed this appointment. It is now ${inWords(now)}. It was ${inWords(before)}.`,
  noTimeFits: ({ deadline, ownPracticeOnly }) =>
    deadline === null || ownPracticeOnly
      ? `If no time here suits you, phone your own practice.${deadline === null ? '' : ` Ask to be seen by ${latestTime(deadline)}.`} If things get worse, check the symptoms again or call 111.`
      : `If no time here suits you, call 111 now. Say that you were told to be seen by ${latestTime(deadline)}. If things get worse, follow the advice with your result. In an emergency, call 999.`,
  earlierEmergency: ({ title, at }) =>
    `At ${timeOnDay(at)} we said: ${title}. If you have not had that help, or things are the same or worse, do that now.`,
};

const HOW: Record<AppointmentMode, string> = {
  IN_PERSON: 'in person',
  TELEPHONE: 'by phone',
  VIDEO: 'by video',
};

function inWords({ startsAt, mode, clinicianName }: AppointmentInWords): string {
  const clinician = clinicianName === undefined ? '' : ` with ${clinicianName}`;
  return `at ${timeOnDay(startsAt)}, ${HOW[mode]}${clinician}`;
}
