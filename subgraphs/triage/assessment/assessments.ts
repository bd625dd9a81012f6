import { createHash, randomBytes } from 'node:crypto';
import type { Caller } from '../../../domain/caller';
import { fieldFault, type FieldFaults } from '../../../domain/messages/field-problem-codes';
import type { PlaceLookup } from '../../../domain/place-lookup';
import { amendedBy, type Amendment } from './amendments';
import { REPEAT_CALLER_MS, repeatKeys } from './repeat-caller';
import type {
  AssessmentRecord,
  AssessmentStore,
  Completion,
  EarlierEmergency,
  StoredAnswer,
} from './assessment-store';
import type { ContentEditions, ContentEdition } from '../content/content-editions';
import type { Content, Exclusion } from '../content/content';
import { changeAnswer, isOpen } from '../engine/change-answer';
import { evaluate } from '../engine/evaluate';
import { fallsFromEmergency, isEmergency } from '../engine/is-emergency';
import { optionFault } from '../engine/option-fault';
import { exclusionOf } from '../engine/suitability';
import type { StartedCheck } from '../facts/check-facts';
import { factSource } from '../../../platform/insight/counted-source';
import { isPastRetention } from '../retention';
import { readWhereabouts, type WhereaboutsAsGiven } from './read-whereabouts';
import { registeredPractice } from './registered-practice';
import { keyLengthOf, readStartRequest, type StartInput, type StartRequest } from './start-request';
import { isSwitchedOff } from '../switches/is-switched-off';
import type { SwitchedOff, Switches } from '../switches/switches';

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
  /** The person has read that this takes an emergency back, and means it. */
  confirmLessUrgent?: boolean | null;
}

/** Place and practice of a check that was begun without one; what is left out stays as it was. */
export interface WhereaboutsInput extends WhereaboutsAsGiven {
  assessmentId: string;
  expectedRevision: number;
}

export type StartResult =
  | { kind: 'assessment'; assessment: PinnedAssessment }
  | { kind: 'refused'; refusal: Exclusion }
  | { kind: 'switched-off'; content: Content }
  | { kind: 'invalid'; faults: FieldFaults };

export type AnswerResult = WhereaboutsResult | { kind: 'confirm-less-urgent'; current: PinnedAssessment };

export type WhereaboutsResult =
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
  /** Adds or replaces the place, the practice, or both. Answers and outcome stay as they are. */
  setWhereabouts(input: WhereaboutsInput): Promise<WhereaboutsResult>;
}

export interface AssessmentsDeps {
  store: AssessmentStore;
  editions: ContentEditions;
  switches: Pick<Switches, 'read'>;
  places: PlaceLookup;
  /** Keyed digest of what a device is recognised by: the token itself is not kept. */
  digestDevice: (text: string) => string;
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
      const refusal = exclusionOf(read.value.pathway, read.value.subject);
      const off = await switches.read();
      const at = now();
      const repeat = repeatKeys(caller, read.value, deps.digestDevice);
      const earlier = await store.findEmergency(repeat, new Date(at.getTime() - REPEAT_CALLER_MS));
      const record = newRecord(read.value, at, earlier);
      const check = startedCheck(record, caller, source);
      if (refusal) {
        await store.countRefused(check);
        return { kind: 'refused', refusal };
      }
      if (off.has(read.value.pathway.id)) {
        await store.countRefused(check);
        return { kind: 'switched-off', content };
      }
      const start = { ...startScope(input, caller, source), inputDigest: digest(input), repeat };
      const stored = await store.insert(record, start, check);
      const edition = await editionOf(stored.record, editions);
      if (stored.inputDigest !== start.inputDigest || !edition) return keyUsed();
      return { kind: 'assessment', assessment: pinnedTo(edition, stored.record, off) };
    },

    find: async (id) => {
      const record = ID.test(id) ? await store.find(id) : null;
      if (record === null || isPastRetention(record.expiresAt, record.isCompleted, now())) return null;
      const edition = await editionOf(record, editions);
      return edition && pinnedTo(edition, record, await switches.read());
    },

    answer: async (input) => {
      const open = await openFor(input, deps);
      return open.kind === 'open' ? answerPinned(open, input, deps) : open;
    },

    setWhereabouts: async (input) => {
      const open = await openFor(input, deps);
      return open.kind === 'open' ? moveTo(open, input, deps) : open;
    },
  };
}

function editionOf(
  { pathwayId, contentHash }: AssessmentRecord,
  editions: ContentEditions,
): Promise<ContentEdition | null> {
  return editions.find(pathwayId, contentHash);
}

interface OpenAssessment {
  kind: 'open';
  current: PinnedAssessment;
  off: SwitchedOff;
}

/** Finds an assessment that may still be changed, at the revision that the caller has seen. */
async function openFor(
  { assessmentId, expectedRevision }: Pick<AnswerInput, 'assessmentId' | 'expectedRevision'>,
  { store, editions, switches, now }: AssessmentsDeps,
): Promise<Exclude<WhereaboutsResult, { kind: 'assessment' }> | OpenAssessment> {
  const record = ID.test(assessmentId) ? await store.find(assessmentId) : null;
  if (record === null) return { kind: 'not-found' };
  if (record.expiresAt <= now()) return { kind: 'expired', at: record.expiresAt };
  const edition = await editionOf(record, editions);
  if (edition === null) return { kind: 'withdrawn', at: now() };
  const off = await switches.read();
  const current = pinnedTo(edition, record, off);
  if (current.off) return { kind: 'switched-off', content: edition.content };
  return record.revision === expectedRevision ? { kind: 'open', current, off } : { kind: 'stale', current };
}

/** Returns the result for whoever was slower than somebody else. */
async function afterLosing(
  { current, off }: OpenAssessment,
  store: AssessmentStore,
): Promise<WhereaboutsResult> {
  const winner = await store.find(current.record.id);
  return winner === null ? { kind: 'not-found' } : { kind: 'stale', current: pinnedTo(current, winner, off) };
}

async function answerPinned(
  open: OpenAssessment,
  input: AnswerInput,
  { store, now }: AssessmentsDeps,
): Promise<AnswerResult> {
  const { current, off } = open;
  const { record, pathway } = current;
  const faults = answerFaults(current, input);
  if (faults) return { kind: 'invalid', faults };
  const answer = { questionId: input.questionId, optionIds: [...input.optionIds], answeredAt: now() };
  if (saysTheSame(record, answer)) return { kind: 'assessment', assessment: current };
  const change = changeAnswer<StoredAnswer>(pathway, record.subject, record.answers, answer);
  const before = evaluate(pathway, record.subject, record.answers);
  const takesBack = fallsFromEmergency(before, evaluate(pathway, record.subject, change.answers));
  if (takesBack && input.confirmLessUrgent !== true) return { kind: 'confirm-less-urgent', current };
  const next = amended(record, { before, ...change, at: answer.answeredAt, takesBack }, current.content);
  const completion = completionOf({ ...current, record: next });
  const revision = record.revision + 1;
  if (await store.replaceAnswers(next, completion))
    return {
      kind: 'assessment',
      assessment: pinnedTo(current, { ...next, revision, isCompleted: completion !== null }, off),
    };
  return afterLosing(open, store);
}

async function moveTo(
  open: OpenAssessment,
  input: WhereaboutsInput,
  { store, places }: AssessmentsDeps,
): Promise<WhereaboutsResult> {
  const { current, off } = open;
  const read = await readWhereabouts(input, places);
  if (!read.ok) return { kind: 'invalid', faults: read.faults };
  const { record } = current;
  const place = read.value.place ?? record.place;
  const declaredPractice = read.value.declaredPractice ?? record.declaredPractice;
  const next = { ...record, place, declaredPractice };
  return (await store.replaceWhereabouts(next))
    ? { kind: 'assessment', assessment: pinnedTo(current, { ...next, revision: record.revision + 1 }, off) }
    : afterLosing(open, store);
}

/** Joins an assessment with its edition, and says of it whether what its answers lead through is switched off. */
function pinnedTo(
  { pathway, content }: ContentEdition,
  record: AssessmentRecord,
  switchedOff: SwitchedOff,
): PinnedAssessment {
  const evaluation = evaluate(pathway, record.subject, record.answers);
  return { pathway, content, record, off: isSwitchedOff(pathway, evaluation, switchedOff) };
}

function amended(
  record: AssessmentRecord,
  change: Omit<Amendment, 'record'>,
  content: Content,
): AssessmentRecord {
  const { answers, dropped: droppedAnswers } = change;
  return { ...record, answers, droppedAnswers, amendedAnswers: amendedBy({ record, ...change }, content) };
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
    : {
        completedAt: reachedAt(record),
        dispositionId: evaluation.disposition.id,
        isEmergency: isEmergency(evaluation.disposition),
      };
}

function newRecord(
  request: StartRequest,
  startedAt: Date,
  earlierEmergency: EarlierEmergency | null,
): AssessmentRecord {
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
    amendedAnswers: [],
    earlierEmergency,
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
