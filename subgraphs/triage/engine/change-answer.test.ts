import { CASE_STUDY } from '../../../tests/triage-case-study';
import { loadContent } from '../content/load-content';
import { changeAnswer, isOpen } from './change-answer';
import { evaluate } from './evaluate';
import type { PatientProfile } from './suitability';

const { pathways } = loadContent();
const childRash = pathways.get('child-rash')!;
const son: PatientProfile = { ageInDays: 2191, sex: 'MALE' };

it('keeps later answers that still apply, and lists those that do not', () => {
  const noFever = { questionId: 'child-rash.fever', optionIds: ['no'] };
  const { answers, dropped } = changeAnswer(childRash, son, CASE_STUDY, noFever);
  expect(answers).toEqual([...CASE_STUDY.slice(0, 3), noFever]);
  expect(dropped).toEqual(CASE_STUDY.slice(4));

  const notSure = { questionId: 'child-rash.fever', optionIds: ['unsure'] };
  const same = changeAnswer(childRash, son, CASE_STUDY, notSure);
  expect(same.answers).toEqual([...CASE_STUDY.slice(0, 3), notSure, ...CASE_STUDY.slice(4)]);
  expect(same.dropped).toEqual([]);
});

it('drops everything after an answer that needs help at once', () => {
  const redFlag = { questionId: 'child-rash.red-flags', optionIds: ['stiff-neck'] };
  expect(changeAnswer(childRash, son, CASE_STUDY, redFlag)).toEqual({
    answers: [CASE_STUDY[0], redFlag],
    dropped: CASE_STUDY.slice(2),
  });
});

it('drops the answers of another pathway when nothing leads there any more', () => {
  const childFever = pathways.get('child-fever')!;
  const answers = [
    { questionId: 'emergency.screen', optionIds: ['none'] },
    { questionId: 'child-fever.red-flags', optionIds: ['none'] },
    { questionId: 'child-fever.rash', optionIds: ['yes'] },
    { questionId: 'child-rash.red-flags', optionIds: ['none'] },
  ];
  const noRash = { questionId: 'child-fever.rash', optionIds: ['no'] };
  expect(changeAnswer(childFever, { ageInDays: 3000, sex: 'FEMALE' }, answers, noRash)).toEqual({
    answers: [...answers.slice(0, 2), noRash],
    dropped: answers.slice(3),
  });
});

it('opens the next question and those answered, no others', () => {
  const evaluation = evaluate(childRash, son, CASE_STUDY.slice(0, 4));
  const open = [...childRash.questions.keys()].filter((id) => isOpen(evaluation, id));
  expect(open.sort()).toEqual(
    CASE_STUDY.slice(0, 5)
      .map(({ questionId }) => questionId)
      .sort(),
  );
});
