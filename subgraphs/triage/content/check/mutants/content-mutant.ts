import { checkContent, type CheckReport } from '../check-content';
import { acceptances } from '../accept-changes';
import { NOTHING_ACCEPTED, type Baseline } from '../acceptance-rules';
import { knownReviewers } from '../reviewers';
import { findingLine, type Finding, type Rule } from '../finding';

/** Files of content by name. */
export type Files = ReadonlyMap<string, string>;

/** A mistake of a content author, made in a copy of the real content. */
export interface ContentMutant {
  kind: string;
  /** Place of the mistake, for people to read. */
  place: string;
  /** The copy before the mistake: what is found in it is not the mistake's. The same map for the same copy. */
  from(): Files;
  /** The copy with the mistake. */
  make(): Files;
  /** The rule that has to name this file; with two readers, the change has to wait for both. */
  caughtBy: Catch;
}

export interface Catch {
  rule: Rule;
  file: string;
  readers?: 2;
  /** Rule that names it first where it also breaks the format, or leaves something that nothing leads to, or names it still. */
  orBy?: Rule;
}

/** Result of checking a mutant: the finding that names it, or null where it got through. */
export interface MutantResult {
  mutant: ContentMutant;
  caught: string | null;
}

/**
 * The content as it is, taken for accepted: what is found in a mutant is then the mistake's.
 * @param today for the age of sources.
 */
export function acceptedAsIs(files: Files, today: Date): Baseline {
  const { proof } = checkContent(files, NOTHING_ACCEPTED, today);
  const [reviewer = '', secondReviewer] = knownReviewers(proof.words);
  return {
    tables: new Map(proof.tables.map((table) => [table.pathway, table])),
    words: proof.words,
    accepted: acceptances(proof, NOTHING_ACCEPTED, { reviewer, secondReviewer, reason: 'as it is' }),
  };
}

/**
 * Checks a mutant as an author would, against what was accepted before.
 * @param today for the age of sources.
 */
export function judgeMutant(mutant: ContentMutant, baseline: Baseline, today: Date): MutantResult {
  const { rule, file, readers, orBy } = mutant.caughtBy;
  const files = mutant.make();
  const before = findingsBefore(mutant, baseline, today);
  const report = checkContent(files, narrowed(baseline, files, file), today);
  const isMet = ({ rule: by }: Finding): boolean =>
    by === orBy || (by === rule && (readers === undefined || waitsForTwo(report)));
  const finding = [...report.failures, ...report.warnings].find(
    (each) => each.file === file && isMet(each) && isPlaced(each, files, report) && !before.has(keyOf(each)),
  );
  return { mutant, caught: finding ? findingLine(finding, report.lines(finding.file, finding.path)) : null };
}

const found = new WeakMap<Files, ReadonlySet<string>>();

/** A copy of a few pathways has findings of its own: cases and shared signs of those that are left out. */
function findingsBefore({ from, caughtBy }: ContentMutant, baseline: Baseline, today: Date) {
  const files = from();
  const known = found.get(files);
  if (known !== undefined) return known;
  const { failures, warnings } = checkContent(files, narrowed(baseline, files, caughtBy.file), today);
  const keys = new Set([...failures, ...warnings].map(keyOf));
  found.set(files, keys);
  return keys;
}

function keyOf({ rule, file, path, message }: Finding): string {
  return JSON.stringify([rule, file, path, message]);
}

/** A file that is there is named with its line. */
function isPlaced({ file, path }: Finding, files: Files, { lines }: CheckReport): boolean {
  return !files.has(file) || lines(file, path) !== undefined;
}

function waitsForTwo({ changes, wordChanges, failures }: CheckReport): boolean {
  const all = [...wordChanges, ...changes.flatMap((change) => change.changes)];
  return (
    all.some(({ lessSafe }) => lessSafe) || failures.some(({ message }) => message.includes('two people'))
  );
}

/** Pathways that the copy was made without are not gone. */
function narrowed({ tables, words, accepted }: Baseline, files: Files, meant: string): Baseline {
  const isThere = (file: string): boolean => !file.startsWith(PATHWAYS) || files.has(file) || meant === file;
  const fileOf = (id: string): string => (meant === `golden/${id}.tsv` ? meant : `${PATHWAYS}${id}.yaml`);
  return {
    tables: new Map([...tables].filter(([id]) => isThere(fileOf(id)))),
    words: new Map([...words].filter(([file]) => isThere(file))),
    accepted: accepted.filter((entry) => isThere('table' in entry ? fileOf(entry.pathway) : entry.file)),
  };
}

const PATHWAYS = 'pathways/';

/** A kind of mistake, with every place in the real content where it can be made. */
export interface MutantKind {
  kind: string;
  places(files: Files): ContentMutant[];
}
