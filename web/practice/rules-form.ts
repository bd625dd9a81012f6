import { z } from 'zod';
import type { FormError } from '../kit/site';
import type { Need } from './api';
import type { DiaryTime, Problem, Release, Rules } from './answers';
import { ageWords, MODE_CHOICES, modeWords } from './texts';

/** The form as somebody has filled it in: nothing of it is read yet, so that it can be shown again as it was. */
export const RulesForm = z.object({
  audiences: z.array(z.string()),
  modes: z.array(z.string()),
  slotTypes: z.array(z.string()),
  /** Slot types that the book has not shown yet, one in each line. */
  otherTypes: z.string(),
  dispositions: z.array(z.string()),
  youngest: z.string(),
  oldest: z.string(),
  quota: z.string(),
  quotaNumber: z.string(),
  horizon: z.string(),
  notice: z.string(),
  takeBack: z.string(),
  cutOff: z.string(),
  previewFor: z.string(),
  previewAge: z.string(),
  previewNeed: z.string(),
  previewDay: z.string(),
});
export type RulesForm = z.infer<typeof RulesForm>;

/** Ids of the form's fields, with the words that stand before the API's in an error. */
const LABELS: Readonly<Record<string, string>> = {
  audiences: 'For whom',
  modes: 'Ways of being seen',
  slotTypes: 'Kinds of slots',
  otherTypes: 'Other kinds of slots',
  dispositions: 'Needs',
  youngest: 'Youngest age',
  oldest: 'Oldest age',
  quotaNumber: 'Most appointments a day',
  horizon: 'Days ahead',
  notice: 'Notice',
  takeBack: 'Minutes before unused slots are yours again',
  cutOff: 'Minutes before cancelling ends',
  previewAge: 'Age in the preview',
  previewNeed: 'Need in the preview',
  previewDay: 'Day in the preview',
};

/** Fields of the form by those of the API. */
const FIELDS: Readonly<Record<string, string>> = {
  ownPatients: 'audiences',
  otherPatients: 'audiences',
  modes: 'modes',
  slotTypes: 'slotTypes',
  dispositionIds: 'dispositions',
  minAgeMonths: 'youngest',
  maxAgeMonths: 'oldest',
  dailyQuota: 'quotaNumber',
  horizonDays: 'horizon',
  minimumNoticeMinutes: 'notice',
  takeBackMinutes: 'takeBack',
  cancelCutOffMinutes: 'cutOff',
  ageInMonths: 'previewAge',
  dispositionId: 'previewNeed',
  day: 'previewDay',
};

export interface FormFields {
  one(name: string): string;
  all(name: string): string[];
}

/** No list of the form is longer than the API takes. */
const MAX_CHOSEN = 60;
const MAX_TEXT = 100;
const MAX_TYPES_TEXT = 2_500;

export function readForm({ one, all }: FormFields): RulesForm {
  const text = (name: string) => one(name).slice(0, MAX_TEXT);
  const chosen = (name: string) => all(name).slice(0, MAX_CHOSEN);
  return {
    audiences: chosen('audiences'),
    modes: chosen('modes'),
    slotTypes: chosen('slotTypes'),
    otherTypes: one('otherTypes').slice(0, MAX_TYPES_TEXT),
    dispositions: chosen('dispositions'),
    youngest: text('youngest'),
    oldest: text('oldest'),
    quota: text('quota'),
    quotaNumber: text('quotaNumber'),
    horizon: text('horizon'),
    notice: text('notice'),
    takeBack: text('takeBack'),
    cutOff: text('cutOff'),
    previewFor: text('previewFor') === 'OWN' ? 'OWN' : 'OTHER',
    previewAge: text('previewAge'),
    previewNeed: text('previewNeed'),
    previewDay: text('previewDay'),
  };
}

/** The form as the rules in force fill it in; a practice that has never set any chooses all that is released itself. */
export function formOf(release: Release, preview: { need: string; day: string }): RulesForm {
  const { ageInMonths: ages, dailyQuota } = release;
  const isFirst = release.status === 'NOT_OPTED_IN';
  return {
    audiences: [...(release.ownPatients ? ['own'] : []), ...(release.otherPatients ? ['other'] : [])],
    modes: release.modes,
    slotTypes: release.slotTypes,
    otherTypes: '',
    dispositions: release.dispositionIds,
    youngest: ages === null || ages.from === 0 ? '' : ageWords(ages.from),
    oldest: ages?.below == null ? '' : oldestWords(ages.below),
    quota: isFirst ? 'contract' : dailyQuota === null ? 'none' : 'number',
    quotaNumber: isFirst || dailyQuota === null ? '' : String(dailyQuota),
    horizon: String(release.horizonDays),
    notice: String(release.minimumNoticeMinutes),
    takeBack: String(release.takeBackMinutes),
    cutOff: String(release.cancelCutOffMinutes),
    previewFor: 'OTHER',
    previewAge: '6',
    previewNeed: preview.need,
    previewDay: preview.day,
  };
}

/** The oldest age that is in, where nobody of this age or more is. */
function oldestWords(below: number): string {
  return below % 12 === 0 ? String(below / 12 - 1) : `${below - 1} months`;
}

/** Reads `5` as years and `18 months` as months. Undefined where it is no age. */
function monthsOf(text: string, isOldest: boolean): number | undefined {
  const [, number, unit] = /^(\d{1,4})\s*(months?|years?)?$/i.exec(text) ?? [];
  if (number === undefined) return undefined;
  if (unit?.toLowerCase().startsWith('month') === true) return Number(number);
  return Number(number) * 12 + (isOldest ? 11 : 0);
}

/** Larger numbers are none that the API takes, and it says which it does. */
const MAX_DIGITS = 9;

function wholeOf(text: string): number | undefined {
  return new RegExp(`^\\d{1,${MAX_DIGITS}}$`).test(text) ? Number(text) : undefined;
}

type NumberField = 'horizon' | 'notice' | 'takeBack' | 'cutOff' | 'quotaNumber';

export type RulesInput = Omit<Rules, 'dailyQuota' | 'ageInMonths'> & {
  odsCode: string;
  expectedVersion: number;
  dailyQuota?: number | null;
  minAgeMonths?: number;
  maxAgeMonths?: number;
};

export type FormRead = { ok: true; input: RulesInput } | { ok: false; errors: FormError[] };

/** The rules as the API takes them, or what is no number and no age. All else the API judges. */
export function inputOf(form: RulesForm, of: { odsCode: string; expectedVersion: number }): FormRead {
  const errors: FormError[] = [];
  const wrong = (field: string, text: string) => {
    errors.push({ field, text: `${LABELS[field] ?? field}: ${text}` });
    return 0;
  };
  const whole = (field: NumberField) => wholeOf(form[field]) ?? wrong(field, 'enter a whole number, like 30');
  const age = (field: 'youngest' | 'oldest') =>
    form[field] === ''
      ? undefined
      : (monthsOf(form[field], field === 'oldest') ??
        wrong(field, 'enter years, like 5, or months, like 18 months'));
  const [minAgeMonths, maxAgeMonths] = [age('youngest'), age('oldest')];
  const input: RulesInput = {
    ...of,
    ownPatients: form.audiences.includes('own'),
    otherPatients: form.audiences.includes('other'),
    modes: MODE_CHOICES.filter((mode) => form.modes.includes(mode)),
    slotTypes: typesOf(form),
    dispositionIds: form.dispositions,
    ...(minAgeMonths !== undefined && { minAgeMonths }),
    ...(maxAgeMonths !== undefined && { maxAgeMonths }),
    ...(form.quota === 'none' && { dailyQuota: null }),
    ...(form.quota === 'number' && { dailyQuota: whole('quotaNumber') }),
    horizonDays: whole('horizon'),
    minimumNoticeMinutes: whole('notice'),
    takeBackMinutes: whole('takeBack'),
    cancelCutOffMinutes: whole('cutOff'),
  };
  return errors.length > 0 ? { ok: false, errors } : { ok: true, input };
}

function typesOf({ slotTypes, otherTypes }: RulesForm): string[] {
  const others = otherTypes.split('\n').map((line) => line.trim());
  return [...new Set([...slotTypes, ...others.filter((line) => line !== '')])];
}

export type NeedRead = { ok: true; need: Need } | { ok: false; errors: FormError[] };

export function needOf({ previewAge, previewNeed }: RulesForm): NeedRead {
  const ageInMonths = monthsOf(previewAge, false);
  if (ageInMonths === undefined)
    return {
      ok: false,
      errors: [
        { field: 'previewAge', text: 'Age in the preview: enter years, like 6, or months, like 18 months' },
      ],
    };
  return { ok: true, need: { dispositionId: previewNeed, ageInMonths } };
}

/** Faults that the API finds, at the fields of the form. A slot type that was chosen from the list is never wrong by itself. */
export function fieldErrors({ fields = [], message }: Problem, form: RulesForm): FormError[] {
  const known = fields.flatMap(({ path, message: text }): FormError[] => {
    const [, name = '', index] = /^input\.(?:rules\.|need\.)?(\w+)(?:\.(\d+))?$/.exec(path) ?? [];
    const field = FIELDS[name];
    if (field === undefined) return [];
    const item = index === undefined ? '' : ` ${itemAt(name, Number(index), form)}`.trimEnd();
    const isTyped = name === 'slotTypes' && index !== undefined && Number(index) >= form.slotTypes.length;
    const at = isTyped ? 'otherTypes' : field;
    return [{ field: at, text: `${LABELS[at] ?? at}${item}: ${inFormsWords(text)}` }];
  });
  return known.length > 0 ? known : [{ field: 'audiences', text: message }];
}

function itemAt(name: string, index: number, form: RulesForm): string {
  const item = name === 'slotTypes' ? typesOf(form)[index] : undefined;
  return item === undefined ? '' : `(${item})`;
}

/** The API names its own fields and modes; the form has other words for them. */
function inFormsWords(text: string): string {
  const [first = '', ...rest] = text;
  const named = (first.toLowerCase() + rest.join('')).replaceAll(/\b[a-z]+[A-Z]\w+\b/g, (name) => {
    const label = LABELS[FIELDS[name] ?? ''];
    return label === undefined ? name : `“${label}”`;
  });
  return named.replaceAll(/\b[A-Z]+(?:_[A-Z]+)*\b/g, (word) =>
    isMode(word) ? `“${modeWords(word)}”` : word,
  );
}

const isMode = (word: string) => MODE_CHOICES.some((mode) => mode === word);

/** The rules that are tried, for words about them. @param quota the one by which the API has judged */
export function rulesIn(input: RulesInput, quota: number | null): Rules {
  const { minAgeMonths, maxAgeMonths } = input;
  const everyAge = minAgeMonths === undefined && maxAgeMonths === undefined;
  const below = maxAgeMonths === undefined ? null : maxAgeMonths + 1;
  return {
    ...input,
    dailyQuota: quota,
    ageInMonths: everyAge ? null : { from: minAgeMonths ?? 0, below },
  };
}

export interface Preview {
  offered: DiaryTime[];
  stopped: { time: DiaryTime; rules: string[] }[];
}

/** Divides the free times of a day into those that somebody in this relation is offered, and the others with the rules. */
export function previewOf(times: readonly DiaryTime[], relation: string): Preview {
  const judged = times.map((time) => ({
    time,
    rules: relation === 'OWN' ? time.stoppedForOwn : time.stoppedForOthers,
  }));
  return {
    offered: judged.filter(({ rules }) => rules.length === 0).map(({ time }) => time),
    stopped: judged.filter(({ rules }) => rules.length > 0),
  };
}
