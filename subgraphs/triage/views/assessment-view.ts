import type { Caller } from '../../../domain/caller';
import type { GivenAnswer as StoredAnswer } from '../assessment-store';
import type { PinnedAssessment } from '../assessments';
import type { Content, OptionContent, PathwayContent, QuestionContent } from '../content/content';
import type { Relationship } from '../content/vocabulary';
import { say } from '../content/wording';
import { deadline } from '../engine/deadline';
import { evaluate, type Evaluation, type Step } from '../engine/evaluate';
import { registeredPractice } from '../registered-practice';
import { Assessment } from '../types/assessment';
import { Outcome } from '../types/outcome';
import { GivenAnswer, Option, Question } from '../types/question';
import { Place } from '../types/place';
import { Subject } from '../types/subject';
import { dispositionView, pathwayView } from './catalogue-view';
import { instance } from '../../instance';

/** As many hex digits of the content hash as tell two contents apart. */
const HASH_DIGITS = 16;

/** An assessment as its reader sees it: worded for them, with the practice that their verified identity names. */
export function assessmentView(content: Content, pinned: PinnedAssessment, caller: Caller): Assessment {
  const { record, pathway } = pinned;
  const { relationship, ageInMonths, sex } = record.subject;
  const evaluation = evaluate(pathway, record.answers);
  return instance(Assessment, {
    id: record.id,
    revision: record.revision,
    expiresAt: record.expiresAt,
    pathway: pathwayView(content, pathway),
    contentVersion: `${record.contentVersion}+sha256.${record.contentHash.slice(0, HASH_DIGITS)}`,
    contentStatus: pathway.status,
    contentBanner: content.banner,
    subject: instance(Subject, {
      relationship,
      ageInMonths,
      sex,
      registeredPracticeOdsCode: registeredPractice(caller, record),
    }),
    place: record.place && instance(Place, record.place),
    answers: answersView(pathway, record.answers, relationship),
    droppedAnswers: answersView(pathway, record.droppedAnswers, relationship),
    question: evaluation.kind === 'question' ? questionView(evaluation.question, relationship) : null,
    outcome: evaluation.kind === 'outcome' ? outcomeView(content, pinned, evaluation) : null,
  });
}

function outcomeView(
  content: Content,
  { record, pathway }: PinnedAssessment,
  { disposition, decided }: Extract<Evaluation, { kind: 'outcome' }>,
): Outcome {
  const { relationship } = record.subject;
  const advice = pathway.advice.get(disposition.id) ?? disposition;
  const reachedAt = new Date(Math.max(...record.answers.map(({ answeredAt }) => answeredAt.getTime())));
  return instance(Outcome, {
    disposition: dispositionView(content, disposition),
    reachedAt,
    deadline: deadline(reachedAt, disposition.timeframe),
    reasons: reasons(decided, relationship),
    careAdvice: advice.careAdvice.map((wording) => say(wording, relationship)),
    worseningAdvice: advice.worseningAdvice.map((wording) => say(wording, relationship)),
  });
}

/** A tick says by itself what is meant; "Yes" needs its question. */
function reasons({ question, decisive }: Step, relationship: Relationship): string[] {
  return decisive.map((option) => {
    const said = say(option.text, relationship);
    return question.kind === 'TICK_ANY' ? said : `${say(question.text, relationship)} ${said}`;
  });
}

function answersView(
  pathway: PathwayContent,
  answers: readonly StoredAnswer[],
  relationship: Relationship,
): GivenAnswer[] {
  return answers.flatMap(({ questionId, optionIds, answeredAt }) => {
    const question = pathway.questions.get(questionId);
    if (!question) return [];
    const chosen = question.options.filter(({ id }) => optionIds.includes(id));
    return instance(GivenAnswer, {
      question: questionView(question, relationship),
      options: chosen.map((option) => optionView(option, relationship)),
      answeredAt,
    });
  });
}

function questionView(
  { id, kind, text, why, options }: QuestionContent,
  relationship: Relationship,
): Question {
  return instance(Question, {
    id,
    kind,
    text: say(text, relationship),
    why: why && say(why, relationship),
    options: options.map((option) => optionView(option, relationship)),
  });
}

function optionView({ id, text, detail }: OptionContent, relationship: Relationship): Option {
  return instance(Option, { id, text: say(text, relationship), detail: detail && say(detail, relationship) });
}
