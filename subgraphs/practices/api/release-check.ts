import { z } from 'zod';
import { APPOINTMENT_MODES } from '../../../domain/appointment-mode';
import { PRACTICE_RELATIONS } from '../../../domain/release-policy';
import type { PreviewFor } from '../release/release-preview';
import type { RulesSent } from '../release/release-desk';
import type { ReleasePreviewInput, SetReleasePolicyInput } from './release-inputs';

const MOST_WORDS = 20;
const OLDEST_MONTHS = 130 * 12;
const DAY_MINUTES = 24 * 60;
const DAY_MS = DAY_MINUTES * 60_000;
/** No supplier can be asked for longer at once. */
const PREVIEW_DAYS = 14;

/** Names that GP systems show: no control characters. */
const word = z
  .string()
  .trim()
  .min(1, 'Leave it out, or write something.')
  .max(100, 'Use at most 100 characters.')
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'Use plain text without control characters.');
const words = z
  .array(word)
  .max(MOST_WORDS, `At most ${MOST_WORDS}.`)
  .transform((list) => [...new Set(list)]);
const whole = (most: number, unit: string) => {
  const message = `Must be from 0 to ${most.toLocaleString('en-GB')} ${unit}.`;
  return z.number().int(message).min(0, message).max(most, message);
};
const age = whole(OLDEST_MONTHS, 'months').nullish();

const Rules = z.object({
  ownPatients: z.boolean(),
  otherPatients: z.boolean(),
  modes: z.array(z.enum(APPOINTMENT_MODES)).transform((list) => [...new Set(list)]),
  dispositionIds: words,
  slotTypes: words,
  minAgeMonths: age,
  maxAgeMonths: age,
  dailyQuota: whole(1_000, 'slots').nullish(),
  takeBackMinutes: whole(7 * DAY_MINUTES, 'minutes'),
  minimumNoticeMinutes: whole(7 * DAY_MINUTES, 'minutes'),
  horizonDays: whole(56, 'days'),
  cancelCutOffMinutes: whole(7 * DAY_MINUTES, 'minutes'),
});

export type RulesChecked = { kind: 'rules'; rules: RulesSent } | Invalid;
export interface Invalid {
  kind: 'invalid';
  fields: Record<string, string>;
}

/** All problems at once. */
export function checkRules(input: SetReleasePolicyInput): RulesChecked {
  const parsed = Rules.safeParse(input);
  if (!parsed.success)
    return {
      kind: 'invalid',
      fields: Object.fromEntries(
        parsed.error.issues.map(({ path, message }) => [['input', ...path].join('.'), message]),
      ),
    };
  const { minAgeMonths, maxAgeMonths, dailyQuota, ...rules } = parsed.data;
  if (minAgeMonths != null && maxAgeMonths != null && minAgeMonths > maxAgeMonths)
    return { kind: 'invalid', fields: { 'input.maxAgeMonths': 'Must not be below minAgeMonths.' } };
  const everyAge = minAgeMonths == null && maxAgeMonths == null;
  const ageInMonths = everyAge
    ? null
    : { from: minAgeMonths ?? 0, below: maxAgeMonths == null ? null : maxAgeMonths + 1 };
  return { kind: 'rules', rules: { ...rules, ageInMonths, dailyQuota } };
}

/** Kept for years: a sentence, not a story. */
const Reason = word.max(200, 'Use at most 200 characters.');

/** @returns what is wrong with it, or null. */
export function reasonProblem(reason: string): Invalid | null {
  const message = Reason.safeParse(reason).error?.issues[0]?.message;
  return message === undefined ? null : { kind: 'invalid', fields: { 'input.reason': message } };
}

const Preview = z.object({
  dispositionId: word,
  ageInMonths: whole(OLDEST_MONTHS, 'months'),
  relation: z.enum(PRACTICE_RELATIONS),
});

/** @returns a sentence when it cannot be used. */
export function checkPreview(input: ReleasePreviewInput, now: Date): PreviewFor | string {
  const parsed = Preview.safeParse(input);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return `input.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`;
  }
  const from = input.from ?? now;
  const to = input.to ?? new Date(from.getTime() + PREVIEW_DAYS * DAY_MS);
  const span = to.getTime() - from.getTime();
  if (span < 0 || span > PREVIEW_DAYS * DAY_MS)
    return `input.to must be after input.from, and at most ${PREVIEW_DAYS} days.`;
  const need = { ...parsed.data, modes: APPOINTMENT_MODES };
  return { need, mode: input.mode ?? null, slotType: input.slotType ?? null, from, to };
}
