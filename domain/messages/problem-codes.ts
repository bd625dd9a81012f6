import type { CodeFacts, None } from './audience';

/** Parameters of the messages for patients. */
export interface PatientProblems {
  SIGN_IN_REQUIRED: None;
  IDENTITY_PROOF_REQUIRED: None;
  CANNOT_ACT_FOR_PERSON: None;
  OFFER_BEFORE_SIGN_IN: None;
  OFFER_FOR_ANOTHER: None;
  OFFER_EXPIRED: None;
  NOT_THE_PERSON_CHECKED: None;
  CHECK_USED_FOR_ANOTHER: None;
  LATER_THAN_NEEDED: None;
  OUTCOME_CHANGED: { title: string };
  SYMPTOM_CHECK_UNFINISHED: None;
  TOO_MANY_HOLDS: None;
  NOT_REGISTERED_THERE: None;
  HOLD_NOT_FOUND: None;
  HOLD_EXPIRED: None;
  HOLD_NOT_EXTENDABLE: { until: Date };
  SLOT_TAKEN: None;
  SLOT_HELD_BY_ANOTHER: { until: Date };
  SLOT_NOT_RELEASED: None;
  DAILY_LIMIT_REACHED: None;
  PRACTICE_CLOSED_BOOK: None;
  PATIENT_NOT_ACCEPTED: None;
  BOOKING_LIMIT_REACHED: None;
  PRACTICE_SYSTEM_UNAVAILABLE: None;
  PRACTICE_SYSTEM_REFUSED: None;
  ALREADY_BOOKED: None;
  BOOKED_AT_SAME_TIME: None;
  BOOKED_FOR_SAME_COMPLAINT: None;
  BOOKING_NOT_STANDING: None;
  BOOKING_BEING_CHECKED: None;
  SAME_TIME: None;
  CHANGE_UNDER_WAY: None;
  /** Null where it was booked too late for any change. */
  TOO_LATE_TO_CHANGE: { until: Date | null };
  BOOKING_NOT_FOUND: None;
  OUTCOME_NOT_BOOKABLE: None;
  PLACE_REQUIRED: None;
  OWN_PRACTICE_REQUIRED: None;
  OWN_PRACTICE_NOT_FOUND: None;
  NO_PRACTICE_NEAR: None;
  SYMPTOM_CHECK_CHANGED: None;
  CONFIRM_LESS_URGENT: { title: string };
  SYMPTOM_CHECK_EXPIRED: { before: 'ANSWERING' | 'BOOKING' };
  SYMPTOM_CHECK_WITHDRAWN: None;
  SYMPTOM_CHECK_NOT_FOUND: None;
  POSTCODE_NOT_FOUND: None;
  INVALID_INPUT: None;
}

/** Parameters of the messages for staff and developers. */
export interface ProfessionalProblems {
  ROLE_NOT_ALLOWED: { allowed: string };
  NOT_YOUR_PRACTICE: None;
  MANAGER_ROLE_REQUIRED: None;
  RULES_CHANGED: None;
  BOOKINGS_IN_CLOSURE: { bookings: number };
  PRACTICE_NOT_FOUND: None;
  ALREADY_SETTLED: None;
  ANOTHER_BOOKING_STANDS: None;
  TOO_FINE: { drop: readonly string[] };
  ALLOWANCE_USED: None;
  IDEMPOTENCY_KEY_REUSED: None;
}

/** Problems whose words are the symptom check's own, in the reader's language: clinicians answer for them. */
export type ClinicalProblem = 'NOT_SUITABLE_ONLINE' | 'SYMPTOM_CHECK_SWITCHED_OFF';

export type ProblemParameters = PatientProblems & ProfessionalProblems;
/** A problem whose message stands in a catalogue. */
export type WordedProblem = keyof ProblemParameters;
export type ProblemCode = WordedProblem | ClinicalProblem;

const patients = (means: string, next: string): CodeFacts => ({ audience: 'PATIENTS', means, next });
const staff = (means: string, next: string): CodeFacts => ({ audience: 'STAFF', means, next });
const developers = (means: string, next: string): CodeFacts => ({ audience: 'DEVELOPERS', means, next });

const SEARCH_AGAIN = 'Ask for `appointmentOptions` again.';
const CHECK_AGAIN = 'Start another symptom check.';
const ALTERNATIVES = 'Show `alternatives`; if there are none, ask for `appointmentOptions` again.';
const OTHER_PRACTICE = 'Ask for `appointmentOptions` again, and let the person choose another practice.';

/** Every code that a Problem can have. */
export const PROBLEMS: Record<ProblemCode, CodeFacts> = {
  SIGN_IN_REQUIRED: patients('Nobody is signed in.', 'Have the person sign in, then send it again.'),
  IDENTITY_PROOF_REQUIRED: patients(
    'The person is signed in, but their NHS login is not at proofing level P9.',
    'Send them to NHS login to prove who they are (`vtr` P9), then search and book.',
  ),
  CANNOT_ACT_FOR_PERSON: patients(
    'The verified identity does not allow the caller to act for this person.',
    'Ask for `bookablePeople`, and let them choose; or have the patient phone.',
  ),
  OFFER_BEFORE_SIGN_IN: patients('The time was found before the person signed in.', SEARCH_AGAIN),
  OFFER_FOR_ANOTHER: patients('The time was found by another caller.', SEARCH_AGAIN),
  OFFER_EXPIRED: patients('The slot id is too old, or was not issued by this service.', SEARCH_AGAIN),
  NOT_THE_PERSON_CHECKED: patients(
    'The symptom check is about somebody else: another date of birth, or the caller themself and not the patient.',
    CHECK_AGAIN,
  ),
  CHECK_USED_FOR_ANOTHER: patients('The symptom check has led to a booking for somebody else.', CHECK_AGAIN),
  LATER_THAN_NEEDED: patients(
    'The new time is of another symptom check, and after the time by which the first one says that the person is to be seen.',
    'Have them choose an earlier time, or cancel the first booking.',
  ),
  OUTCOME_CHANGED: patients(
    'The outcome of the symptom check is another one by now, or does not allow so late a time.',
    'Show the message and the outcome of the `assessment`; where that can be booked, ask for `appointmentOptions` again.',
  ),
  SYMPTOM_CHECK_UNFINISHED: patients(
    'An answer was changed, and the next question is open.',
    'Ask for the `assessment`, and go on with its question.',
  ),
  TOO_MANY_HOLDS: patients(
    'The caller keeps as many times as one person may, or has kept too many in a minute.',
    'Have them confirm or release one; or wait for `retryAfterSeconds`.',
  ),
  NOT_REGISTERED_THERE: patients(
    'The time is for patients of that practice, and this person is not known to be one.',
    OTHER_PRACTICE,
  ),
  HOLD_NOT_FOUND: patients(
    'The caller has no such hold.',
    'Ask for `appointmentOptions` again, and hold a time.',
  ),
  HOLD_EXPIRED: patients('The hold has expired, and cannot be renewed.', SEARCH_AGAIN),
  HOLD_NOT_EXTENDABLE: patients(
    'The hold stands, and cannot be kept for longer: it was extended before, or the appointment begins.',
    'Show the end of `hold`; let the person confirm it, or choose another time.',
  ),
  SLOT_TAKEN: patients('The practice no longer has this time.', ALTERNATIVES),
  SLOT_HELD_BY_ANOTHER: patients(
    'Somebody else is booking this time.',
    'Show `alternatives`; or try again after `heldUntil`.',
  ),
  SLOT_NOT_RELEASED: patients("The practice's rules no longer release this time.", ALTERNATIVES),
  DAILY_LIMIT_REACHED: patients(
    "The practice's quota for that part of the day is used up.",
    'Show `alternatives`; else let the person choose another day or practice.',
  ),
  PRACTICE_CLOSED_BOOK: patients(
    'The practice has closed its book, or releases nothing now.',
    OTHER_PRACTICE,
  ),
  PATIENT_NOT_ACCEPTED: patients(
    "The practice's system did not accept this person for this appointment.",
    'Let them choose another practice, or phone this one.',
  ),
  BOOKING_LIMIT_REACHED: patients(
    "The practice's system takes no more bookings for this person.",
    'Have them phone the practice.',
  ),
  PRACTICE_SYSTEM_UNAVAILABLE: patients(
    "The practice's system could not be reached. Nothing was changed.",
    'After `retryAfterSeconds`, send it again under a new idempotency key.',
  ),
  PRACTICE_SYSTEM_REFUSED: patients(
    "The practice's system refused the request for good. Nothing was changed.",
    'Let them choose another time, or phone the practice.',
  ),
  ALREADY_BOOKED: patients(
    'There is an appointment for this person and these symptoms.',
    'Show `booking`, with its buttons to move and to cancel.',
  ),
  BOOKED_AT_SAME_TIME: patients(
    'The person has an appointment that overlaps with this time.',
    'Show `booking`; have them choose another time, or change that one first.',
  ),
  BOOKED_FOR_SAME_COMPLAINT: patients(
    'The person has an appointment for the same complaint, from another symptom check.',
    'Show `booking`, and ask; if they want both, hold again with its id in `keepBookingIds`.',
  ),
  BOOKING_NOT_STANDING: patients(
    'The booking is cancelled, failed, still being checked, or was not moved by its practice.',
    'Show `booking` with its status.',
  ),
  BOOKING_BEING_CHECKED: patients(
    'The outcome of an earlier booking for this person is not known yet.',
    'Ask for that booking until it is settled, as with `CHECKING`.',
  ),
  SAME_TIME: patients('The new time is the one that is booked.', 'Let the person choose another time.'),
  CHANGE_UNDER_WAY: patients(
    'The time before this one is still being cancelled at the practice.',
    'Try again in a minute.',
  ),
  TOO_LATE_TO_CHANGE: patients(
    "The practice's cut-off for changes has passed.",
    'Show the phone number of `practice`.',
  ),
  BOOKING_NOT_FOUND: patients('There is no such booking, or it is not the caller’s.', 'Show `myBookings`.'),
  OUTCOME_NOT_BOOKABLE: patients(
    'No appointment is booked for this outcome.',
    'Show the advice of the outcome.',
  ),
  PLACE_REQUIRED: patients(
    'Neither the place nor the practice of the person is known, or others than their practice are to be searched and the place is not known.',
    'Have them enter a postcode or share where they are, send it with `setWhereabouts`, and ask for `appointmentOptions` again.',
  ),
  OWN_PRACTICE_REQUIRED: patients(
    'The outcome is for the person’s own practice, and it is not known.',
    'Have them name their practice, send it with `setWhereabouts`, and ask for `appointmentOptions` again.',
  ),
  OWN_PRACTICE_NOT_FOUND: patients(
    'The directory does not have the practice that the person named.',
    'Have them choose it anew (`searchPractices`), send it with `setWhereabouts`, and ask for `appointmentOptions` again.',
  ),
  NO_PRACTICE_NEAR: patients(
    'There is no practice in England within ten miles of the place.',
    'Show the message and `fallbackAdvice`; another place can be sent with `setWhereabouts`.',
  ),
  NOT_SUITABLE_ONLINE: patients(
    'The symptom check is not suitable for this person.',
    'Show `disposition`: what to do instead.',
  ),
  SYMPTOM_CHECK_SWITCHED_OFF: patients(
    'An operator has switched this symptom check off.',
    'Show `disposition`: what to do instead.',
  ),
  SYMPTOM_CHECK_CHANGED: patients(
    'The answers were changed meanwhile, perhaps on another device.',
    'Go on from `current`, with its revision.',
  ),
  CONFIRM_LESS_URGENT: patients(
    'The change would take an emergency back. Nothing is changed yet.',
    'Show `said` and the advice of `current`; once the person confirms, send the same with `confirmLessUrgent: true`.',
  ),
  SYMPTOM_CHECK_EXPIRED: patients('The symptom check is more than four hours old.', CHECK_AGAIN),
  SYMPTOM_CHECK_WITHDRAWN: patients(
    'The edition of the questions that it began with was withdrawn.',
    CHECK_AGAIN,
  ),
  SYMPTOM_CHECK_NOT_FOUND: patients('No symptom check has this id.', CHECK_AGAIN),
  POSTCODE_NOT_FOUND: patients(
    'The directory does not have this postcode.',
    'Have the person check it, or send coordinates.',
  ),
  INVALID_INPUT: patients('The input has faults.', 'Show the problem of each of `fields` beside its field.'),
  ROLE_NOT_ALLOWED: staff('The role of the caller does not allow this.', 'Sign in with another role.'),
  NOT_YOUR_PRACTICE: staff(
    'The caller works at another practice.',
    'Sign in with a role held at this practice.',
  ),
  MANAGER_ROLE_REQUIRED: staff(
    'The caller works at the practice, but is not one of its managers.',
    'Sign in with the role R8000 or R8008, or ask someone who has it.',
  ),
  RULES_CHANGED: staff(
    'Someone else changed the rules after the client read them.',
    'Show `current`, and send the change with its version.',
  ),
  BOOKINGS_IN_CLOSURE: staff(
    'Appointments are booked in the time for which the book is to be closed, other than were confirmed. Nothing was changed.',
    'Show `bookings`, and send it again with `acceptedBookings` as their `total` once staff have read them.',
  ),
  PRACTICE_NOT_FOUND: staff('The directory has no such practice.', 'Check the ODS code.'),
  ALREADY_SETTLED: staff('The booking is not waiting for an operator.', 'Show `booking`.'),
  ANOTHER_BOOKING_STANDS: staff(
    'There is another booking at that time, or for this person and these symptoms.',
    'Have the practice cancel this one, then settle it as not standing.',
  ),
  TOO_FINE: staff(
    'Most of the numbers would be withheld, or there is no table of so many dimensions for the period.',
    'Ask again without one of `drop`, or for longer periods.',
  ),
  ALLOWANCE_USED: staff(
    'The caller has had as many numbers as one analyst may in a day.',
    'Ask for fewer dimensions, or tomorrow.',
  ),
  IDEMPOTENCY_KEY_REUSED: developers(
    'The idempotency key was used for another request.',
    'Make a new key for each intention; show a message of your own.',
  ),
};

export const PROBLEM_CODES = Object.keys(PROBLEMS) as readonly ProblemCode[];
