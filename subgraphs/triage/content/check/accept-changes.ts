import {
  acceptanceRules,
  changedWords,
  GONE,
  isAcceptedTable,
  isWordsEntry,
  lastWords,
  tableChanges,
  type Accepted,
  type AcceptedTable,
  type AcceptedWords,
  type Baseline,
  type Proof,
} from './acceptance-rules';
import { lessSafeCount } from './compare-tables';
import { tableDigest } from './outcome-table';
import { knownReviewers, REVIEWERS_FILE } from './reviewers';
import { wordsDigest } from './words';

/**
 * Accepts everything that changed, in the name of who has read it.
 * @returns the entries to add.
 * @throws Error with what is missing: a version that goes up, a reader that is known, a second one.
 */
export function acceptances(
  proof: Proof,
  baseline: Baseline,
  { reviewer, secondReviewer, reason }: Review,
): Accepted[] {
  const known = knownReviewers(baseline.words.has(REVIEWERS_FILE) ? baseline.words : proof.words);
  for (const name of [reviewer, ...(secondReviewer === undefined ? [] : [secondReviewer])])
    if (!known.includes(name))
      throw new Error(
        `"${name}" is nobody in ${REVIEWERS_FILE} as it was accepted: name one of ${known.join('; ')}.`,
      );
  const readBy = (what: string, less: number) => {
    if (less > 0 && (secondReviewer === undefined || secondReviewer === reviewer))
      throw new Error(
        `Changes of ${what} could make somebody less safe (${less}): somebody else has to read them too, --second-reviewer NAME.`,
      );
    return { reviewer, ...(less > 0 ? { secondReviewer } : {}), reason };
  };
  for (const { file, path, message } of acceptanceRules(proof, baseline))
    if (path[0] === 'version' && message.includes('must go up')) throw new Error(`${file}: ${message}`);
  return [...tableEntries(proof, baseline, readBy), ...wordsEntries(proof, baseline, readBy)];
}

export interface Review {
  reviewer: string;
  secondReviewer?: string | undefined;
  reason: string;
}

type ReadBy = (what: string, lessSafe: number) => Review;

function tableEntries(proof: Proof, baseline: Baseline, readBy: ReadBy): AcceptedTable[] {
  const changed = proof.tables
    .filter((table) => !isAcceptedTable(table, proof, baseline))
    .map((table): AcceptedTable => {
      const { pathway, version } = table;
      const lessUrgent = lessSafeCount(tableChanges(table, proof, baseline));
      return { pathway, version, table: tableDigest(table), lessUrgent, ...readBy(pathway, lessUrgent) };
    });
  const gone = [...baseline.tables.values()]
    .filter(({ pathway }) => !proof.tables.some((table) => table.pathway === pathway))
    .map(({ pathway, version, outcomes }) => ({
      pathway,
      version,
      table: GONE,
      lessUrgent: outcomes.size,
      ...readBy(`${pathway}, which is gone,`, outcomes.size),
    }));
  return [...changed, ...gone];
}

function wordsEntries(proof: Proof, baseline: Baseline, readBy: ReadBy): AcceptedWords[] {
  const changes = changedWords(proof, baseline);
  const files = new Set([...proof.words.keys(), ...baseline.words.keys()]);
  // Nothing was accepted that the first words could be less safe than.
  const isFirst = !baseline.accepted.some(isWordsEntry);
  return [...files].flatMap((file): AcceptedWords[] => {
    const now = proof.words.get(file);
    const digest = now === undefined ? GONE : wordsDigest(now);
    if (lastWords(baseline.accepted, file)?.words === digest) return [];
    const lessSafe = isFirst ? 0 : lessSafeCount(changes.filter((change) => change.file === file));
    const version = proof.versions.get(file);
    return [
      {
        file,
        ...(version === undefined ? {} : { version }),
        words: digest,
        lessSafe,
        ...readBy(file, lessSafe),
      },
    ];
  });
}
