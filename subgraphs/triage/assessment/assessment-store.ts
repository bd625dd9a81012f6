import type { Kysely, Selectable } from 'kysely';
import { z } from 'zod';
import { assessmentDigest } from '../../../domain/assessment-digest';
import { ageBand } from '../../../domain/insight/bands';
import { CalendarDate, londonDate } from '../../../domain/london-time';
import { OdsCode } from '../../../domain/ods-code';
import { rowStatement, type ForRow, type Session } from '../../../platform/database/row-statement';
import { PLACE_PRECISIONS, type ResolvedPlace } from '../../../domain/place-lookup';
import { checkFacts, type CheckFacts, type StartedCheck } from '../facts/check-facts';
import { Relationship, Sex } from '../content/vocabulary';
import type { TriageTables } from '../database/tables';

/** The person with the symptoms. Ages are frozen at the start: a birthday half-way changes no question. */
export const AssessedSubject = z.object({
  relationship: Relationship,
  dateOfBirth: CalendarDate,
  sex: Sex,
  ageInDays: z.int(),
  ageInMonths: z.int(),
});
export type AssessedSubject = z.infer<typeof AssessedSubject>;

const StoredPlace = z.object({
  postcode: z.string().nullable(),
  latitude: z.number(),
  longitude: z.number(),
  precision: z.enum(PLACE_PRECISIONS),
  deprivation: z.int().nullable().optional(),
});

const StoredAnswer = z.object({
  questionId: z.string(),
  optionIds: z.array(z.string()),
  answeredAt: z.iso.datetime().transform((text) => new Date(text)),
});
export type StoredAnswer = z.infer<typeof StoredAnswer>;

export interface AssessmentRecord {
  /** The secret that lets its holder read and go on: in no log and no message. */
  id: string;
  revision: number;
  pathwayId: string;
  contentVersion: string;
  contentHash: string;
  subject: AssessedSubject;
  place: ResolvedPlace | null;
  /** The practice that the person names; a verified identity outranks it, see `registeredPractice`. */
  declaredPractice: OdsCode | null;
  answers: readonly StoredAnswer[];
  /** Answers that the last change dropped. */
  droppedAnswers: readonly StoredAnswer[];
  startedAt: Date;
  expiresAt: Date;
  /** In which the person reads. */
  locale: string;
  /** True when there is an outcome. */
  isCompleted: boolean;
}

/** Result of the answers, kept beside them for statistics. */
export interface Completion {
  completedAt: Date;
  dispositionId: string;
}

/** Key by which a repeated start is recognised. */
export interface StartKey {
  scope: string;
  key: string;
  inputDigest: string;
}

export interface AssessmentStore {
  /** The new record, or the one that a start with this key made before, with the digest of that start's input. */
  insert(
    record: AssessmentRecord,
    start: StartKey,
    check: StartedCheck,
  ): Promise<{ record: AssessmentRecord; inputDigest: string }>;
  /** Counts a check that was not begun, because it suits the person not. */
  countRefused(check: StartedCheck): Promise<void>;
  find(id: string): Promise<AssessmentRecord | null>;
  /** Puts new answers in place of the revision that was read; false when somebody else was faster. */
  replaceAnswers(record: AssessmentRecord, completion: Completion | null): Promise<boolean>;
}

/** One transaction each, with the fact that statistics count it by, so that nothing is stored by halves. */
export function assessmentStore(db: Kysely<TriageTables>, facts: CheckFacts = checkFacts()): AssessmentStore {
  return {
    insert: async (record, start, check) => {
      await endKeyOfExpired(db, start, record.startedAt);
      const inserted = await db.transaction().execute(async (transaction) => {
        const row = await transaction
          .insertInto('triage_assessment')
          .values(toRow(record, start))
          .onConflict((conflict) => conflict.columns(['idempotency_scope', 'idempotency_key']).doNothing())
          .returningAll()
          .executeTakeFirst();
        if (row === undefined) return undefined;
        const fact = await facts.started(transaction, check);
        await transaction.updateTable('triage_assessment').set({ fact }).where('id', '=', row.id).execute();
        return row;
      });
      const row = inserted ?? (await startedBefore(db, start));
      return { record: toRecord(row), inputDigest: row.input_digest };
    },

    countRefused: (check) => db.transaction().execute((transaction) => facts.refused(transaction, check)),

    find: async (id) => {
      const row = await db
        .selectFrom('triage_assessment')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirst();
      return row ? toRecord(row) : null;
    },

    replaceAnswers: ({ id, revision, answers, droppedAnswers, isCompleted }, completion) =>
      db.transaction().execute(async (transaction) => {
        const { numUpdatedRows } = await transaction
          .updateTable('triage_assessment')
          .set({
            revision: revision + 1,
            answers: JSON.stringify(answers),
            dropped_answers: JSON.stringify(droppedAnswers),
            completed_at: completion && completion.completedAt.getTime(),
            disposition_id: completion && completion.dispositionId,
          })
          .where('id', '=', id)
          .where('revision', '=', revision)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return false;
        // As most answers lead on to a question, most facts stay as they are.
        if (completion !== null || isCompleted)
          await facts.answered(transaction, id, completion && completion.dispositionId);
        return true;
      }),
  };
}

const selectByDigest = rowStatement(
  { table: 'triage_assessment', by: ['digest'], kind: 'lookup' },
  ({ db, input }: ForRow<TriageTables, { digest: string }>) =>
    db
      .selectFrom(input)
      .crossJoin('triage_assessment')
      .whereRef('triage_assessment.digest', '=', 'input.digest')
      .selectAll('triage_assessment'),
);

/** Finds an assessment by the digest of its id: one question for all who ask at the same time. */
export async function findByDigest(
  session: Session<TriageTables>,
  digest: string,
): Promise<AssessmentRecord | null> {
  const [row] = await selectByDigest(session, { digest });
  return row === undefined ? null : toRecord(row);
}

/** A key ends with its symptom check: whoever uses it later begins a new one. */
async function endKeyOfExpired(db: Kysely<TriageTables>, { scope, key }: StartKey, now: Date): Promise<void> {
  await db
    .updateTable('triage_assessment')
    .set((set) => ({ idempotency_key: set.ref('id') }))
    .where('idempotency_scope', '=', scope)
    .where('idempotency_key', '=', key)
    .where('expires_at', '<=', now.getTime())
    .execute();
}

function startedBefore(db: Kysely<TriageTables>, start: StartKey) {
  return db
    .selectFrom('triage_assessment')
    .selectAll()
    .where('idempotency_scope', '=', start.scope)
    .where('idempotency_key', '=', start.key)
    .executeTakeFirstOrThrow();
}

function toRow(record: AssessmentRecord, start: StartKey): TriageTables['triage_assessment'] {
  return {
    id: record.id,
    digest: assessmentDigest(record.id),
    revision: record.revision,
    pathway_id: record.pathwayId,
    content_version: record.contentVersion,
    content_hash: record.contentHash,
    subject: JSON.stringify(record.subject),
    place: record.place && JSON.stringify(record.place),
    declared_practice: record.declaredPractice,
    answers: JSON.stringify(record.answers),
    dropped_answers: JSON.stringify(record.droppedAnswers),
    started_at: record.startedAt.getTime(),
    expires_at: record.expiresAt.getTime(),
    idempotency_scope: start.scope,
    idempotency_key: start.key,
    input_digest: start.inputDigest,
    locale: record.locale,
    started_day: londonDate(record.startedAt),
    age_band: ageBand(record.subject.ageInDays),
    completed_at: null,
    disposition_id: null,
    fact: null,
  };
}

function toRecord(row: Selectable<TriageTables['triage_assessment']>): AssessmentRecord {
  return {
    id: row.id,
    revision: row.revision,
    pathwayId: row.pathway_id,
    contentVersion: row.content_version,
    contentHash: row.content_hash,
    subject: AssessedSubject.parse(JSON.parse(row.subject)),
    place: row.place === null ? null : StoredPlace.parse(JSON.parse(row.place)),
    declaredPractice: row.declared_practice === null ? null : OdsCode.parse(row.declared_practice),
    answers: z.array(StoredAnswer).parse(JSON.parse(row.answers)),
    droppedAnswers: z.array(StoredAnswer).parse(JSON.parse(row.dropped_answers)),
    startedAt: new Date(row.started_at),
    expiresAt: new Date(row.expires_at),
    locale: row.locale,
    isCompleted: row.completed_at !== null,
  };
}
