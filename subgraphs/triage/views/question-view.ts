import { create } from '../../../platform/graphql/create';
import type { StoredAnswer as StoredAnswer } from '../assessment/assessment-store';
import type { OptionContent, PathwayContent, QuestionContent } from '../content/content';
import { say, type Reader } from '../content/wording';
import { isExclusive } from '../engine/option-fault';
import { GivenAnswer, Option, Question } from '../types/question';

export function answersView(
  pathway: PathwayContent,
  answers: readonly StoredAnswer[],
  reader: Reader,
): GivenAnswer[] {
  return answers.flatMap(({ questionId, optionIds, answeredAt }) => {
    const question = pathway.questions.get(questionId);
    if (!question) return [];
    const chosen = question.options.filter(({ id }) => optionIds.includes(id));
    return create(GivenAnswer, {
      question: questionView(question, reader),
      options: chosen.map((option) => optionView(question, option, reader)),
      answeredAt,
    });
  });
}

export function questionView(question: QuestionContent, reader: Reader): Question {
  const { id, kind, text, why, options } = question;
  return create(Question, {
    key: id,
    kind,
    text: say(text, reader),
    why: why && say(why, reader),
    options: options.map((option) => optionView(question, option, reader)),
  });
}

function optionView(question: QuestionContent, option: OptionContent, reader: Reader): Option {
  const { id, text, detail } = option;
  return create(Option, {
    key: id,
    text: say(text, reader),
    detail: detail && say(detail, reader),
    exclusive: isExclusive(question, option),
  });
}
