import type { Words, WordsByFile } from './words';

/**
 * Question by its words, so that it is the same question under another id, and another one under the same id once its
 * words differ.
 */
export interface QuestionMeaning {
  id: string;
  words: string;
  isTicked: boolean;
  /** Words of the options by id. */
  options: ReadonlyMap<string, string>;
}

/** @param questionId its id in an outcome table: `fever`, or with its pathway where that is another one. */
export function questionMeaning(words: WordsByFile, pathway: string, questionId: string): QuestionMeaning {
  const [before, after] = questionId.split('.');
  const key = after ?? questionId;
  const file =
    before === 'emergency'
      ? 'emergency-screen.yaml'
      : `pathways/${after === undefined ? pathway : before}.yaml`;
  const lines = within(words.get(file) ?? [], `questions.${key}.`);
  const texts = words.get('texts.yaml') ?? [];
  const options = new Map<string, string>();
  for (const id of optionIds(lines)) {
    const own = said(within(lines, `options.${id}.`));
    options.set(id, own === '' ? said(within(texts, `answers.${id}`)) : own);
  }
  const isTicked = lines.some(({ place, says }) => place === 'kind' && says === 'tickAny');
  if (isTicked) {
    options.set('none', said(within(texts, 'noneOfThese')));
    options.set('unsure', said(within(texts, 'unsureOfTicks')));
  }
  return {
    id: questionId,
    words: said(lines.filter(({ place }) => !/^(options|counts|none|unsure)\./.test(place))),
    isTicked,
    options,
  };
}

/** Each question with the one that reads the same; of several the one of the same id, or with most options alike. */
export function sameQuestions(
  before: readonly QuestionMeaning[],
  after: readonly QuestionMeaning[],
): Map<QuestionMeaning, QuestionMeaning> {
  const pairs = new Map<QuestionMeaning, QuestionMeaning>();
  const likeness = (one: QuestionMeaning, other: QuestionMeaning): number =>
    Number(one.id === other.id) +
    [...one.options.values()].filter((text) => [...other.options.values()].includes(text)).length;
  for (const question of before) {
    const candidates = after
      .filter(({ words, isTicked }) => words === question.words && isTicked === question.isTicked)
      .filter((other) => ![...pairs.values()].includes(other))
      .sort((one, other) => likeness(question, other) - likeness(question, one));
    if (candidates[0] !== undefined) pairs.set(question, candidates[0]);
  }
  return pairs;
}

/** Fields that lead on, or say where a rule comes from: the outcomes show them. */
const STRUCTURE = /(^|\.)(id|to|pathway|outcome|atLeast|sources|fact|milderBecause)$/;

function said(lines: Words): string {
  return lines
    .filter(({ place }) => !STRUCTURE.test(place))
    .map(({ place, says }) => `${place}: ${says.replaceAll(/\s+/g, ' ')}`)
    .join('\n');
}

/** Lines that stand under a place, by the rest of it. */
function within(words: Words, place: string): Words {
  return words
    .filter((line) => line.place.startsWith(place))
    .map((line) => ({ ...line, place: line.place.slice(place.length) }));
}

function optionIds(lines: Words): string[] {
  return [...new Set(lines.flatMap(({ place }) => /^options\.([^.]+)\./.exec(place)?.[1] ?? []))];
}
