import { INSTEAD_OF_TRIAGE } from '../instead-of-triage';
import { CareLevel } from '../vocabulary';
import { REFUSED, type OutcomeTable, type PersonGroup } from './outcome-table';
import { questionMeaning, sameQuestions, type QuestionMeaning } from './question-meaning';
import { saidAt, type WordsByFile } from './words';

/** The outcomes of a pathway, and the words of all content at the time. */
export interface ProvenPathway {
  table: OutcomeTable;
  words: WordsByFile;
}

/** One answer set whose outcome is another than before, for these people. */
export interface OutcomeChange {
  kind: 'less urgent' | 'more urgent' | 'as urgent' | 'new' | 'gone';
  answers: string;
  people: PersonGroup[];
  before: string | null;
  after: string | null;
  /** It could make somebody less safe, so that two people read it. */
  lessSafe: boolean;
}

const ORDER: readonly OutcomeChange['kind'][] = ['less urgent', 'more urgent', 'as urgent', 'gone', 'new'];

/**
 * Every answer set whose outcome changed, less urgent ones first, and of these the author's own questions. People are compared at every age at which either table
 * changes hands, and answers by the words that people read: who gave these answers before may now give any that agree with
 * them, so that a sign which was deleted, renamed, reworded, split or merged is less urgent unless whatever they can still
 * answer is as urgent.
 * @param before null: the pathway is new. Whoever had its complaint was told to call 111.
 */
export function compareTables(before: ProvenPathway | null, after: ProvenPathway): OutcomeChange[] {
  const changes = new Map<string, OutcomeChange>();
  const everybody = peopleOfBoth(before?.table ?? null, after.table);
  const seen = new Map<string, Omit<OutcomeChange, 'people'>[]>();
  for (const person of everybody) {
    const [was, is] = [before === null ? [] : runsOf(before, person), runsOf(after, person)];
    // Groups of people who are alike in both tables are compared once.
    const signature = JSON.stringify([was, is]);
    const found =
      seen.get(signature) ??
      (before === null ? newRuns(after, is) : compareRuns({ before, was }, { after, is }));
    seen.set(signature, found);
    for (const change of found) {
      const key = [change.kind, change.answers, change.before, change.after].join('\t');
      const same = changes.get(key) ?? { ...change, people: [] };
      changes.set(key, { ...same, people: [...same.people, person] });
    }
  }
  return [...changes.values()].sort(
    (one, other) =>
      ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind) ||
      placeToRead(one) - placeToRead(other) ||
      (one.answers < other.answers ? -1 : 1),
  );
}

const ENDS_AT_SCREEN = 1_000;

/** The author's own questions come before the screen that all pathways share, and single ticks before combinations. */
function placeToRead({ answers }: OutcomeChange): number {
  const isOfScreen = /^emergency\.screen=(?!none\b)/.test(answers);
  return (isOfScreen ? ENDS_AT_SCREEN : 0) + answers.split('+').length;
}

/** Tells whether every question of a pathway has the words that it had. */
export function readsTheSame(before: ProvenPathway, after: ProvenPathway): boolean {
  const asText = (pathway: ProvenPathway) =>
    JSON.stringify(meanings(pathway).map((meaning) => ({ ...meaning, options: [...meaning.options] })));
  return before.words === after.words || asText(before) === asText(after);
}

/** Counts the changes that need a second reviewer. */
export function lessSafeCount(changes: readonly { lessSafe: boolean }[]): number {
  return changes.filter(({ lessSafe }) => lessSafe).length;
}

/** For people to read. */
export function changeLine({ kind, answers, people, before, after }: OutcomeChange): string {
  const way = [before ?? 'not there', after ?? 'not there'].join(' -> ');
  return `${kind}: ${way}  for ${people.join(' ')}: ${answers}`;
}

/** One answer set of one group of people. */
interface TableRun {
  answers: string;
  disposition: string;
  decided: string;
}

type Found = Omit<OutcomeChange, 'people'>;

function runsOf({ table }: ProvenPathway, person: PersonGroup): TableRun[] {
  const group = groupOf(table, person);
  if (group === undefined) return [];
  return [...table.outcomes].flatMap(([answers, byPerson]) => {
    const ending = byPerson.get(group);
    return ending === undefined ? [] : [{ answers, ...ending }];
  });
}

function newRuns(after: ProvenPathway, is: readonly TableRun[]): Found[] {
  const told111 = standingOf(after, INSTEAD_OF_TRIAGE);
  return is.map(({ answers, disposition }) => ({
    kind: 'new',
    answers,
    before: null,
    after: described(after, disposition),
    lessSafe: isLessUrgent(standingOf(after, disposition), told111),
  }));
}

function compareRuns(
  { before, was }: { before: ProvenPathway; was: readonly TableRun[] },
  { after, is }: { after: ProvenPathway; is: readonly TableRun[] },
): Found[] {
  const now = new Map(is.map((run) => [run.answers, run]));
  const worse = worseRuns(before, after, is);
  const answersBefore = new Set(was.map(({ answers }) => answers));
  return [
    ...was.flatMap((run): Found[] => {
      const texts = { answers: run.answers, before: described(before, run.disposition) };
      const worst = worse(run);
      if (worst !== undefined)
        return [
          { kind: 'less urgent', ...texts, after: described(after, worst.disposition), lessSafe: true },
        ];
      const same = now.get(run.answers);
      if (same === undefined) return [{ kind: 'gone', ...texts, after: null, lessSafe: is.length === 0 }];
      const text = described(after, same.disposition);
      if (texts.before === text && run.decided === same.decided) return [];
      const isMore = isLessUrgent(standingOf(before, run.disposition), standingOf(after, same.disposition));
      return [{ kind: isMore ? 'more urgent' : 'as urgent', ...texts, after: text, lessSafe: false }];
    }),
    ...is
      .filter(({ answers }) => !answersBefore.has(answers))
      .map(({ answers, disposition }): Found => ({
        kind: 'new',
        answers,
        before: null,
        after: described(after, disposition),
        // Who was not thought of before was told nothing here.
        lessSafe: was.length === 0,
      })),
  ];
}

/** Finds, for an answer set of before, one that the same person may give now and that ends less safely. */
function worseRuns(before: ProvenPathway, after: ProvenPathway, is: readonly TableRun[]) {
  const pairs = [...sameQuestions(meanings(before), meanings(after))].map(([one, other]) =>
    pairOf(one, other),
  );
  const candidates = is.map((run) => ({
    run,
    chosen: pairs.map((pair) => chosenIn(pair.after, pair.isTicked, run.answers)),
  }));
  // Few dispositions, many answer sets: what is worse than each is found once.
  const worse = new Map<string, { run: TableRun; chosen: (Chosen | null)[]; judged: Verdict }[]>();
  const others = new Set(is.map(({ disposition }) => disposition));
  const worseThan = (disposition: string) => {
    const found = worse.get(disposition);
    if (found !== undefined) return found;
    const verdicts = new Map(
      [...others].map((other) => [other, verdict(before, disposition, { after, other })]),
    );
    const candidatesWorse = candidates.flatMap((candidate) => {
      const judged = verdicts.get(candidate.run.disposition) ?? 'fine';
      return judged === 'fine' ? [] : [{ ...candidate, judged }];
    });
    worse.set(disposition, candidatesWorse);
    return candidatesWorse;
  };
  return ({ answers, disposition }: TableRun): TableRun | undefined => {
    const chosen = pairs.map((pair) => chosenIn(pair.before, pair.isTicked, answers));
    return worseThan(disposition).find((candidate) => {
      const agreement = agree(chosen, candidate.chosen);
      return agreement === 'wholly' || (agreement === 'perhaps' && candidate.judged === 'less urgent');
    })?.run;
  };
}

type Verdict = 'less urgent' | 'said otherwise' | 'fine';

function verdict(
  before: ProvenPathway,
  one: string,
  { after, other }: { after: ProvenPathway; other: string },
): Verdict {
  const [was, is] = [standingOf(before, one), standingOf(after, other)];
  if (isLessUrgent(is, was)) return 'less urgent';
  if (isLessUrgent(was, is)) return 'fine';
  return one === other ? 'fine' : 'said otherwise';
}

interface QuestionPair {
  isTicked: boolean;
  /** Number of each option; those that both have are alike, the others have none. */
  before: { id: string; common: ReadonlyMap<string, number> };
  after: { id: string; common: ReadonlyMap<string, number> };
}

function pairOf(one: QuestionMeaning, other: QuestionMeaning): QuestionPair {
  const numbers = new Map<string, number>();
  const shared = [...one.options.values()].filter((text) => [...other.options.values()].includes(text));
  for (const text of shared) numbers.set(text, numbers.size);
  const common = ({ id, options }: QuestionMeaning) => ({
    id,
    common: new Map(
      [...options].flatMap(([option, text]) => (numbers.has(text) ? [[option, numbers.get(text) ?? 0]] : [])),
    ),
  });
  return { isTicked: one.isTicked, before: common(one), after: common(other) };
}

/** The options of one question that were chosen: those that both editions have, as bits, and whether there are others. */
interface Chosen {
  common: number;
  hasOther: boolean;
  isTicked: boolean;
}

function chosenIn({ id, common }: QuestionPair['before'], isTicked: boolean, answers: string): Chosen | null {
  const options = answersOf(answers).get(id);
  if (options === undefined) return null;
  const chosen = { common: 0, hasOther: false, isTicked };
  for (const option of options) {
    const number = common.get(option);
    if (isTicked && option === 'none') continue;
    if (number === undefined) chosen.hasOther = true;
    else chosen.common |= 1 << number;
  }
  return chosen;
}

const parsedAnswers = new Map<string, ReadonlyMap<string, readonly string[]>>();
const MAX_PARSED = 50_000;

function answersOf(answers: string): ReadonlyMap<string, readonly string[]> {
  const found = parsedAnswers.get(answers);
  if (found !== undefined) return found;
  if (parsedAnswers.size > MAX_PARSED) parsedAnswers.clear();
  const read = new Map(
    answers === REFUSED
      ? []
      : answers.split(' ').map((answer): [string, string[]] => {
          const [id = '', options = ''] = answer.split('=');
          return [id, options.split('+')];
        }),
  );
  parsedAnswers.set(answers, read);
  return read;
}

/** Tells whether one person may give both; what only one edition asks, or offers, leaves it open. */
function agree(
  before: readonly (Chosen | null)[],
  after: readonly (Chosen | null)[],
): 'wholly' | 'perhaps' | 'no' {
  let isOpen = false;
  for (const [index, one] of before.entries()) {
    const other = after[index];
    if (one === null || other === null || other === undefined) continue;
    if (one.hasOther || other.hasOther) isOpen = true;
    if (!mayBoth(one, other)) return 'no';
  }
  return isOpen ? 'perhaps' : 'wholly';
}

function mayBoth(before: Chosen, after: Chosen): boolean {
  if (!before.isTicked) return before.hasOther || after.hasOther || before.common === after.common;
  // Who ticked a sign may tick a new one in its place, and leaves out one that is not there any more.
  return after.hasOther ? (after.common & before.common) === after.common : after.common === before.common;
}

function meanings({ table, words }: ProvenPathway): QuestionMeaning[] {
  const ids = new Set([...table.outcomes.keys()].flatMap((answers) => [...answersOf(answers).keys()]));
  return [...ids].sort().map((id) => questionMeaning(words, table.pathway, id));
}

/** The group of a table that somebody of another table's group belongs to. */
function groupOf(table: OutcomeTable, person: PersonGroup): PersonGroup | undefined {
  const { sex, age } = read(person);
  return peopleOf(table)
    .filter((each) => read(each).sex === sex && read(each).age <= age)
    .sort((one, other) => read(other).age - read(one).age)[0];
}

function peopleOfBoth(before: OutcomeTable | null, after: OutcomeTable): PersonGroup[] {
  return [...new Set([...(before === null ? [] : peopleOf(before)), ...peopleOf(after)])];
}

function peopleOf({ people, outcomes }: OutcomeTable): PersonGroup[] {
  return [...people, ...(outcomes.get(REFUSED)?.keys() ?? [])];
}

function read(person: PersonGroup): { sex: string; age: number } {
  const [sex = '', age = ''] = person.split('@');
  return { sex, age: Number(age) };
}

function described({ table }: ProvenPathway, disposition: string): string {
  return `${disposition} (${table.urgency.get(disposition)?.within ?? '?'})`;
}

/** Urgency of an outcome by its rank, its deadline and the kind of help: all three, because an author can change each alone. */
interface Standing {
  rank: number;
  minutes: number;
  care: number;
}

/** More than any number of minutes that a disposition allows, for a number of working days, and for no limit. */
const WORKING_DAY = 1e6;
const NO_LIMIT = 1e9;

function standingOf({ table, words }: ProvenPathway, disposition: string): Standing {
  const at = `dispositions.${disposition}`;
  const catalogue = words.get('dispositions.yaml');
  const { rank, within } = table.urgency.get(disposition) ?? {
    rank: Number(saidAt(catalogue, `${at}.urgencyRank`) ?? Infinity),
    within: `${saidAt(catalogue, `${at}.timeframe.minutes`) ?? ''}m`,
  };
  const [, count, unit] = /^(\d+)(m|wd)$/.exec(within) ?? [];
  return {
    rank,
    minutes: count === undefined ? NO_LIMIT : Number(count) * (unit === 'wd' ? WORKING_DAY : 1),
    care: careOf(saidAt(catalogue, `${at}.careLevel`)),
  };
}

const CARE: Record<CareLevel, number> = {
  AMBULANCE: 0,
  EMERGENCY_DEPARTMENT: 1,
  URGENT_CALLBACK: 2,
  PRIMARY_CARE: 2,
  OTHER_SERVICE: 2,
  PHARMACY: 3,
  SELF_CARE: 4,
};

function careOf(level: string | undefined): number {
  const known = CareLevel.safeParse(level);
  return known.success ? CARE[known.data] : Infinity;
}

function isLessUrgent(one: Standing, other: Standing): boolean {
  return one.rank > other.rank || one.minutes > other.minutes || one.care > other.care;
}
