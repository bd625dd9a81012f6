import { z } from 'zod';
import { compareTables, lessUrgent, type OutcomeChange } from './compare-tables';
import { failure, unless, type Finding } from './finding';
import { tableDigest, type OutcomeTable } from './outcome-table';

export const ACCEPTED_FILE = 'golden/accepted.yaml';

/** Reviews of changes of outcomes, with the reviewer and the reason; the newest of a pathway is the last. */
export const AcceptedFile = z.array(
  z.strictObject({
    pathway: z.string(),
    version: z.string(),
    /** Digest of the table of outcomes that was accepted. */
    table: z.string(),
    /** Outcomes that became less urgent. */
    lessUrgent: z.int().min(0),
    reviewer: z.string().min(1),
    /** Somebody else, wherever an outcome became less urgent. */
    secondReviewer: z.string().min(1).optional(),
    reason: z.string().min(1),
  }),
);
export type Accepted = z.infer<typeof AcceptedFile>[number];

/** Accepted state: tables by pathway, and who accepted them. */
export interface Baseline {
  tables: ReadonlyMap<string, OutcomeTable>;
  accepted: readonly Accepted[];
}

export interface TableChange {
  pathway: string;
  changes: readonly OutcomeChange[];
}

/** Rule 20: every change of an outcome has been read and accepted by somebody with a name. */
export function acceptanceRules(current: readonly OutcomeTable[], baseline: Baseline): Finding[] {
  const ids = current.map(({ pathway }) => pathway);
  return [
    ...current.flatMap((table) => tableIsAccepted(table, baseline)),
    ...baseline.accepted.flatMap((entry, index) => acceptanceIsComplete(entry, index, baseline.accepted)),
    ...[...baseline.tables.keys()]
      .filter((id) => !ids.includes(id))
      .map((id) =>
        failure(
          20,
          `golden/${id}.tsv`,
          [],
          'The pathway of this table is not there any more: delete the table.',
        ),
      ),
  ];
}

/** Every pathway whose outcomes are not those of its accepted table. */
export function changedTables(current: readonly OutcomeTable[], { tables }: Baseline): TableChange[] {
  return current
    .map((table) => ({
      pathway: table.pathway,
      changes: compareTables(tables.get(table.pathway) ?? null, table),
    }))
    .filter(({ changes }) => changes.length > 0);
}

function tableIsAccepted(table: OutcomeTable, { tables, accepted }: Baseline): Finding[] {
  const stored = tables.get(table.pathway);
  const digest = tableDigest(table);
  const last = accepted.filter(({ pathway }) => pathway === table.pathway).at(-1);
  if (last?.table === digest && stored !== undefined && tableDigest(stored) === digest) return [];
  const changes = compareTables(stored ?? null, table);
  const less = lessUrgent(changes);
  const file = `pathways/${table.pathway}.yaml`;
  return [
    failure(
      20,
      file,
      ['version'],
      `Outcomes that are not as accepted: ${changes.length}, of them less urgent: ${less}. When they are meant: npm run triage:check -- --accept --reviewer NAME ${less > 0 ? '--second-reviewer NAME ' : ''}--reason WHY`,
    ),
    ...unless(stored === undefined || stored.version !== table.version, () =>
      failure(20, file, ['version'], `The outcomes changed, so the version ${table.version} must go up.`),
    ),
  ];
}

function acceptanceIsComplete(entry: Accepted, index: number, all: readonly Accepted[]): Finding[] {
  const { pathway, version, table, reviewer, secondReviewer } = entry;
  const otherTable = all
    .slice(0, index)
    .some((before) => before.pathway === pathway && before.version === version && before.table !== table);
  return [
    ...unless(entry.lessUrgent === 0 || (secondReviewer !== undefined && secondReviewer !== reviewer), () =>
      failure(
        20,
        ACCEPTED_FILE,
        [index],
        'An outcome became less urgent: somebody else than the reviewer has to read it too (secondReviewer).',
      ),
    ),
    ...unless(!otherTable, () =>
      failure(
        20,
        ACCEPTED_FILE,
        [index],
        `Version ${version} of "${pathway}" was accepted with other outcomes.`,
      ),
    ),
  ];
}
