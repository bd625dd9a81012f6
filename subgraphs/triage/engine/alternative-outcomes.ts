import type { DispositionContent, OptionContent, PathwayContent, QuestionContent } from '../content/content';
import { evaluate, isMoreUrgent, type QuestionAnswer } from './evaluate';
import type { PatientProfile } from './suitability';

/** One answer that, given otherwise, would have led elsewhere at once. */
export interface AlternativeOutcome {
  question: QuestionContent;
  /** Chosen instead of the answer given, or ticked as well. */
  option: OptionContent;
  disposition: DispositionContent;
}

/** Finds the outcomes that would have been more urgent: a single answer changed, the nearest urgency first. */
export function moreUrgentAnswers(
  pathway: PathwayContent,
  subject: PatientProfile,
  answers: readonly QuestionAnswer[],
): AlternativeOutcome[] {
  const reached = evaluate(pathway, subject, answers);
  if (reached.kind === 'question') return [];
  const found = reached.trace.flatMap((step) => {
    if (step.kind !== 'answered') return [];
    const { node: question, chosen } = step;
    return question.options
      .filter((option) => !option.alone && !chosen.includes(option))
      .flatMap((option): AlternativeOutcome[] => {
        const optionIds = [...ticksBeside(question, chosen), option.id];
        const other = evaluate(pathway, subject, [...answers, { questionId: question.id, optionIds }]);
        return other.kind === 'outcome' && isMoreUrgent(other.disposition, reached.disposition)
          ? [{ question, option, disposition: other.disposition }]
          : [];
      });
  });
  return found.sort((one, other) => other.disposition.urgencyRank - one.disposition.urgencyRank);
}

function ticksBeside({ kind }: QuestionContent, chosen: readonly OptionContent[]): string[] {
  return kind === 'CHOOSE_ONE' ? [] : chosen.filter(({ alone }) => !alone).map(({ id }) => id);
}
