import { z } from 'zod';
import { compareTables, lessSafeCount, readsTheSame, type OutcomeChange } from './compare-tables';
import { compareWords, type WordChange } from './compare-words';
import { failure, unless, type Finding } from './finding';
import { tableDigest, type OutcomeTable } from './outcome-table';
import { knownReviewers, REVIEWERS_FILE } from './reviewers';
import { wordsDigest, type WordsByFile } from './words';

export const ACCEPTED_FILE = 'golden/accepted.yaml';

/** In place of a digest: what is not there any more. */
export const GONE = 'gone';

export const review = {
  reviewer: z.string().min(1),
  /** Somebody else, wherever the change could make anybody less safe. */
  secondReviewer: z.string().min(1).optional(),
  reason: z.string().min(1),
};

const AcceptedTableEntry = z.strictObject({
  pathway: z.string(),
  version: z.string(),
  /** Digest of the table of outcomes that was accepted. */
  table: z.string(),
  /** Outcomes that became less urgent. */
  lessUrgent: z.int().min(0),
  ...review,
});

const AcceptedWordsEntry = z.strictObject({
  file: z.string(),
  /** Version of the file, where it has one. */
  version: z.string().optional(),
  /** Digest of everything that the file says. */
  words: z.string(),
  /** Places that could make somebody less safe. */
  lessSafe: z.int().min(0),
  ...review,
});

/** Reviews of changes, with the reviewer and the reason; the newest of a pathway, or of a file, is the last. */
export const AcceptedFile = z.array(z.union([AcceptedTableEntry, AcceptedWordsEntry]));
export type Accepted = z.infer<typeof AcceptedFile>[number];
export type AcceptedTable = z.infer<typeof AcceptedTableEntry>;
export type AcceptedWords = z.infer<typeof AcceptedWordsEntry>;

/** Accepted state: tables by pathway, words by content file, and who accepted them. */
export interface Baseline {
  tables: ReadonlyMap<string, OutcomeTable>;
  words: WordsByFile;
  accepted: readonly Accepted[];
}

/** State before anything is accepted. */
export const NOTHING_ACCEPTED: Baseline = { tables: new Map(), words: new Map(), accepted: [] };

/** Content as it is now: what it leads to and what it says. */
export interface Proof {
  tables: readonly OutcomeTable[];
  words: WordsByFile;
  /** Versions by content file, where it has one. */
  versions: ReadonlyMap<string, string>;
}

export interface TableChange {
  pathway: string;
  changes: readonly OutcomeChange[];
}

/** Rule 20: every change of an outcome, and of a word, has been read and accepted by somebody with a name. */
export function acceptanceRules(
  proof: Proof,
  baseline: Baseline,
  changes = changedFrom(baseline, proof),
): Finding[] {
  return [
    ...proof.tables.flatMap((table) => tableIsAccepted(table, proof, { baseline, changes: changes.tables })),
    ...[...proof.words.keys()].flatMap((file) =>
      wordsAreAccepted(file, proof, { baseline, changes: changes.words }),
    ),
    ...goneIsAccepted(proof, baseline),
    ...baseline.accepted.flatMap((entry, index) => acceptanceIsComplete(entry, index, proof, baseline)),
  ];
}

/** Everything in the proof that is not as accepted. */
export interface Changes {
  tables: readonly TableChange[];
  words: readonly WordChange[];
}

export function changedFrom(baseline: Baseline, proof: Proof): Changes {
  return { tables: changedTables(proof, baseline), words: changedWords(proof, baseline) };
}

/** Every pathway whose outcomes are not those of its accepted table; those that are gone with all of theirs. */
export function changedTables(proof: Proof, baseline: Baseline): TableChange[] {
  const changed = proof.tables
    .filter((table) => !isAcceptedTable(table, proof, baseline))
    .map((table) => ({ pathway: table.pathway, changes: tableChanges(table, proof, baseline) }));
  return changed.filter(({ changes }) => changes.length > 0);
}

export function changedWords({ words }: Proof, baseline: Baseline): WordChange[] {
  return compareWords(baseline.words, words);
}

function lastTable(accepted: readonly Accepted[], pathway: string): AcceptedTable | undefined {
  return accepted.filter(isTableEntry).findLast((entry) => entry.pathway === pathway);
}

export function lastWords(accepted: readonly Accepted[], file: string): AcceptedWords | undefined {
  return accepted.filter(isWordsEntry).findLast((entry) => entry.file === file);
}

export function isTableEntry(entry: Accepted): entry is AcceptedTable {
  return 'table' in entry;
}

export function isWordsEntry(entry: Accepted): entry is AcceptedWords {
  return 'words' in entry;
}

/** The same outcomes, of questions and options that read the same. */
export function isAcceptedTable(table: OutcomeTable, { words }: Proof, baseline: Baseline): boolean {
  const stored = baseline.tables.get(table.pathway);
  const digest = tableDigest(table);
  if (stored === undefined || lastTable(baseline.accepted, table.pathway)?.table !== digest) return false;
  if (tableDigest(stored) !== digest) return false;
  return (
    baseline.words.size === 0 || readsTheSame({ table: stored, words: baseline.words }, { table, words })
  );
}

export function tableChanges(table: OutcomeTable, { words }: Proof, baseline: Baseline): OutcomeChange[] {
  const stored = baseline.tables.get(table.pathway);
  const before = stored && { table: stored, words: baseline.words.size === 0 ? words : baseline.words };
  return compareTables(before ?? null, { table, words });
}

const COMMAND = 'npm run triage:check -- --accept --reviewer NAME';

function tableIsAccepted(
  table: OutcomeTable,
  proof: Proof,
  { baseline, changes: all }: { baseline: Baseline; changes: readonly TableChange[] },
): Finding[] {
  if (isAcceptedTable(table, proof, baseline)) return [];
  const stored = baseline.tables.get(table.pathway);
  const changes = all.find(({ pathway }) => pathway === table.pathway)?.changes ?? [];
  const less = lessSafeCount(changes);
  const mayKeepVersion = stored === undefined || tableDigest(stored) === tableDigest(table);
  const file = `pathways/${table.pathway}.yaml`;
  return [
    failure(
      20,
      file,
      ['version'],
      `Outcomes that are not as accepted: ${changes.length}, of them less urgent: ${less}. When they are meant: ${COMMAND} ${less > 0 ? '--second-reviewer NAME ' : ''}--reason WHY`,
    ),
    ...unless(mayKeepVersion || isHigher(table.version, stored.version), () =>
      failure(20, file, ['version'], `The outcomes changed, so the version ${table.version} must go up.`),
    ),
  ];
}

/** Findings for each file; the rest of a long list is in the diff of its golden words. */
const MAX_FINDINGS = 12;

function wordsAreAccepted(
  file: string,
  { words, versions }: Proof,
  { baseline, changes: all }: { baseline: Baseline; changes: readonly WordChange[] },
): Finding[] {
  const [now, stored] = [words.get(file) ?? [], baseline.words.get(file)];
  const last = lastWords(baseline.accepted, file);
  const digest = wordsDigest(now);
  if (last?.words === digest && stored !== undefined && wordsDigest(stored) === digest) return [];
  if (stored === undefined)
    return [
      failure(
        20,
        file,
        [],
        `Nobody has accepted what it says. ${COMMAND} --second-reviewer NAME --reason WHY`,
      ),
    ];
  const changes = all.filter((change) => change.file === file);
  const version = versions.get(file);
  const mustRise = version !== undefined && last?.version !== undefined && changes.some(isReadOrDecides);
  return [
    ...changes.slice(0, MAX_FINDINGS).map((change) => failure(20, file, change.path, changeMessage(change))),
    ...unless(changes.length <= MAX_FINDINGS && changes.length > 0, () =>
      failure(20, file, [], `It does not say what was accepted, in ${changes.length} places: ${COMMAND} …`),
    ),
    ...unless(!mustRise || isHigher(version, last.version ?? ''), () =>
      failure(20, file, ['version'], `What it says changed, so the version ${version ?? ''} must go up.`),
    ),
  ];
}

function isReadOrDecides({ place }: WordChange): boolean {
  return !/^(vignettes|status$|reviewedBy$)|(^|\.)(sources|milderBecause)$/.test(place);
}

function changeMessage({ place, before, after, lessSafe }: WordChange): string {
  const way =
    before === null
      ? `${shortened(after)} is new at ${place}.`
      : after === null
        ? `${shortened(before)} was accepted at ${place}, and is gone.`
        : `${shortened(before)} was accepted at ${place}, and now it says ${shortened(after)}.`;
  return `${way} When it is meant, ${lessSafe ? 'two people have' : 'somebody has'} to accept it.`;
}

const LONGEST = 80;

function shortened(says: string | null): string {
  const text = says ?? '';
  return `"${text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}"`;
}

/** A pathway or a file that is not there any more was accepted once: that it went has to be accepted too. */
function goneIsAccepted({ tables, words }: Proof, baseline: Baseline): Finding[] {
  const pathways = new Set([
    ...baseline.tables.keys(),
    ...baseline.accepted.filter(isTableEntry).map(({ pathway }) => pathway),
  ]);
  const files = new Set([
    ...baseline.words.keys(),
    ...baseline.accepted.filter(isWordsEntry).map(({ file }) => file),
  ]);
  return [
    ...[...pathways]
      .filter((id) => !tables.some(({ pathway }) => pathway === id))
      .filter((id) => lastTable(baseline.accepted, id)?.table !== GONE || baseline.tables.has(id))
      .map((id) => goneFinding(`golden/${id}.tsv`, 'The pathway of these outcomes')),
    ...[...files]
      .filter((file) => !words.has(file))
      .filter((file) => lastWords(baseline.accepted, file)?.words !== GONE || baseline.words.has(file))
      .map((file) => goneFinding(file, 'This file, that was accepted,')),
  ];
}

function goneFinding(file: string, what: string): Finding {
  return failure(
    20,
    file,
    [],
    `${what} is not there any more: two people have to accept that. ${COMMAND} --second-reviewer NAME --reason WHY`,
  );
}

function acceptanceIsComplete(
  entry: Accepted,
  index: number,
  { words }: Proof,
  { accepted }: Baseline,
): Finding[] {
  const { reviewer, secondReviewer } = entry;
  const needsTwo = (isTableEntry(entry) ? entry.lessUrgent : entry.lessSafe) > 0;
  const wrong = (message: string) => failure(20, ACCEPTED_FILE, [index], message);
  const known = knownReviewers(words);
  return [
    ...unless(!needsTwo || (secondReviewer !== undefined && secondReviewer !== reviewer), () =>
      wrong(
        'This could make somebody less safe: somebody else than the reviewer has to read it too (secondReviewer).',
      ),
    ),
    ...[reviewer, ...(secondReviewer === undefined ? [] : [secondReviewer])]
      .filter((name) => !known.includes(name))
      .map((name) => wrong(`"${name}" is nobody in ${REVIEWERS_FILE}.`)),
    ...unless(!isTableEntry(entry) || !wasAnother(entry, accepted.slice(0, index)), () =>
      wrong(
        `${isTableEntry(entry) ? `Version ${entry.version} of "${entry.pathway}"` : ''} was accepted with other outcomes.`,
      ),
    ),
  ];
}

function wasAnother({ pathway, version, table }: AcceptedTable, earlier: readonly Accepted[]): boolean {
  return earlier
    .filter(isTableEntry)
    .some(
      (before) =>
        before.pathway === pathway && before.version === version && ![before.table, GONE].includes(table),
    );
}

/** Compares by number, not by text: 1.10.0 is higher than 1.9.0. */
function isHigher(version: string, before: string): boolean {
  const [one, other] = [version, before].map((text) => text.split('.').map(Number));
  const place = (one ?? []).findIndex((number, index) => number !== other?.[index]);
  return place >= 0 && (one?.[place] ?? 0) > (other?.[place] ?? 0);
}
