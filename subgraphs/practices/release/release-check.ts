import { z } from 'zod';
import { APPOINTMENT_MODES } from '../../../domain/appointment-mode';
import type { DispositionCatalogue } from '../../../domain/disposition-catalogue';
import { fieldFault, type FieldFault, type FieldFaults } from '../../../domain/messages/field-problem-codes';
import { CalendarDate, londonDate } from '../../../domain/london-time';
import { PRACTICE_RELATIONS } from '../../../domain/release-policy';
import type { ReleaseRules } from '../../../domain/release-change';
import type { PreviewFor } from './release-preview';
import type { DiaryNeed } from './practice-diary';
import type {
  CloseBookInput,
  PracticeDiaryInput,
  ReleasePreviewInput,
  SetReleasePolicyInput,
} from '../types/release-inputs';

/** Rules as a practice sends them; a quota that is left out is the contract's. */
export type RulesSent = Omit<ReleaseRules, 'dailyQuota'> & { dailyQuota: number | null | undefined };

const MAX_WORDS = 20;
const OLDEST_MONTHS = 130 * 12;
const DAY_MINUTES = 24 * 60;
const DAY_MS = DAY_MINUTES * 60_000;
/** Nobody plans for longer, and no date is too large to reckon with. */
const FARTHEST_DAYS = 366;
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
const words = z.array(word(100)).min(1).max(MAX_WORDS);

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
  modes: z.array(z.enum(APPOINTMENT_MODES)).min(1),
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

/** Rules that have no fault by themselves. */
export type SoundRules = Partial<z.infer<typeof Rules>>;

export interface RulesRead {
  sound: SoundRules;
  faults: FieldFaults;
}

/** Reads each rule by itself. */
export function readRules(input: SetReleasePolicyInput): RulesRead {
  const parsed = Rules.safeParse(input);
  if (parsed.success) return { sound: parsed.data, faults: {} };
  const faulty = new Set(parsed.error.issues.map(({ path }) => String(path[0])));
  const rest = Object.entries(input).filter(([field]) => !faulty.has(field));
  return { sound: Rules.partial().parse(Object.fromEntries(rest)), faults: faultsOf(parsed.error) };
}

/** @param sound all of the rules. */
export function rulesSent(sound: SoundRules): RulesSent {
  const { minAgeMonths, maxAgeMonths, dailyQuota, ...rules } = Rules.parse(sound);
  const everyAge = minAgeMonths == null && maxAgeMonths == null;
  const ageInMonths = everyAge
    ? null
    : { from: minAgeMonths ?? 0, below: maxAgeMonths == null ? null : maxAgeMonths + 1 };
  return {
    ...rules,
    modes: [...new Set(rules.modes)],
    dispositionIds: [...new Set(rules.dispositionIds)],
    slotTypes: [...new Set(rules.slotTypes)],
    ageInMonths,
    dailyQuota,
  };
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
  ageInMonths: whole('ageInMonths'),
  relation: z.enum(PRACTICE_RELATIONS),
});

export type PreviewChecked =
  { kind: 'preview'; preview: PreviewFor } | { kind: 'invalid'; faults: FieldFaults };

/** All problems at once. */
export function checkPreview(
  input: ReleasePreviewInput,
  dispositions: DispositionCatalogue,
  now: Date,
): PreviewChecked {
  const parsed = Preview.safeParse(input);
  const disposition = dispositions.get(input.dispositionId);
  const from = input.from ?? now;
  const to = input.to ?? new Date(from.getTime() + PREVIEW_DAYS * DAY_MS);
  const faults = {
    ...(disposition === undefined && { 'input.dispositionId': fieldFault('UNKNOWN_DISPOSITION', {}) }),
    ...(parsed.success ? {} : faultsOf(parsed.error)),
    ...periodFaults({ from, to }, PREVIEW_DAYS, now),
  };
  if (!parsed.success || disposition === undefined || Object.keys(faults).length > 0)
    return { kind: 'invalid', faults };
  const { mode = null, slotType = null } = input;
  return { kind: 'preview', preview: { ...parsed.data, disposition, mode, slotType, from, to } };
}

const DiaryDay = z.object({ day: CalendarDate });
const DiaryNeedSent = z.object({ ageInMonths: whole('ageInMonths') });

export type DiaryChecked =
  | { kind: 'diary'; wanted: { day: CalendarDate; need: DiaryNeed | null; read: RulesRead | null } }
  | { kind: 'invalid'; faults: FieldFaults };

/** Reads what a diary is asked for; the rules in it are read, and compared with the practice's book later. */
export function checkDiary(
  { day, need, rules }: PracticeDiaryInput,
  dispositions: DispositionCatalogue,
  now: Date,
): DiaryChecked {
  const parsed = DiaryDay.safeParse({ day: day ?? londonDate(now) });
  const days = parsed.success ? Date.parse(parsed.data.day) - Date.parse(londonDate(now)) : 0;
  const disposition = need == null ? undefined : dispositions.get(need.dispositionId);
  const faults = {
    ...(!parsed.success && { 'input.day': fieldFault('NOT_A_DATE', {}) }),
    ...(days < 0 && { 'input.day': fieldFault('IN_THE_PAST', {}) }),
    ...(days > FARTHEST_DAYS * DAY_MS && {
      'input.day': fieldFault('TOO_FAR_AWAY', { days: FARTHEST_DAYS }),
    }),
    ...(need != null && {
      ...(disposition === undefined && { 'input.need.dispositionId': fieldFault('UNKNOWN_DISPOSITION', {}) }),
      ...(!DiaryNeedSent.safeParse(need).success && {
        'input.need.ageInMonths': fieldFault('OUT_OF_RANGE', { min: 0, ...RANGES.ageInMonths }),
      }),
    }),
  };
  if (!parsed.success || Object.keys(faults).length > 0) return { kind: 'invalid', faults };
  const judgedNeed =
    need == null || disposition === undefined ? null : { disposition, ageInMonths: need.ageInMonths };
  const read = rules == null ? null : readRules(rules);
  return { kind: 'diary', wanted: { day: parsed.data.day, need: judgedNeed, read } };
}

/** @param maxDays the longest that the period may be. */
function periodFaults({ from, to }: { from: Date; to: Date }, maxDays: number, now: Date): FieldFaults {
  const span = to.getTime() - from.getTime();
  const tooFar = fieldFault('TOO_FAR_AWAY', { days: FARTHEST_DAYS });
  if (Math.abs(from.getTime() - now.getTime()) > FARTHEST_DAYS * DAY_MS) return { 'input.from': tooFar };
  if (span < 0) return { 'input.to': fieldFault('RANGE_REVERSED', {}) };
  return span > maxDays * DAY_MS ? { 'input.to': fieldFault('PERIOD_TOO_LONG', { days: maxDays }) } : {};
}

export type ClosureChecked =
  { kind: 'closure'; time: { from: Date; until: Date } } | { kind: 'invalid'; faults: FieldFaults };

/** A time for which a book is to be closed; at most a year, and not one that is over. */
export function checkClosure({ from, until }: CloseBookInput, now: Date): ClosureChecked {
  const begins = from ?? now;
  if (until == null) return { kind: 'invalid', faults: { 'input.until': fieldFault('REQUIRED', {}) } };
  const wrong = Object.values(periodFaults({ from: begins, to: until }, FARTHEST_DAYS, now))[0];
  const isOver = until <= now ? fieldFault('IN_THE_PAST', {}) : undefined;
  const isEmpty = until <= begins ? fieldFault('RANGE_REVERSED', {}) : undefined;
  const fault = isOver ?? isEmpty ?? wrong;
  if (fault === undefined) return { kind: 'closure', time: { from: begins, until } };
  return { kind: 'invalid', faults: { 'input.until': fault } };
}
