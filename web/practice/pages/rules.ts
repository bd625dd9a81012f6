import type { FastifyInstance } from 'fastify';
import type { Caller } from '../../kit/api';
import type { FormError } from '../../kit/site';
import { fieldsOf } from '../../kit/visit';
import { dayOf } from '../../kit/texts';
import type { Diary, Disposition, PracticeBook, Release } from '../answers';
import { addDays, londonDay, noonOf } from '../london';
import {
  fieldErrors,
  formOf,
  inputOf,
  needOf,
  previewOf,
  readForm,
  rulesIn,
  type RulesForm,
  type RulesInput,
} from '../rules-form';
import {
  deskOf,
  forStaff,
  HOME,
  showNoPractice,
  showRefusal,
  takeNotice,
  type PracticeSite,
  type StaffVisit,
} from '../staff';
import {
  capitalised,
  changesWords,
  MODE_CHOICES,
  modeWords,
  reasonWords,
  rulesRows,
  timeWords,
  type RuleRow,
} from '../texts';

const FORM = '/practice/rules';
const CHECK = '/practice/rules/check';
const DAYS_OF_PREVIEW = 7;

/** The release rules: a form with a preview beside it, a page to check them, and saving. */
export function registerRulesPages(app: FastifyInstance, site: PracticeSite): void {
  app.get(
    FORM,
    forStaff(site, (visit) => {
      const { draft } = deskOf(visit.request);
      return showForm(site, visit, { form: draft?.form, version: draft?.version });
    }),
  );
  app.post(
    '/practice/rules/start-again',
    forStaff(site, ({ request, reply }) => {
      deskOf(request).draft = undefined;
      return reply.redirect(FORM, 303);
    }),
  );
  app.post(
    FORM,
    forStaff(site, (visit) => takeForm(site, visit)),
  );
  app.get(
    CHECK,
    forStaff(site, (visit) => showCheck(site, visit)),
  );
  app.post(
    '/practice/rules/save',
    forStaff(site, (visit) => save(site, visit)),
  );
}

interface Shown {
  form?: RulesForm | undefined;
  /** The version from which the form was filled in. */
  version?: number | undefined;
  errors?: FormError[];
  /** A day of the diary, judged by the form; without it the form has no preview. */
  diary?: Diary;
}

async function showForm(
  site: PracticeSite,
  visit: StaffVisit,
  { form: filledIn, version, errors, diary }: Shown,
) {
  const { request, reply, caller } = visit;
  const [found, dispositions] = await Promise.all([
    site.practice.diary(caller, {}),
    site.practice.dispositions(caller),
  ]);
  if (found === null) return showNoPractice(site, reply);
  const { book } = found;
  const isFirst = book.release.status === 'NOT_OPTED_IN';
  if (book.callerManages !== true) return showRulesOnly(site, visit, book, dispositions);
  const today = londonDay(site.now());
  const usual = dispositions.find(({ id }) => id === 'gp-6h') ?? dispositions[0];
  const form = filledIn ?? formOf(book.release, { need: usual?.id ?? '', day: today });
  return site.render(reply, 'practice/rules', {
    title: 'What do you release?',
    ...(isFirst && { caption: 'Step 2 of 4', back: '/practice/opt-in' }),
    section: 'rules',
    banner: dispositions[0]?.contentBanner,
    practice: book,
    version: version ?? book.release.version,
    isDraft: deskOf(request).draft !== undefined,
    notice: takeNotice(request),
    form,
    errors,
    errorAt: Object.fromEntries((errors ?? []).map(({ field, text }) => [field, { text }])),
    modes: MODE_CHOICES.map((value) => ({ value, text: capitalised(modeWords(value)) })),
    slotTypes: slotTypesOf(found.diary.ok ? found.diary.value.slotTypes : [], form, book.release),
    dispositions: dispositions.map(({ id, title, bookable, modes }) => ({
      value: id,
      text: title,
      hint: { text: needHint({ bookable, modes }) },
    })),
    needs: dispositions.map(({ id, title }) => ({ value: id, text: title })),
    days: daysFrom(today),
    preview: diary === undefined ? undefined : previewShown(diary, form),
  });
}

function needHint({ bookable, modes }: Pick<Disposition, 'bookable' | 'modes'>): string {
  const where = bookable === 'OWN_PRACTICE' ? 'Your own patients only. ' : '';
  return `${where}${capitalised(modes.map(modeWords).join(' or '))}.`;
}

function daysFrom(today: string) {
  return Array.from({ length: DAYS_OF_PREVIEW }, (_, ahead) => addDays(today, ahead)).map((value) => ({
    value,
    text: value === today ? 'Today' : dayOf(noonOf(value)),
  }));
}

/** Slot types that the book has shown, that are released, and that somebody has typed. */
function slotTypesOf(seen: readonly string[], form: RulesForm, release: Release) {
  const names = [...new Set([...seen, ...release.slotTypes, ...form.slotTypes])];
  return names.map((value) => ({
    value,
    text: value,
    ...(!seen.includes(value) && { hint: { text: 'Your system has not shown us this one yet.' } }),
  }));
}

/** For those who may look and not change. */
function showRulesOnly(
  site: PracticeSite,
  { request, reply }: StaffVisit,
  book: PracticeBook,
  dispositions: readonly Disposition[],
) {
  const isFirst = book.release.status === 'NOT_OPTED_IN';
  return site.render(reply, 'practice/rules-only', {
    title: 'What your practice releases',
    section: 'rules',
    practice: book,
    notice: takeNotice(request),
    rows: isFirst ? [] : rowsOf(rulesRows(book.release, dispositions)),
  });
}

const rowsOf = (rows: readonly RuleRow[]) =>
  rows.map(({ key, values }) => ({
    key: { text: key },
    value: { text: values.length === 0 ? 'None' : values.join('; ') },
  }));

function previewShown(diary: Diary, form: RulesForm) {
  const { offered, stopped } = previewOf(diary.times, form.previewFor);
  return {
    answer: diary.answer,
    whose: form.previewFor === 'OWN' ? 'your own patients' : 'other practices’ patients',
    day: dayOf(noonOf(diary.day)),
    offered: offered.map((time) => timeWords(time) + (time.isKept ? ' (a patient is booking it now)' : '')),
    stopped: stopped.map(({ time, rules }) => ({ time: timeWords(time), reason: reasonWords(rules) })),
  };
}

/** Asks the API for the diary by these rules: it judges them as it would when they are set, and stores nothing. */
async function tryForm(site: PracticeSite, caller: Caller, form: RulesForm, input: RulesInput) {
  const need = needOf(form);
  if (!need.ok) return { ok: false as const, errors: need.errors };
  const found = await site.practice.diary(caller, { day: form.previewDay, need: need.need, rules: input });
  if (found === null) return { ok: false as const, errors: [] };
  return found.diary.ok
    ? { ok: true as const, diary: found.diary.value, book: found.book }
    : { ok: false as const, errors: fieldErrors(found.diary.problem, form) };
}

async function takeForm(site: PracticeSite, visit: StaffVisit) {
  const { request, reply, caller } = visit;
  const fields = fieldsOf(request);
  const read = readForm(fields);
  const today = londonDay(site.now());
  const isPreviewed = daysFrom(today).some(({ value }) => value === read.previewDay);
  const form = isPreviewed ? read : { ...read, previewDay: today };
  const version = Number.parseInt(fields.one('version'), 10) || 0;
  const again = (shown: Shown) => showForm(site, visit, { form, version, ...shown });
  const practice = fields.one('practice');
  const rules = inputOf(form, { odsCode: practice, expectedVersion: version });
  if (!rules.ok) return again({ errors: rules.errors });
  const tried = await tryForm(site, caller, form, rules.input);
  if (!tried.ok) return again({ errors: tried.errors });
  if (fields.one('do') === 'preview') return again({ diary: tried.diary });
  deskOf(request).draft = { practice, version, form };
  return reply.redirect(CHECK, 303);
}

async function showCheck(site: PracticeSite, visit: StaffVisit, stale?: Release) {
  const { request, reply, caller } = visit;
  const { draft } = deskOf(request);
  if (draft === undefined) return reply.redirect(FORM, 303);
  const { form, practice, version } = draft;
  const rules = inputOf(form, { odsCode: practice, expectedVersion: version });
  if (!rules.ok) return reply.redirect(FORM, 303);
  const [tried, dispositions] = await Promise.all([
    tryForm(site, caller, form, rules.input),
    site.practice.dispositions(caller),
  ]);
  if (!tried.ok) return showForm(site, visit, { form, version, errors: tried.errors });
  const { book, diary } = tried;
  const isFirst = book.release.status === 'NOT_OPTED_IN';
  const wanted = rulesIn(rules.input, diary.dailyQuota);
  const after = { ...book.release, ...wanted };
  if (stale !== undefined) reply.code(409);
  return site.render(reply, 'practice/rules-check', {
    title: isFirst ? 'Check what would be offered' : 'Check your rules before you save them',
    ...(isFirst && { caption: 'Step 3 of 4' }),
    section: 'rules',
    back: FORM,
    banner: dispositions[0]?.contentBanner,
    practice: book,
    isFirst,
    rows: rowsOf(rulesRows(wanted, dispositions)),
    changes: isFirst ? [] : changesWords(book.release, after, dispositions),
    preview: previewShown(diary, form),
    needText: dispositions.find(({ id }) => id === form.previewNeed)?.title ?? form.previewNeed,
    ageText: form.previewAge,
    version: stale?.version ?? version,
    ...(stale !== undefined && {
      errors: [
        {
          field: 'changes',
          text: 'Somebody else has changed the rules while you were changing them. Nothing was saved',
        },
      ],
    }),
  });
}

async function save(site: PracticeSite, visit: StaffVisit) {
  const { request, reply, caller } = visit;
  const desk = deskOf(request);
  const { draft } = desk;
  if (draft === undefined) return reply.redirect(FORM, 303);
  // The version of the page on which somebody has pressed the button: it has shown what is replaced.
  const expectedVersion = Number.parseInt(fieldsOf(request).one('version'), 10) || 0;
  const rules = inputOf(draft.form, { odsCode: draft.practice, expectedVersion });
  if (!rules.ok) return reply.redirect(FORM, 303);
  const saved = await site.practice.setRules(caller, rules.input);
  if (saved.ok) {
    desk.draft = undefined;
    const isFirst = fieldsOf(request).one('first') === 'yes';
    desk.notice = {
      text: isFirst
        ? 'Your book is open. What your rules release can be booked now.'
        : 'Your rules are saved, and hold from now on.',
      canUndo: false,
    };
    return reply.redirect(HOME, 303);
  }
  const { problem } = saved;
  if (problem.code === 'INVALID_INPUT')
    return showForm(site, visit, {
      form: draft.form,
      version: draft.version,
      errors: fieldErrors(problem, draft.form),
    });
  if (problem.current === undefined) return showRefusal(site, reply, problem);
  desk.draft = { ...draft, version: problem.current.version };
  return showCheck(site, visit, problem.current);
}
