import { createHash } from 'node:crypto';
import type { PatientProfile } from '../../engine/suitability';
import type { DispositionContent, PathwayContent, Timeframe } from '../content';
import type { Sex } from '../vocabulary';
import type { Enumerated, Run } from './enumerate';

/**
 * Outcomes of every answer set of a pathway, for every group of people: kept as text beside the content, so that a
 * change of content shows as a change of outcomes (rule 20).
 */
export interface OutcomeTable {
  pathway: string;
  version: string;
  /**
   * Groups of people who may use the pathway, by the age in days from which they begin; those turned away are under
   * `REFUSED`.
   */
  people: readonly PersonGroup[];
  /** Urgency of each disposition when the table was made. */
  urgency: ReadonlyMap<string, Urgency>;
  /** Outcomes by answers and then by person. */
  outcomes: ReadonlyMap<string, ReadonlyMap<PersonGroup, Ending>>;
}

/** `F@1827` */
export type PersonGroup = string;

export interface Urgency {
  rank: number;
  /** `360m`, `3wd` or `-`. */
  within: string;
}

export interface Ending {
  disposition: string;
  /** The question that decided, and the options chosen. */
  decided: string;
}

/** Stands in place of answers where somebody is turned away before any question. */
export const REFUSED = '(refused)';

export function outcomeTable({ pathway, runs }: Enumerated): OutcomeTable {
  const outcomes = new Map<string, Map<PersonGroup, Ending>>();
  const urgency = new Map<string, Urgency>();
  for (const { disposition, ageInDays, sex } of pathway.refusals) {
    urgency.set(disposition.id, urgencyOf(disposition));
    const refused = outcomes.get(REFUSED) ?? new Map<PersonGroup, Ending>();
    for (const each of sex)
      refused.set(person({ ageInDays: ageInDays.from, sex: each }), {
        disposition: disposition.id,
        decided: '-',
      });
    outcomes.set(REFUSED, refused);
  }
  for (const run of runs) {
    if (run.evaluation.kind === 'question') continue;
    const { disposition, decided } = run.evaluation;
    urgency.set(disposition.id, urgencyOf(disposition));
    const answers = answersText(pathway, run);
    const ending = {
      disposition: disposition.id,
      decided: `${short(pathway, decided.node.id)}:${decided.decisive.map(({ id }) => id).join('+')}`,
    };
    outcomes.set(
      answers,
      (outcomes.get(answers) ?? new Map<PersonGroup, Ending>()).set(person(run.subject), ending),
    );
  }
  return {
    pathway: pathway.id,
    version: pathway.version,
    people: [...new Set(runs.map(({ subject }) => person(subject)))],
    urgency,
    outcomes,
  };
}

/** One line for each answer set and ending; people who end alike share it. */
export function tableText(table: OutcomeTable): string {
  const { pathway, version } = table;
  return `# ${pathway} ${version}\n${bodyText(table)}`;
}

/** SHA-256 of everything but the version: a new version that changes no outcome needs no new acceptance. */
export function tableDigest(table: OutcomeTable): string {
  const digest = digests.get(table) ?? createHash('sha256').update(bodyText(table)).digest('hex');
  digests.set(table, digest);
  return digest;
}

const digests = new WeakMap<OutcomeTable, string>();

function bodyText({ people, urgency, outcomes }: OutcomeTable): string {
  const rows = [...outcomes].flatMap(([answers, byPerson]) => {
    const endings = new Map<string, PersonGroup[]>();
    for (const [each, { disposition, decided }] of byPerson) {
      const ending = `${disposition}\t${decided}`;
      endings.set(ending, [...(endings.get(ending) ?? []), each]);
    }
    return [...endings].map(([ending, who]) => `${answers}\t${whoText(who, people)}\t${ending}`);
  });
  return [
    `# people ${people.join(' ')}`,
    `# urgency ${[...urgency]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([id, { rank, within }]) => `${id}=${rank}/${within}`)
      .join(' ')}`,
    ...rows.sort(),
    '',
  ].join('\n');
}

const EVERYBODY = '*';

function whoText(who: readonly PersonGroup[], people: readonly PersonGroup[]): string {
  return people.every((each) => who.includes(each)) ? EVERYBODY : who.join(' ');
}

/** @throws Error when the text is not a table that `tableText` has made. */
export function readTable(text: string): OutcomeTable {
  const [title = '', peopleLine = '', urgencyLine = '', ...rows] = text.split('\n');
  const [, pathway, version] = /^# (\S+) (\S+)$/.exec(title) ?? [];
  if (pathway === undefined || version === undefined) throw new Error('This is not a table of outcomes.');
  const people = peopleLine.replace('# people ', '').split(' ');
  const outcomes = new Map<string, Map<PersonGroup, Ending>>();
  for (const row of rows.filter((line) => line !== '')) {
    const [answers = '', who = '', disposition = '', decided = ''] = row.split('\t');
    const byPerson = outcomes.get(answers) ?? new Map<PersonGroup, Ending>();
    for (const each of who === EVERYBODY ? people : who.split(' '))
      byPerson.set(each, { disposition, decided });
    outcomes.set(answers, byPerson);
  }
  return { pathway, version, people, urgency: readUrgency(urgencyLine), outcomes };
}

function readUrgency(line: string): Map<string, Urgency> {
  const entries = line.replace('# urgency ', '').split(' ');
  return new Map(
    entries.flatMap((entry): [string, Urgency][] => {
      const [, id, rank, within] = /^(\S+)=(\d+)\/(\S+)$/.exec(entry) ?? [];
      return id === undefined || within === undefined ? [] : [[id, { rank: Number(rank), within }]];
    }),
  );
}

const SEX_LETTER: Record<Sex, string> = { FEMALE: 'F', MALE: 'M', UNSPECIFIED: 'U' };

function person({ ageInDays, sex }: PatientProfile): PersonGroup {
  return `${SEX_LETTER[sex]}@${ageInDays}`;
}

function answersText(pathway: PathwayContent, { answers }: Run): string {
  return answers
    .map(({ questionId, optionIds }) => `${short(pathway, questionId)}=${optionIds.join('+')}`)
    .join(' ');
}

function short({ id }: PathwayContent, questionId: string): string {
  return questionId.startsWith(`${id}.`) ? questionId.slice(id.length + 1) : questionId;
}

function urgencyOf({ urgencyRank, timeframe }: DispositionContent): Urgency {
  return { rank: urgencyRank, within: withinText(timeframe) };
}

function withinText(timeframe: Timeframe): string {
  switch (timeframe.kind) {
    case 'minutes':
      return `${timeframe.minutes}m`;
    case 'workingDays':
      return `${timeframe.days}wd`;
    case 'none':
      return '-';
  }
}
