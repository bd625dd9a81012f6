import type { CodeFacts, None } from './audience';

/** Parameters of the messages beside fields that a person fills in. */
export interface PatientFieldProblems {
  REQUIRED: None;
  TOO_LONG: { max: number };
  NOT_PLAIN_TEXT: None;
  NOT_A_PHONE_NUMBER: None;
  PHONE_NEEDED: None;
  NOT_PASSED_ON: None;
  NOT_A_DATE: None;
  IN_THE_FUTURE: None;
  TOO_LONG_AGO: { years: number };
  POSTCODE_REQUIRED: None;
  NOT_A_POSTCODE: None;
  UNKNOWN_POSTCODE: None;
  OUTSIDE_GREAT_BRITAIN: None;
  NO_OPTION_CHOSEN: None;
  ONE_OPTION_ONLY: None;
  OPTION_STANDS_ALONE: None;
}

/** Parameters of the messages about values that the client sends, or that staff fill in. */
export interface ProfessionalFieldProblems {
  EMPTY: None;
  EXACTLY_ONE: { of: string };
  NOT_COORDINATES: None;
  NOT_AN_ODS_CODE: None;
  OUT_OF_RANGE: { min: number; max: number; unit?: string };
  TOO_MANY: { max: number };
  REPEATED: None;
  RANGE_REVERSED: None;
  PERIOD_TOO_LONG: { days: number };
  TOO_FAR_AWAY: { days: number };
  IN_THE_PAST: None;
  TOO_MANY_ROWS: { max: number };
  NOT_A_PERIOD: { example: string };
  /** Null before anything is published. */
  PERIOD_NOT_CLOSED: { until: string | null };
  NOT_COUNTED_BY: { measure: string; dimension: string };
  NEEDS_DIMENSION: { measure: string; dimension: string };
  NOT_A_FILTER: None;
  UNKNOWN_VALUE: { known: readonly string[] };
  NOT_A_CURSOR: None;
  UNKNOWN_PATHWAY: None;
  UNKNOWN_QUESTION: None;
  QUESTION_NOT_OPEN: None;
  UNKNOWN_OPTION: None;
  UNKNOWN_DISPOSITION: None;
  NEVER_BOOKED: None;
  MODE_NOT_RELEASED: { modes: readonly string[] };
  UNKNOWN_SLOT_TYPE: { known: readonly string[] };
  BOOK_NOT_READ: None;
  LEAVES_NOTHING: { beside: string };
  LOCALE_NOT_OFFERED: { locales: readonly string[] };
  NOT_AN_IDEMPOTENCY_KEY: { min: number; max: number };
  IDEMPOTENCY_KEY_REUSED: None;
}

export type FieldProblemParameters = PatientFieldProblems & ProfessionalFieldProblems;
export type FieldProblemCode = keyof FieldProblemParameters;

/** Fault of one field: a code and the parameters of its message. */
export type FieldFault<Code extends FieldProblemCode = FieldProblemCode> = {
  [One in Code]: { code: One; parameters: FieldProblemParameters[One] };
}[Code];

/** All faults of an operation, by path. */
export type FieldFaults = Record<string, FieldFault>;

/** @param parameters values that the message mentions. */
export function fieldFault<Code extends FieldProblemCode>(
  code: Code,
  parameters: FieldProblemParameters[Code],
): { code: Code; parameters: FieldProblemParameters[Code] } {
  return { code, parameters };
}

const patients = (means: string, next: string): CodeFacts => ({ audience: 'PATIENTS', means, next });
const staff = (means: string, next: string): CodeFacts => ({ audience: 'STAFF', means, next });
const developers = (means: string, next: string): CodeFacts => ({ audience: 'DEVELOPERS', means, next });

const CORRECT_IT = 'Let the person correct it.';
const CLIENT = 'Correct the client.';

/** Every code that a FieldProblem can have. */
export const FIELD_PROBLEMS: Record<FieldProblemCode, CodeFacts> = {
  REQUIRED: patients('Nothing was entered.', CORRECT_IT),
  TOO_LONG: patients('The text is too long.', CORRECT_IT),
  NOT_PLAIN_TEXT: patients('The text has control characters.', CORRECT_IT),
  NOT_A_PHONE_NUMBER: patients(
    'The text is not 9 to 15 digits, with spaces and signs between them, and perhaps an extension.',
    CORRECT_IT,
  ),
  PHONE_NEEDED: patients(
    'The practice calls for this appointment, or sends a link to it, and there is no number.',
    CORRECT_IT,
  ),
  NOT_PASSED_ON: patients(
    "The practice's system takes no such text from outside.",
    'Send it again without, and have the person tell the practice.',
  ),
  NOT_A_DATE: patients('The text is not a calendar date in the form 2026-03-29.', CORRECT_IT),
  IN_THE_FUTURE: patients('The date of birth is after today.', CORRECT_IT),
  TOO_LONG_AGO: patients('The date of birth is longer ago than anybody lives.', CORRECT_IT),
  POSTCODE_REQUIRED: patients('The place has neither postcode nor coordinates.', CORRECT_IT),
  NOT_A_POSTCODE: patients('The text does not have the format of a postcode.', CORRECT_IT),
  UNKNOWN_POSTCODE: patients(
    'The directory does not have this postcode, or none has been imported.',
    'Let the person correct it, or send coordinates.',
  ),
  OUTSIDE_GREAT_BRITAIN: patients(
    'The coordinates are outside Great Britain.',
    'Ask for the postcode instead.',
  ),
  NO_OPTION_CHOSEN: patients('No option was chosen.', CORRECT_IT),
  ONE_OPTION_ONLY: patients('Several options were chosen where one is asked for.', CORRECT_IT),
  OPTION_STANDS_ALONE: patients('An option with `exclusive` was chosen with others.', CORRECT_IT),
  EMPTY: developers('An optional text was sent empty.', 'Leave it out.'),
  EXACTLY_ONE: developers('Both of two alternatives were sent.', CLIENT),
  NOT_COORDINATES: developers('Latitude or longitude is out of range.', CLIENT),
  NOT_AN_ODS_CODE: developers('The text does not have the format of an ODS code.', CLIENT),
  OUT_OF_RANGE: staff('The number is below the minimum or above the maximum.', CORRECT_IT),
  TOO_MANY: staff('The list is too long.', CORRECT_IT),
  REPEATED: developers('Something is in the list twice.', CLIENT),
  RANGE_REVERSED: staff('The end comes before the start.', CORRECT_IT),
  PERIOD_TOO_LONG: staff('The period has too many days.', CORRECT_IT),
  TOO_FAR_AWAY: staff('The time is too long ago, or too far ahead.', CORRECT_IT),
  IN_THE_PAST: staff('The time is over.', CORRECT_IT),
  TOO_MANY_ROWS: staff('The result would have too many rows.', 'Request fewer dimensions or days.'),
  NOT_A_PERIOD: staff('The text names no period of that length.', 'Write it as in the example.'),
  PERIOD_NOT_CLOSED: staff(
    'Statistics are of whole periods that are over and rolled up, which is done each night.',
    'Ask for an earlier one.',
  ),
  NOT_COUNTED_BY: staff('The measure has no such dimension.', 'Leave the dimension or the measure out.'),
  NEEDS_DIMENSION: staff(
    'The measure means something for each value of a dimension alone.',
    'Add the dimension to `by` or to `where`.',
  ),
  NOT_A_FILTER: staff('The period is no filter.', 'Say it in `period`.'),
  UNKNOWN_VALUE: staff('The dimension has no such value.', 'Choose one of those in the message.'),
  NOT_A_CURSOR: developers('The value is not a cursor that this field returned.', CLIENT),
  UNKNOWN_PATHWAY: developers('There is no such symptom check.', 'Ask for `pathways` again.'),
  UNKNOWN_QUESTION: developers('The symptom check has no such question.', 'Ask for the `assessment` again.'),
  QUESTION_NOT_OPEN: developers(
    'The question is neither the next one nor one answered before.',
    'Ask for the `assessment` again.',
  ),
  UNKNOWN_OPTION: developers('The question has no such option.', 'Ask for the `assessment` again.'),
  UNKNOWN_DISPOSITION: developers(
    'The symptom checks have no such disposition.',
    'Ask for `dispositions`, and let staff choose.',
  ),
  NEVER_BOOKED: staff('No appointment is booked for this disposition.', 'Let staff take it out.'),
  MODE_NOT_RELEASED: staff(
    'This disposition is served by other modes than those that are released.',
    'Let staff release one of its modes, or take it out.',
  ),
  UNKNOWN_SLOT_TYPE: staff(
    "The practice's book has never had such a slot type, as far as this service has seen.",
    'Show the message, which lists those that it has, and let staff choose.',
  ),
  BOOK_NOT_READ: staff(
    "The practice's system did not answer, so that this could not be compared with its book.",
    'Send it again in a few minutes.',
  ),
  LEAVES_NOTHING: staff(
    'With another of the rules this leaves nothing that anybody could book.',
    'Show the message, which names the other rule.',
  ),
  LOCALE_NOT_OFFERED: developers('The symptom checks are not available in this language.', CLIENT),
  NOT_AN_IDEMPOTENCY_KEY: developers(
    'The key is empty, too long, or has characters that are not allowed.',
    CLIENT,
  ),
  IDEMPOTENCY_KEY_REUSED: developers(
    'The key was used to start another symptom check.',
    'Make a new key for each intention.',
  ),
};

export const FIELD_PROBLEM_CODES = Object.keys(FIELD_PROBLEMS) as readonly FieldProblemCode[];
