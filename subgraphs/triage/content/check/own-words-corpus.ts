import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { londonDate } from '../../../../domain/london-time';
import type { SubjectAsGiven } from '../../assessment/start-request';
import type { Content } from '../content';
import { pathwayFinder, type PathwaySearchAnswer } from '../find-pathways';

/**
 * Phrases as people may write them, each with the answer that is wanted, in files of tab-separated values beside the
 * content. `held-out.tsv` was written before the words were tuned; nobody adds a word for its sake.
 */
export interface Phrase {
  /** `help`, `111`, or `list:` and the complaint that is wanted first. */
  wanted: string;
  /** Kind of danger, language or answer. */
  class: string;
  person: string;
  words: string;
}

/** Phrases by the name of their part. */
export type Corpus = ReadonlyMap<string, readonly Phrase[]>;

export interface ClassFigures {
  phrases: number;
  asWanted: number;
}

export interface PartFigures {
  phrases: number;
  emergencies: number;
  /** Share of emergencies that were answered with help. */
  recall: number;
  /** Emergencies that were answered with a list. */
  wrongReassurance: number;
  /** Lists that begin with something else, or where none is wanted. */
  wrongLists: number;
  /** Harmless phrases that were answered with help. */
  overTriage: number;
  classes: Record<string, ClassFigures>;
}

/** @param missed phrases whose answer is not as wanted, one line each, for whoever tunes the words. */
export interface CorpusReport {
  parts: Record<string, PartFigures>;
  missed: readonly string[];
  /** Sentences: what must not be. */
  faults: readonly string[];
}

/** Least share of emergencies that has to be recognised. */
const LEAST_RECALL = 0.99;
const DAY_MS = 86_400_000;

/** People of the corpus: age in days and sex; nobody is known of "-". */
const PEOPLE: Record<string, { days: number; sex: SubjectAsGiven['sex'] } | null> = {
  '-': null,
  baby6w: { days: 42, sex: 'FEMALE' },
  baby6m: { days: 183, sex: 'FEMALE' },
  toddler2: { days: 800, sex: 'MALE' },
  boy6: { days: 2200, sex: 'MALE' },
  boy15: { days: 5500, sex: 'MALE' },
  woman30: { days: 11_000, sex: 'FEMALE' },
  man64: { days: 23_400, sex: 'MALE' },
  woman90: { days: 33_000, sex: 'FEMALE' },
};

/** @throws Error with file and line for a row that is not one. */
export function readCorpus(contentFolder: string): Corpus {
  const folder = join(contentFolder, 'corpus');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.tsv')) : [];
  return new Map(
    names.sort().map((name) => {
      const rows = readFileSync(join(folder, name), 'utf8').trimEnd().split('\n').slice(1);
      return [name.replace('.tsv', ''), rows.map((row, index) => readPhrase(row, `${name}:${index + 2}`))];
    }),
  );
}

function readPhrase(row: string, at: string): Phrase {
  const [wanted, className, person, words] = row.split('\t');
  if (!wanted || !/^(?:help|111|list:[a-z-]+)$/.test(wanted) || !className || !words)
    throw new Error(`corpus/${at}: a row is what is wanted, its class, the person and the words.`);
  if (person === undefined || !Object.hasOwn(PEOPLE, person))
    throw new Error(`corpus/${at}: there is no person "${String(person)}".`);
  return { wanted, class: className, person, words };
}

/** Plays the corpus against the content. */
export function corpusReport(content: Content, corpus: Corpus, now: Date): CorpusReport {
  const find = pathwayFinder(content);
  const missed: string[] = [];
  const parts = Object.fromEntries(
    [...corpus].map(([name, phrases]) => {
      const answers = phrases.map((phrase) => {
        const got = answered(
          find({ words: phrase.words, subject: subjectOf(phrase.person, now), first: 20 }, now),
        );
        if (got !== phrase.wanted)
          missed.push(`${name}: "${phrase.words}" (${phrase.person}): wanted ${phrase.wanted}, got ${got}`);
        return { ...phrase, got };
      });
      return [name, figuresOf(answers)];
    }),
  );
  return { parts, missed, faults: Object.entries(parts).flatMap(([name, part]) => faultsOf(name, part)) };
}

type Answered = Phrase & { got: string };

function figuresOf(answers: readonly Answered[]): PartFigures {
  const count = (holds: (answer: Answered) => boolean): number => answers.filter(holds).length;
  const emergencies = count(({ wanted }) => wanted === 'help');
  const classes: Record<string, ClassFigures> = {};
  for (const { class: name, wanted, got } of answers) {
    const figures = (classes[name] ??= { phrases: 0, asWanted: 0 });
    figures.phrases++;
    if (wanted === got) figures.asWanted++;
  }
  const isList = (got: string): boolean => got.startsWith('list:');
  return {
    phrases: answers.length,
    emergencies,
    recall:
      emergencies === 0 ? 1 : count(({ wanted, got }) => wanted === 'help' && got === 'help') / emergencies,
    wrongReassurance: count(({ wanted, got }) => wanted === 'help' && isList(got)),
    wrongLists: count(({ wanted, got }) => wanted !== 'help' && isList(got) && got !== wanted),
    overTriage: count(({ wanted, got }) => wanted !== 'help' && got === 'help'),
    classes,
  };
}

function faultsOf(name: string, { recall, wrongReassurance, wrongLists }: PartFigures): string[] {
  return [
    ...(recall < LEAST_RECALL
      ? [
          `corpus/${name}.tsv: ${percent(recall)} of the emergencies are recognised, wanted ${percent(LEAST_RECALL)}.`,
        ]
      : []),
    ...(wrongReassurance > 0
      ? [`corpus/${name}.tsv: ${wrongReassurance} emergencies are answered with a list of symptom checks.`]
      : []),
    ...(wrongLists > 0 ? [`corpus/${name}.tsv: ${wrongLists} phrases lead to a wrong symptom check.`] : []),
  ];
}

function answered(answer: PathwaySearchAnswer): string {
  switch (answer.kind) {
    case 'danger':
      return 'help';
    case 'found':
      return `list:${answer.pathways[0]?.complaint ?? ''}`;
    case 'call111':
      return '111';
    case 'invalid':
      return 'invalid';
  }
}

function subjectOf(name: string, now: Date): SubjectAsGiven | null {
  const person = PEOPLE[name];
  if (!person) return null;
  const dateOfBirth = londonDate(new Date(now.getTime() - person.days * DAY_MS));
  return { relationship: 'OTHER', dateOfBirth, sex: person.sex };
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** The figures as a table, for the summary of `npm run triage:check`. */
export function corpusTable({ parts }: CorpusReport): string[] {
  return Object.entries(parts).flatMap(([name, part]) => [
    `Own words, ${name}: ${part.phrases} phrases; of ${part.emergencies} emergencies ${percent(part.recall)} recognised; wrong reassurance ${part.wrongReassurance}, wrong lists ${part.wrongLists}, help where none is wanted ${part.overTriage}`,
    ...Object.entries(part.classes).map(
      ([kind, { phrases, asWanted }]) => `  ${kind.padEnd(14)} ${asWanted} of ${phrases} as wanted`,
    ),
  ]);
}

/** The figures as docs/safety/own-words.md has them. */
export function corpusPage({ parts }: CorpusReport): string {
  const names = Object.keys(parts);
  const kinds = [...new Set(Object.values(parts).flatMap(({ classes }) => Object.keys(classes)))];
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const each = (cell: (part: PartFigures) => string): string[] => Object.values(parts).map(cell);
  return [
    row(['', ...names]),
    row(['---', ...names.map(() => '---')]),
    row(['phrases', ...each(({ phrases }) => String(phrases))]),
    row(['emergencies', ...each(({ emergencies }) => String(emergencies))]),
    row(['**recognised**', ...each(({ recall }) => `**${percent(recall)}**`)]),
    row(['**wrong reassurance**', ...each(({ wrongReassurance }) => `**${wrongReassurance}**`)]),
    row(['wrong lists', ...each(({ wrongLists }) => String(wrongLists))]),
    row(['help where none is wanted', ...each(({ overTriage }) => String(overTriage))]),
    ...kinds.map((kind) =>
      row([
        kind,
        ...each(({ classes }) =>
          classes[kind] ? `${classes[kind].asWanted} of ${classes[kind].phrases}` : '–',
        ),
      ]),
    ),
  ].join('\n');
}
