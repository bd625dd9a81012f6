import { fieldFault, type FieldFault, type FieldFaults } from '../../../domain/messages/field-problem-codes';
import { invalidInput, type InvalidInput } from '../../../platform/graphql/problem';

/** Free text reaches suppliers' systems: no control characters, nothing longer than they take. */
const PLAIN = /^[^\p{Cc}\p{Cs}]*$/u;
/** Signs between digits as people write them, and an extension; what counts is the digits (ITU-T E.164: at most 15). */
const PHONE = /^\+?[0-9(][0-9() ./-]*(?: ?(?:x|#|ext\.?|extension):? ?[0-9]{1,6})?$/i;
const PHONE_DIGITS = { min: 9, max: 15 } as const;
const KEY_LENGTH = { min: 1, max: 200 } as const;
const PHONE_LENGTH = 30;
export const MAX_REASON_LENGTH = 150;
const MAX_KEPT_BESIDE = 10;

/** Check of a text, which returns its fault. */
type Check = (text: string) => FieldFault | null;

const checks: Record<'idempotencyKey' | 'contactPhone' | 'reason', Check> = {
  idempotencyKey: (text) =>
    plainTextFault(text, KEY_LENGTH.max) && fieldFault('NOT_AN_IDEMPOTENCY_KEY', KEY_LENGTH),
  contactPhone: (text) =>
    plainTextFault(plainPhone(text), PHONE_LENGTH) ??
    (isPhoneNumber(plainPhone(text)) ? null : fieldFault('NOT_A_PHONE_NUMBER', {})),
  reason: (text) => plainTextFault(text, MAX_REASON_LENGTH),
};

/** A telephone number in the characters that every practice's system has: copied ones have others for blanks, dashes and digits. */
export function plainPhone(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/\p{Z}+/gu, ' ')
    .replaceAll(/\p{Pd}/gu, '-')
    .trim();
}

function isPhoneNumber(text: string): boolean {
  const [number = ''] = text.split(/[#a-z]/i);
  const digits = number.replaceAll(/[^0-9]/g, '').length;
  return PHONE.test(text) && digits >= PHONE_DIGITS.min && digits <= PHONE_DIGITS.max;
}

function plainTextFault(text: string, max: number): FieldFault | null {
  if (text === '') return fieldFault('EMPTY', {});
  if (text.length > max) return fieldFault('TOO_LONG', { max });
  return PLAIN.test(text) ? null : fieldFault('NOT_PLAIN_TEXT', {});
}

/**
 * Checks what of a mutation's input is free text, all problems at once.
 * @returns null when everything can be used.
 */
export function inputProblems(
  input: Partial<Record<keyof typeof checks, string | null>>,
  { keepBookingIds = [] }: { keepBookingIds?: readonly string[] } = {},
): InvalidInput | null {
  const values = new Map(Object.entries(input));
  const faults: FieldFaults = {};
  for (const [name, check] of Object.entries(checks)) {
    const value = values.get(name);
    const fault = value == null ? null : check(value.trim());
    if (fault !== null) faults[`input.${name}`] = fault;
  }
  if (keepBookingIds.length > MAX_KEPT_BESIDE)
    faults['input.keepBookingIds'] = fieldFault('TOO_MANY', { max: MAX_KEPT_BESIDE });
  return Object.keys(faults).length === 0 ? null : invalidInput(faults);
}
