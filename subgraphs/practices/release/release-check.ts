import { z } from 'zod';
import { APPOINTMENT_MODES } from '../../../domain/appointment-mode';
import { fieldFault, type FieldFault, type FieldFaults } from '../../../domain/messages/field-problem-codes';
import { PRACTICE_RELATIONS } from '../../../domain/release-policy';
import type { PreviewFor } from './release-preview';
import type { RulesSent } from './release-desk';
import type { ReleasePreviewInput, SetReleasePolicyInput } from '../types/release-inputs';

const MAX_WORDS = 20;
const OLDEST_MONTHS = 130 * 12;
const DAY_MINUTES = 24 * 60;
const DAY_MS = DAY_MINUTES * 60_000;
/** Longest range that a supplier can be searched for at once. */
const PREVIEW_DAYS = 14;

/** Names that GP systems show: no control characters. */
const word = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u);
const words = z
  .array(word(100))
  .max(MAX_WORDS)
  .transform((list) => [...new Set(list)]);

/** Whole numbers from 0, and of what. */
const RANGES = {
  minAgeMonths: { max: OLDEST_MONTHS, unit: 'months' },
  maxAgeMonths: { max: OLDEST_MONTHS, unit: 'months' },
  ageInMonths: { max: OLDEST_MONTHS, unit: 'months' },
  dailyQuota: { max: 1_000, unit: 'slots' },
  takeBackMinutes: { max: 7 * DAY_MINUTES, unit: 'minutes' },
  minimumNoticeMinutes: { max: 7 * DAY_MINUTES, unit: 'minutes' },
  horizonDays: { max: 56, unit: 'days' },
  cancelCutOffMinutes: { max: 7 * DAY_MINUTES, unit: 'minutes' },
} as const;
const whole = (field: keyof typeof RANGES) => z.number().int().min(0).max(RANGES[field].max);
const ranges = new Map<string, { max: number; unit: string }>(Object.entries(RANGES));

const Rules = z.object({
  ownPatients: z.boolean(),
  otherPatients: z.boolean(),
  modes: z.array(z.enum(APPOINTMENT_MODES)).transform((list) => [...new Set(list)]),
  dispositionIds: words,
  slotTypes: words,
  minAgeMonths: whole('minAgeMonths').nullish(),
  maxAgeMonths: whole('maxAgeMonths').nullish(),
  dailyQuota: whole('dailyQuota').nullish(),
  takeBackMinutes: whole('takeBackMinutes'),
  minimumNoticeMinutes: whole('minimumNoticeMinutes'),
  horizonDays: whole('horizonDays'),
  cancelCutOffMinutes: whole('cancelCutOffMinutes'),
});

export type RulesChecked = { kind: 'rules'; rules: RulesSent } | { kind: 'invalid'; faults: FieldFaults };

/** All problems at once. */
export function checkRules(input: SetReleasePolicyInput): RulesChecked {
  const parsed = Rules.safeParse(input);
  if (!parsed.success) return { kind: 'invalid', faults: faultsOf(parsed.error) };
  const { minAgeMonths, maxAgeMonths, dailyQuota, ...rules } = parsed.data;
  if (minAgeMonths != null && maxAgeMonths != null && minAgeMonths > maxAgeMonths)
    return { kind: 'invalid', faults: { 'input.maxAgeMonths': fieldFault('RANGE_REVERSED', {}) } };
  const everyAge = minAgeMonths == null && maxAgeMonths == null;
  const ageInMonths = everyAge
    ? null
    : { from: minAgeMonths ?? 0, below: maxAgeMonths == null ? null : maxAgeMonths + 1 };
  return { kind: 'rules', rules: { ...rules, ageInMonths, dailyQuota } };
}

/** Reason of a change. It is kept for years: a sentence, not a story. */
const Reason = z.object({ reason: word(200) });

/** @returns the fault, or null. */
export function reasonFaults(reason: string): FieldFaults | null {
  const { error } = Reason.safeParse({ reason });
  return error === undefined ? null : faultsOf(error);
}

function faultsOf({ issues }: z.ZodError): FieldFaults {
  return Object.fromEntries(issues.map((issue) => [['input', ...issue.path].join('.'), faultOf(issue)]));
}

function faultOf({ code, path, ...issue }: z.core.$ZodIssue): FieldFault {
  const range = ranges.get(String(path.at(-1)));
  if (range !== undefined) return fieldFault('OUT_OF_RANGE', { min: 0, ...range });
  if (code === 'too_small') return fieldFault('REQUIRED', {});
  if (code === 'too_big' && 'maximum' in issue) {
    const max = Number(issue.maximum);
    return issue.origin === 'array' ? fieldFault('TOO_MANY', { max }) : fieldFault('TOO_LONG', { max });
  }
  return fieldFault('NOT_PLAIN_TEXT', {});
}

const Preview = z.object({
  dispositionId: word(100),
  ageInMonths: whole('ageInMonths'),
  relation: z.enum(PRACTICE_RELATIONS),
});

export type PreviewChecked =
  { kind: 'preview'; preview: PreviewFor } | { kind: 'invalid'; faults: FieldFaults };

/** All problems of one kind at once. */
export function checkPreview(input: ReleasePreviewInput, now: Date): PreviewChecked {
  const parsed = Preview.safeParse(input);
  if (!parsed.success) return { kind: 'invalid', faults: faultsOf(parsed.error) };
  const from = input.from ?? now;
  const to = input.to ?? new Date(from.getTime() + PREVIEW_DAYS * DAY_MS);
  const span = to.getTime() - from.getTime();
  const fault =
    span < 0 ? fieldFault('RANGE_REVERSED', {}) : fieldFault('PERIOD_TOO_LONG', { days: PREVIEW_DAYS });
  if (span < 0 || span > PREVIEW_DAYS * DAY_MS) return { kind: 'invalid', faults: { 'input.to': fault } };
  const need = { ...parsed.data, modes: APPOINTMENT_MODES };
  const preview = { need, mode: input.mode ?? null, slotType: input.slotType ?? null, from, to };
  return { kind: 'preview', preview };
}
