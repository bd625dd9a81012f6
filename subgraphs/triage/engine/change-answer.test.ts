import fc from 'fast-check';
import { CASE_STUDY } from '../../../tests/triage-case-study';
import { loadContent } from '../content/load-content';
import { answerSets, choices } from './answer-sets';
import { changeAnswer, isOpen } from './change-answer';
import { evaluate, type Answer } from './evaluate';

const childRash = loadContent().pathways.get('child-rash')!;
const sets = [...answerSets(childRash)];

/** A complete answer set, and another answer to one of its questions. */
const change = fc.constantFrom(...sets).chain((answers) =>
  fc.constantFrom(...answers).chain(({ questionId }) =>
    fc.record({
      answers: fc.constant(answers),
      answer: fc
        .constantFrom(...choices(childRash.questions.get(questionId)!))
        .map((chosen): Answer => ({ questionId, optionIds: chosen.map(({ id }) => id) })),
    }),
  ),
);

it('keeps later answers that still apply, and lists those that do not', () => {
  const noFever = { questionId: 'child-rash.fever', optionIds: ['no'] };
  const { answers, dropped } = changeAnswer(childRash, CASE_STUDY, noFever);
  expect(answers).toEqual([...CASE_STUDY.slice(0, 3), noFever]);
  expect(dropped).toEqual(CASE_STUDY.slice(4));

  const notSure = { questionId: 'child-rash.fever', optionIds: ['unsure'] };
  const same = changeAnswer(childRash, CASE_STUDY, notSure);
  expect(same.answers).toEqual([...CASE_STUDY.slice(0, 3), notSure, ...CASE_STUDY.slice(4)]);
  expect(same.dropped).toEqual([]);
});

it('drops everything after an answer that needs help at once', () => {
  const redFlag = { questionId: 'child-rash.red-flags', optionIds: ['stiff-neck'] };
  expect(changeAnswer(childRash, CASE_STUDY, redFlag)).toEqual({
    answers: [CASE_STUDY[0], redFlag],
    dropped: CASE_STUDY.slice(2),
  });
});

it('ends where a fresh run over the changed answers ends', () => {
  fc.assert(
    fc.property(change, ({ answers, answer }) => {
      const changed = changeAnswer(childRash, answers, answer);
      const fresh = changed.answers.reduce<readonly Answer[]>(
        (before, next) => changeAnswer(childRash, before, next).answers,
        [],
      );
      expect(evaluate(childRash, fresh)).toEqual(evaluate(childRash, changed.answers));
    }),
  );
});

it('loses no answer: each is kept, replaced or listed as dropped', () => {
  fc.assert(
    fc.property(change, ({ answers, answer }) => {
      const changed = changeAnswer(childRash, answers, answer);
      const after = [...changed.answers, ...changed.dropped].map(({ questionId }) => questionId);
      expect(after.sort()).toEqual(answers.map(({ questionId }) => questionId).sort());
      expect(changed.answers).toContainEqual(answer);
    }),
  );
});

it('resumes from any part of an answer set at its next question', () => {
  for (const answers of sets)
    for (const [index, next] of answers.entries()) {
      const part = evaluate(childRash, answers.slice(0, index));
      expect(part).toMatchObject({ kind: 'question', question: { id: next.questionId } });
    }
});

it('opens the next question and those answered, no others', () => {
  const evaluation = evaluate(childRash, CASE_STUDY.slice(0, 4));
  const open = [...childRash.questions.keys()].filter((id) => isOpen(evaluation, id));
  expect(open.sort()).toEqual(
    CASE_STUDY.slice(0, 5)
      .map(({ questionId }) => questionId)
      .sort(),
  );
});
