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

const AmendedAnswer = StoredAnswer.extend({
  amendedAt: z.iso.datetime().transform((text) => new Date(text)),
  /** Revision that the amendment made. */
  revision: z.int(),
  change: z.enum(['CHANGED', 'DROPPED']),
  /** Disposition that this answer decided while it counted; null where another did, or none yet. */
  decided: z.string().nullable(),
  /** The person confirmed that they took an emergency back. */
  confirmed: z.boolean(),
});
/** An answer that was given and later changed, or dropped because an earlier one was changed. */
export type AmendedAnswer = z.infer<typeof AmendedAnswer>;

const EarlierEmergency = z.object({
  at: z.iso.datetime().transform((text) => new Date(text)),
  dispositionId: z.string(),
});
/** An emergency that the same person was told of shortly before they began this assessment. */
export type EarlierEmergency = z.infer<typeof EarlierEmergency>;

/** Digests by which a person who starts again is recognised; null where there is nothing to recognise them by. */
export interface RepeatKeys {
  caller: string | null;
  device: string | null;
}

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
  /** Answers that once counted, oldest first: what was said stays said. */
  amendedAnswers: readonly AmendedAnswer[];
  earlierEmergency: EarlierEmergency | null;
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
  isEmergency: boolean;
}

/** Key by which a repeated start is recognised. */
export interface StartKey {
  scope: string;
  key: string;
  inputDigest: string;
  repeat?: RepeatKeys;
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
  /** Puts place and practice in place of those of the revision that was read; false when somebody else was faster. */
  replaceWhereabouts(record: AssessmentRecord): Promise<boolean>;
  /** The newest emergency that an assessment with one of these keys has ended in since then. */
  findEmergency(keys: RepeatKeys, since: Date): Promise<EarlierEmergency | null>;
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

    findEmergency: async ({ caller, device }, since) => {
      const row = await db
        .selectFrom('triage_assessment')
        .select(['emergency_at', 'emergency_disposition'])
        .where('emergency_at', '>=', since.getTime())
        .where(({ eb, or }) => or([eb('repeat_caller', '=', caller), eb('repeat_device', '=', device)]))
        .orderBy('emergency_at', 'desc')
        .limit(1)
        .executeTakeFirst();
      if (row?.emergency_at == null || row.emergency_disposition === null) return null;
      return { at: new Date(row.emergency_at), dispositionId: row.emergency_disposition };
    },

    replaceAnswers: (record, completion) =>
      db.transaction().execute(async (transaction) => {
        const replaced = await replaceRevision(transaction, record, {
          answers: JSON.stringify(record.answers),
          dropped_answers: JSON.stringify(record.droppedAnswers),
          amended_answers: JSON.stringify(record.amendedAnswers),
          // Stays when the answer is taken back: whoever starts again was told of it all the same.
          ...(completion?.isEmergency === true && {
            emergency_at: completion.completedAt.getTime(),
            emergency_disposition: completion.dispositionId,
          }),
          completed_at: completion && completion.completedAt.getTime(),
          disposition_id: completion && completion.dispositionId,
        });
        if (!replaced) return false;
        // As most answers lead on to a question, most facts stay as they are.
        if (completion !== null || record.isCompleted)
          await facts.answered(transaction, record.id, completion && completion.dispositionId);
        return true;
      }),

    replaceWhereabouts: (record) =>
      replaceRevision(db, record, {
        place: record.place && JSON.stringify(record.place),
        declared_practice: record.declaredPractice,
      }),
  };
}

/** Writes over the revision that was read: one of two who have read it does, and the other is told. */
async function replaceRevision(
  db: Kysely<TriageTables>,
  { id, revision }: AssessmentRecord,
  values: Partial<TriageTables['triage_assessment']>,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('triage_assessment')
    .set({ ...values, revision: revision + 1 })
    .where('id', '=', id)
    .where('revision', '=', revision)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
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
    amended_answers: JSON.stringify(record.amendedAnswers),
    earlier_emergency: record.earlierEmergency && JSON.stringify(record.earlierEmergency),
    repeat_caller: start.repeat?.caller ?? null,
    repeat_device: start.repeat?.device ?? null,
    emergency_at: null,
    emergency_disposition: null,
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
    amendedAnswers: z.array(AmendedAnswer).parse(JSON.parse(row.amended_answers)),
    earlierEmergency:
      row.earlier_emergency === null ? null : EarlierEmergency.parse(JSON.parse(row.earlier_emergency)),
    startedAt: new Date(row.started_at),
    expiresAt: new Date(row.expires_at),
    locale: row.locale,
    isCompleted: row.completed_at !== null,
  };
}
