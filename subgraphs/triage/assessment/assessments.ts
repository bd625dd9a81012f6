import { createHash, randomBytes } from 'node:crypto';
import type { Caller } from '../../../domain/caller';
import { fieldFault, type FieldFaults } from '../../../domain/messages/field-problem-codes';
import type { PlaceLookup } from '../../../domain/place-lookup';
import type { AssessmentRecord, AssessmentStore, Completion, StoredAnswer } from './assessment-store';
import type { ContentEditions, ContentEdition } from '../content/content-editions';
import type { Content, Exclusion } from '../content/content';
import { changeAnswer, isOpen } from '../engine/change-answer';
import { evaluate } from '../engine/evaluate';
import { optionFault } from '../engine/option-fault';
import { exclusionOf } from '../engine/suitability';
import type { StartedCheck } from '../facts/check-facts';
import { factSource } from '../../../platform/insight/counted-source';
import { isPastRetention } from '../retention';
import { registeredPractice } from './registered-practice';
import { keyLengthOf, readStartRequest, type StartInput, type StartRequest } from './start-request';
import type { Switches } from '../switches/switches';

/** Symptoms change: after this an assessment is not answered any more. */
const LIFETIME_MS = 4 * 60 * 60_000;

/** 192 random bits in base64url. */
const ID = /^[A-Za-z0-9_-]{32}$/;

/** An assessment with the edition of the content that it is pinned to. */
export interface PinnedAssessment extends ContentEdition {
  record: AssessmentRecord;
  /** Switched off since: returns that, instead of a question or advice. */
  off: boolean;
}

export interface AnswerInput {
  assessmentId: string;
  questionId: string;
  optionIds: readonly string[];
  expectedRevision: number;
}

export type StartResult =
  | { kind: 'assessment'; assessment: PinnedAssessment }
  | { kind: 'refused'; refusal: Exclusion }
  | { kind: 'switched-off'; content: Content }
  | { kind: 'invalid'; faults: FieldFaults };

export type AnswerResult =
  | { kind: 'assessment'; assessment: PinnedAssessment }
  | { kind: 'stale'; current: PinnedAssessment }
  | { kind: 'expired'; at: Date }
  | { kind: 'withdrawn'; at: Date }
  | { kind: 'switched-off'; content: Content }
  | { kind: 'not-found' }
  | { kind: 'invalid'; faults: FieldFaults };

export interface Assessments {
  /**
   * The same key with the same input gives the same assessment, however far it has come meanwhile.
   * @param source digest of the caller's address: a key of somebody who is not signed in is good from there alone
   */
  start(input: StartInput, caller: Caller, source?: string): Promise<StartResult>;
  /** Includes expired ones, as long as they are kept: advice can be read again. */
  find(id: string): Promise<PinnedAssessment | null>;
  answer(input: AnswerInput): Promise<AnswerResult>;
}

export interface AssessmentsDeps {
  store: AssessmentStore;
  editions: ContentEditions;
  switches: Pick<Switches, 'read'>;
  places: PlaceLookup;
  now: () => Date;
}

export function assessments(deps: AssessmentsDeps): Assessments {
  const { store, editions, switches, now } = deps;

  return {
    start: async (input, caller, source) => {
      const content = editions.current;
      const keyLength = keyLengthOf(caller);
      const read = await readStartRequest(input, { ...deps, content, keyLength });
      if (!read.ok) return { kind: 'invalid', faults: read.faults };
      const record = newRecord(read.value, now());
      const check = startedCheck(record, caller, source);
      const refusal = exclusionOf(read.value.pathway, read.value.subject);
      if (refusal) {
        await store.countRefused(check);
        return { kind: 'refused', refusal };
      }
      if ((await switches.read()).has(read.value.pathway.id)) {
        await store.countRefused(check);
        return { kind: 'switched-off', content };
      }
      const start = { ...startScope(input, caller, source), inputDigest: digest(input) };
      const stored = await store.insert(record, start, check);
      const edition = await editionOf(stored.record);
      if (stored.inputDigest !== start.inputDigest || !edition) return keyUsed();
      return { kind: 'assessment', assessment: { ...edition, record: stored.record, off: false } };
    },

    find: async (id) => {
      const record = ID.test(id) ? await store.find(id) : null;
      if (record === null || isPastRetention(record.expiresAt, record.isCompleted, now())) return null;
      const edition = await editionOf(record);
      const off = (await switches.read()).has(record.pathwayId);
      return edition && { ...edition, record, off };
    },

    answer: async (input) => {
      const record = ID.test(input.assessmentId) ? await store.find(input.assessmentId) : null;
      if (record === null) return { kind: 'not-found' };
      if (record.expiresAt <= now()) return { kind: 'expired', at: record.expiresAt };
      const edition = await editionOf(record);
      if (edition === null) return { kind: 'withdrawn', at: now() };
      if ((await switches.read()).has(record.pathwayId))
        return { kind: 'switched-off', content: edition.content };
      const current = { ...edition, record, off: false };
      if (record.revision !== input.expectedRevision) return { kind: 'stale', current };
      return answerPinned(current, input);
    },
  };

  function editionOf({ pathwayId, contentHash }: AssessmentRecord): Promise<ContentEdition | null> {
    return editions.find(pathwayId, contentHash);
  }

  async function answerPinned(current: PinnedAssessment, input: AnswerInput): Promise<AnswerResult> {
    const { record, pathway } = current;
    const faults = answerFaults(current, input);
    if (faults) return { kind: 'invalid', faults };
    const answer = { questionId: input.questionId, optionIds: [...input.optionIds], answeredAt: now() };
    if (saysTheSame(record, answer)) return { kind: 'assessment', assessment: current };
    const change = changeAnswer<StoredAnswer>(pathway, record.subject, record.answers, answer);
    const next = { ...record, answers: change.answers, droppedAnswers: change.dropped };
    const completion = completionOf({ ...current, record: next });
    const revision = record.revision + 1;
    if (await store.replaceAnswers(next, completion))
      return {
        kind: 'assessment',
        assessment: { ...current, record: { ...next, revision, isCompleted: completion !== null } },
      };
    const winner = await store.find(record.id);
    return winner === null
      ? { kind: 'not-found' }
      : { kind: 'stale', current: { ...current, record: winner } };
  }
}

/**
 * Somebody who guesses a key and all inputs must not receive the id of another person's symptom check: callers who
 * are not signed in are distinguished by address. The address goes into a digest with the key, so that it is not
 * kept.
 */
function startScope(
  { idempotencyKey }: StartInput,
  caller: Caller,
  source = 'unknown',
): { scope: string; key: string } {
  if (caller.kind !== 'anonymous') return { scope: caller.id, key: idempotencyKey };
  const key = createHash('sha256')
    .update(JSON.stringify([source, idempotencyKey]))
    .digest('base64url');
  return { scope: 'anonymous', key };
}

/** Facts for statistics of a check that begins now. */
function startedCheck(record: AssessmentRecord, caller: Caller, source?: string): StartedCheck {
  const { pathwayId, subject, place, startedAt } = record;
  const practice = registeredPractice(caller, record);
  return { pathwayId, subject, place, practice, at: startedAt, source: factSource(caller, source) };
}

/** When the newest answer on the way to the outcome was given. */
export function reachedAt({ answers }: Pick<AssessmentRecord, 'answers'>): Date {
  return new Date(Math.max(...answers.map(({ answeredAt }) => answeredAt.getTime())));
}

function completionOf({ record, pathway }: PinnedAssessment): Completion | null {
  const evaluation = evaluate(pathway, record.subject, record.answers);
  return evaluation.kind === 'question'
    ? null
    : { completedAt: reachedAt(record), dispositionId: evaluation.disposition.id };
}

function newRecord(request: StartRequest, startedAt: Date): AssessmentRecord {
  return {
    id: randomBytes(24).toString('base64url'),
    revision: 1,
    pathwayId: request.pathway.id,
    contentVersion: request.pathway.version,
    contentHash: request.pathway.hash,
    subject: request.subject,
    place: request.place,
    declaredPractice: request.declaredPractice,
    answers: [],
    droppedAnswers: [],
    startedAt,
    expiresAt: new Date(startedAt.getTime() + LIFETIME_MS),
    locale: request.locale,
    isCompleted: false,
  };
}

function answerFaults({ record, pathway }: PinnedAssessment, input: AnswerInput): FieldFaults | null {
  const question = pathway.questions.get(input.questionId);
  if (!question) return { 'input.questionId': fieldFault('UNKNOWN_QUESTION', {}) };
  const options = optionFault(question, input.optionIds);
  const faults: FieldFaults = {
    ...(isOpen(evaluate(pathway, record.subject, record.answers), question.id)
      ? {}
      : { 'input.questionId': fieldFault('QUESTION_NOT_OPEN', {}) }),
    ...(options === undefined ? {} : { 'input.optionIds': options }),
  };
  return Object.keys(faults).length > 0 ? faults : null;
}

/** A repeated answer changes nothing, so that a retry neither counts as a change nor moves a deadline. */
function saysTheSame(
  record: AssessmentRecord,
  answer: { questionId: string; optionIds: readonly string[] },
): boolean {
  const before = record.answers.find(({ questionId }) => questionId === answer.questionId);
  return (
    before?.optionIds.length === answer.optionIds.length &&
    answer.optionIds.every((id) => before.optionIds.includes(id))
  );
}

function keyUsed(): StartResult {
  return { kind: 'invalid', faults: { 'input.idempotencyKey': fieldFault('IDEMPOTENCY_KEY_REUSED', {}) } };
}

function digest({ pathwayId, subject, place, registeredPracticeOdsCode, locale }: StartInput): string {
  const { relationship, dateOfBirth, sex } = subject;
  const values = [
    pathwayId,
    relationship,
    dateOfBirth,
    sex,
    place?.postcode ?? null,
    place?.coordinates?.latitude ?? null,
    place?.coordinates?.longitude ?? null,
    registeredPracticeOdsCode ?? null,
    locale ?? null,
  ];
  return createHash('sha256').update(JSON.stringify(values)).digest('hex');
}
