import { z } from 'zod';
import { invalidInput, type InvalidInput } from '../../problem';

/** Free text reaches suppliers' systems: no control characters, nothing longer than they take. */
const plainText = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'Leave it out, or write something.')
    .max(max, `Use at most ${max} characters.`)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'Use plain text without control characters.');

const Key = plainText(200);
const Phone = plainText(30).regex(/^[0-9+() -]{6,30}$/, 'Give a phone number of digits, spaces and +.');

const CHECKS = { idempotencyKey: Key, contactPhone: Phone, reason: plainText(150) };

/**
 * Checks what of a mutation's input is free text, all problems at once.
 * @returns null when everything can be used.
 */
export function inputProblems(
  input: Partial<Record<keyof typeof CHECKS, string | null>>,
): InvalidInput | null {
  const problems: Record<string, string> = {};
  const values = new Map(Object.entries(input));
  for (const [name, check] of Object.entries(CHECKS)) {
    const value = values.get(name);
    const message = value == null ? undefined : check.safeParse(value).error?.issues[0]?.message;
    if (message !== undefined) problems[`input.${name}`] = message;
  }
  return Object.keys(problems).length === 0 ? null : invalidInput(problems);
}
