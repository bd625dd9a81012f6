import type { CodeFacts, None } from './audience';

/** Parameters of the messages beside fields that a person fills in. */
export interface PatientFieldProblems {
  REQUIRED: None;
  TOO_LONG: { max: number };
  NOT_PLAIN_TEXT: None;
  NOT_A_PHONE_NUMBER: None;
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
  TOO_MANY_ROWS: { max: number };
  NOT_A_CURSOR: None;
  UNKNOWN_PATHWAY: None;
  UNKNOWN_QUESTION: None;
  QUESTION_NOT_OPEN: None;
  UNKNOWN_OPTION: None;
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
    'The text is not 6 to 30 digits, spaces, brackets, hyphens and plus signs.',
    CORRECT_IT,
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
  TOO_MANY_ROWS: staff('The result would have too many rows.', 'Request fewer dimensions or days.'),
  NOT_A_CURSOR: developers('The value is not a cursor that this field returned.', CLIENT),
  UNKNOWN_PATHWAY: developers('There is no such symptom check.', 'Ask for `pathways` again.'),
  UNKNOWN_QUESTION: developers('The symptom check has no such question.', 'Ask for the `assessment` again.'),
  QUESTION_NOT_OPEN: developers(
    'The question is neither the next one nor one answered before.',
    'Ask for the `assessment` again.',
  ),
  UNKNOWN_OPTION: developers('The question has no such option.', 'Ask for the `assessment` again.'),
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
