import type { Caller } from '../../../domain/caller';
import { earlierEmergencyMessage } from '../../../domain/messages/messages';
import { create } from '../../../platform/graphql/create';
import { reachedAt, type PinnedAssessment } from '../assessment/assessments';
import { say, type Reader } from '../content/wording';
import { deadline } from '../engine/deadline';
import { evaluate, type Evaluation, type EvaluationStep } from '../engine/evaluate';
import { moreUrgentAnswers } from '../engine/alternative-outcomes';
import { registeredPractice } from '../assessment/registered-practice';
import { Assessment, EarlierEmergency } from '../types/assessment';
import { Outcome, AlternativeOutcome } from '../types/outcome';
import { Place } from '../types/place-input';
import { Subject } from '../types/subject';
import { dispositionView, pathwayView } from './catalogue-view';
import { answersView, questionView } from './question-view';
import { readerOf } from './reader';

/** Number of hex digits of the content hash that tell two contents apart. */
const HASH_DIGITS = 16;

/** An assessment as its reader sees it: worded for them, with the practice that their verified identity names. */
export function assessmentView(pinned: PinnedAssessment, caller: Caller): Assessment {
  const { record, pathway, content, off } = pinned;
  const { relationship, ageInMonths, sex } = record.subject;
  const reader = readerOf(record);
  const evaluation = evaluate(pathway, record.subject, record.answers);
  return create(Assessment, {
    id: record.id,
    revision: record.revision,
    expiresAt: record.expiresAt,
    pathway: pathwayView(content, pathway, off, reader),
    contentVersion: contentVersion(pinned),
    contentStatus: pathway.status,
    contentBanner: content.banner && say(content.banner, reader),
    subject: create(Subject, {
      relationship,
      ageInMonths,
      sex,
      registeredPracticeOdsCode: registeredPractice(caller, record),
    }),
    place: record.place && create(Place, record.place),
    answers: answersView(pathway, record.answers, reader),
    droppedAnswers: answersView(pathway, record.droppedAnswers, reader),
    question: !off && evaluation.kind === 'question' ? questionView(evaluation.question, reader) : null,
    outcome: !off && evaluation.kind === 'outcome' ? outcomeView(pinned, evaluation, reader) : null,
    earlierEmergency: earlierEmergencyView(pinned),
    switchedOff: off ? say(content.switchedOff, reader) : null,
    pinned,
  });
}

/** Null where the disposition is not in this edition any more: there is nothing to show then. */
export function earlierEmergencyView({ record, content }: PinnedAssessment): EarlierEmergency | null {
  const { earlierEmergency } = record;
  const disposition = earlierEmergency && content.dispositions.get(earlierEmergency.dispositionId);
  if (!earlierEmergency || !disposition) return null;
  const reader = readerOf(record);
  return create(EarlierEmergency, {
    at: earlierEmergency.at,
    advice: earlierEmergencyMessage(say(disposition.title, reader), earlierEmergency.at),
    disposition: dispositionView(content, disposition, reader),
  });
}

export function contentVersion({ record }: PinnedAssessment): string {
  return `${record.contentVersion}+sha256.${record.contentHash.slice(0, HASH_DIGITS)}`;
}

function outcomeView(
  pinned: PinnedAssessment,
  { disposition, decided }: Extract<Evaluation, { kind: 'outcome' }>,
  reader: Reader,
): Outcome {
  const { record, pathway, content } = pinned;
  const advice = pathway.advice.get(decided.node.pathwayId)?.get(disposition.id) ?? disposition;
  const at = reachedAt(record);
  return create(Outcome, {
    disposition: dispositionView(content, disposition, reader),
    reachedAt: at,
    deadline: deadline(at, disposition.timeframe),
    reasons: reasons(decided, reader),
    careAdvice: advice.careAdvice.map((wording) => say(wording, reader)),
    worseningAdvice: advice.worseningAdvice.map((wording) => say(wording, reader)),
    pinned,
  });
}

/** A tick or an age is clear by itself; "Yes" needs its question. */
function reasons({ node, decisive }: EvaluationStep, reader: Reader): string[] {
  return decisive.map(({ text }) => {
    const words = say(text, reader);
    return node.kind === 'CHOOSE_ONE' ? `${say(node.text, reader)} ${words}` : words;
  });
}

/** Returns the outcomes that would have been more urgent, nearest first. */
export function whatIfViews({ pathway, record, content }: PinnedAssessment): AlternativeOutcome[] {
  const reader = readerOf(record);
  return moreUrgentAnswers(pathway, record.subject, record.answers).map(({ question, option, disposition }) =>
    create(AlternativeOutcome, {
      questionId: question.id,
      question: say(question.text, reader),
      answer: say(option.text, reader),
      disposition: dispositionView(content, disposition, reader),
    }),
  );
}
