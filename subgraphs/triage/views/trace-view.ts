import { create } from '../../../platform/graphql/create';
import { emergenciesFirst, wasEmergency } from '../assessment/amendments';
import type { AmendedAnswer as StoredAmendment } from '../assessment/assessment-store';
import type { PinnedAssessment } from '../assessment/assessments';
import type { RuleContent, Source } from '../content/content';
import { say, type Reader } from '../content/wording';
import { UNSURE } from '../content/vocabulary';
import { evaluate, type EvaluationStep } from '../engine/evaluate';
import { AmendedAnswer, AssessmentTrace, RuleSource, TraceCount, TraceRule, TraceStep } from '../types/trace';
import { contentVersion, earlierEmergencyView } from './assessment-view';
import { dispositionView } from './catalogue-view';
import { readerOf } from './reader';

const KIND = { answered: 'ANSWERED', known: 'KNOWN', age: 'AGE' } as const;

/** The whole way to the outcome, with what each step rests on: for the clinician who receives the person. */
export function traceView(pinned: PinnedAssessment): AssessmentTrace {
  const { record, pathway, content } = pinned;
  const reader = readerOf(record);
  const evaluation = evaluate(pathway, record.subject, record.answers);
  const outcome = evaluation.kind === 'outcome' ? evaluation : null;
  return create(AssessmentTrace, {
    contentVersion: contentVersion(pinned),
    contentStatus: pathway.status,
    contentBanner: content.banner && say(content.banner, reader),
    answeredBy: record.subject.relationship,
    steps: evaluation.trace.map((step) => stepView(step, pinned, reader)),
    disposition: outcome && dispositionView(content, outcome.disposition, reader),
    amendedAnswers: emergenciesFirst(record.amendedAnswers, content).flatMap((answer) =>
      amendedView(answer, pinned, reader),
    ),
    earlierEmergency: earlierEmergencyView(pinned),
    decidedBy: outcome && outcome.decided.node.id,
  });
}

function amendedView(
  amended: StoredAmendment,
  { pathway, content }: PinnedAssessment,
  reader: Reader,
): AmendedAnswer[] {
  const { questionId, optionIds, answeredAt, amendedAt, revision, change, decided, confirmed } = amended;
  const question = pathway.questions.get(questionId);
  if (question === undefined) return [];
  const disposition = decided === null ? undefined : content.dispositions.get(decided);
  const chosen = question.options.filter(({ id }) => optionIds.includes(id));
  return [
    create(AmendedAnswer, {
      questionId,
      question: say(question.text, reader),
      said: chosen.map(({ text }) => say(text, reader)),
      answeredAt,
      amendedAt,
      revision,
      change,
      decided: disposition === undefined ? null : dispositionView(content, disposition, reader),
      emergency: wasEmergency(amended, content),
      confirmedLessUrgent: confirmed,
    }),
  ];
}

function stepView(step: EvaluationStep, { record }: PinnedAssessment, reader: Reader): TraceStep {
  const { node, chosen, decisive } = step;
  const answer = record.answers.find(({ questionId }) => questionId === node.id);
  return create(TraceStep, {
    kind: KIND[step.kind],
    questionId: node.id,
    question: node.kind === 'BY_AGE' ? null : say(node.text, reader),
    present: chosen.map((rule) => ruleView(rule, reader)),
    absent: absentFrom(step).map(({ text }) => say(text, reader)),
    decisive: decisive.map(({ id }) => id),
    counted: (step.kind === 'age' ? [] : step.counted).map(({ atLeast, of, exit, sources }) =>
      create(TraceCount, { atLeast, of, leadsTo: exit.disposition.id, sources: sources.map(sourceView) }),
    ),
    answeredAt: answer?.answeredAt ?? null,
  });
}

/** Signs that were shown and not ticked. Who is not sure has denied none of them. */
function absentFrom({ kind, node, chosen }: EvaluationStep): readonly RuleContent[] {
  if (kind !== 'answered' || node.kind !== 'TICK_ANY') return [];
  if (chosen.some(({ id }) => id === UNSURE)) return [];
  return node.options.filter(({ id, alone }) => !alone && id !== UNSURE && !isIn(id, chosen));
}

function isIn(id: string, chosen: readonly RuleContent[]): boolean {
  return chosen.some((each) => each.id === id);
}

function ruleView({ id, text, exit, sources }: RuleContent, reader: Reader): TraceRule {
  return create(TraceRule, {
    key: id,
    text: say(text, reader),
    leadsTo: exit.kind === 'outcome' ? exit.disposition.id : exit.to.id,
    atLeast: exit.kind === 'go' ? (exit.atLeast?.id ?? null) : null,
    sources: sources.map(sourceView),
  });
}

function sourceView({ name, url, accessed }: Source): RuleSource {
  return create(RuleSource, { name, url, accessed });
}
