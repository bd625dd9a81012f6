import { createHash, randomBytes } from 'node:crypto';
import type { Caller } from '../../domain/caller';
import type { PlaceLookup } from '../../domain/place';
import type { AssessmentRecord, AssessmentStore } from './assessment-store';
import type { Content, PathwayContent, Refusal } from './content/content';
import { changeAnswer, isOpen } from './engine/change-answer';
import { evaluate } from './engine/evaluate';
import { optionFault } from './engine/option-fault';
import { refusalOf } from './engine/suitability';
import { readStartRequest, type FieldFaults, type StartInput, type StartRequest } from './start-request';

/** Symptoms change: after this an assessment is not answered any more. */
const LIFETIME_MS = 4 * 60 * 60_000;

/** 192 random bits in base64url. */
const ID = /^[A-Za-z0-9_-]{32}$/;

/** An assessment with the content that it is pinned to. */
export interface PinnedAssessment {
  record: AssessmentRecord;
  pathway: PathwayContent;
}

export interface AnswerInput {
  assessmentId: string;
  questionId: string;
  optionIds: readonly string[];
  expectedRevision: number;
}

export type StartResult =
  | { kind: 'assessment'; assessment: PinnedAssessment }
  | { kind: 'refused'; refusal: Refusal }
  | { kind: 'invalid'; faults: FieldFaults };

export type AnswerResult =
  | { kind: 'assessment'; assessment: PinnedAssessment }
  | { kind: 'stale'; current: PinnedAssessment }
  | { kind: 'expired'; at: Date }
  | { kind: 'not-found' }
  | { kind: 'invalid'; faults: FieldFaults };

export interface Assessments {
  /** The same key with the same input gives the same assessment, however far it has come meanwhile. */
  start(input: StartInput, caller: Caller): Promise<StartResult>;
  /** Expired ones too, for as long as their content is loaded: what was advised can be read again. */
  find(id: string): Promise<PinnedAssessment | null>;
  answer(input: AnswerInput): Promise<AnswerResult>;
}

export interface AssessmentsDeps {
  store: AssessmentStore;
  content: Content;
  places: PlaceLookup;
  now: () => Date;
}

export function assessments(deps: AssessmentsDeps): Assessments {
  const { store, content, now } = deps;

  return {
    start: async (input, caller) => {
      const read = await readStartRequest(input, deps);
      if (!read.ok) return { kind: 'invalid', faults: read.faults };
      const refusal = refusalOf(read.value.pathway, read.value.subject);
      if (refusal) return { kind: 'refused', refusal };
      const start = {
        scope: caller.kind === 'anonymous' ? 'anonymous' : caller.id,
        key: input.idempotencyKey,
        inputDigest: digest(input),
      };
      const stored = await store.insert(newRecord(read.value, now()), start);
      const assessment = pin(content, stored.record);
      if (stored.inputDigest !== start.inputDigest || !assessment) return keyUsed();
      return { kind: 'assessment', assessment };
    },

    find: async (id) => {
      const record = ID.test(id) ? await store.find(id) : null;
      return record && pin(content, record);
    },

    answer: async (input) => {
      const record = ID.test(input.assessmentId) ? await store.find(input.assessmentId) : null;
      if (record === null) return { kind: 'not-found' };
      const current = pin(content, record);
      if (record.expiresAt <= now()) return { kind: 'expired', at: record.expiresAt };
      // The content was replaced while the person was answering: half of each version would be neither.
      if (current === null) return { kind: 'expired', at: now() };
      if (record.revision !== input.expectedRevision) return { kind: 'stale', current };
      return answerPinned(current, input);
    },
  };

  async function answerPinned(current: PinnedAssessment, input: AnswerInput): Promise<AnswerResult> {
    const { record, pathway } = current;
    const faults = answerFaults(current, input);
    if (faults) return { kind: 'invalid', faults };
    const answer = { questionId: input.questionId, optionIds: [...input.optionIds], answeredAt: now() };
    if (saysTheSame(record, answer)) return { kind: 'assessment', assessment: current };
    const change = changeAnswer(pathway, record.answers, answer);
    const next = { ...record, answers: change.answers, droppedAnswers: change.dropped };
    if (await store.replaceAnswers(next))
      return {
        kind: 'assessment',
        assessment: { pathway, record: { ...next, revision: record.revision + 1 } },
      };
    const winner = await store.find(record.id);
    return winner === null ? { kind: 'not-found' } : { kind: 'stale', current: { pathway, record: winner } };
  }
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
  };
}

/** Null when the content that the assessment began with is not loaded any more. */
function pin(content: Content, record: AssessmentRecord): PinnedAssessment | null {
  const pathway = content.pathways.get(record.pathwayId);
  return pathway?.hash === record.contentHash ? { record, pathway } : null;
}

function answerFaults({ record, pathway }: PinnedAssessment, input: AnswerInput): FieldFaults | null {
  const question = pathway.questions.get(input.questionId);
  if (!question) return { 'input.questionId': 'The pathway has no such question.' };
  const options = optionFault(question, input.optionIds);
  const faults: FieldFaults = {
    ...(isOpen(evaluate(pathway, record.answers), question.id)
      ? {}
      : {
          'input.questionId':
            'This question is not asked now: answer the next one, or change an earlier answer.',
        }),
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
  return {
    kind: 'invalid',
    faults: { 'input.idempotencyKey': 'This key was used to start another assessment. Use a new one.' },
  };
}

function digest({ pathwayId, subject, place, registeredPracticeOdsCode }: StartInput): string {
  const { relationship, dateOfBirth, sex } = subject;
  const said = [
    pathwayId,
    relationship,
    dateOfBirth,
    sex,
    place?.postcode ?? null,
    place?.coordinates?.latitude ?? null,
    place?.coordinates?.longitude ?? null,
    registeredPracticeOdsCode ?? null,
  ];
  return createHash('sha256').update(JSON.stringify(said)).digest('hex');
}
