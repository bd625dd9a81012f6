import { instance } from '../../instance';
import type { GivenAnswer as StoredAnswer } from '../assessment-store';
import type { OptionContent, PathwayContent, QuestionContent } from '../content/content';
import { say, type Reader } from '../content/wording';
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
    return instance(GivenAnswer, {
      question: questionView(question, reader),
      options: chosen.map((option) => optionView(option, reader)),
      answeredAt,
    });
  });
}

export function questionView({ id, kind, text, why, options }: QuestionContent, reader: Reader): Question {
  return instance(Question, {
    id,
    kind,
    text: say(text, reader),
    why: why && say(why, reader),
    options: options.map((option) => optionView(option, reader)),
  });
}

function optionView({ id, text, detail }: OptionContent, reader: Reader): Option {
  return instance(Option, { id, text: say(text, reader), detail: detail && say(detail, reader) });
}
