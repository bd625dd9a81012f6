import { askedAnswers } from './asked-answers';

const asked = (operation: string) => ({ operation, variables: {}, at: new Date(0) });

describe('askedAnswers', () => {
  it('knows the request of an answer, the last where several had the same', () => {
    const answers = askedAnswers();
    answers.remember('{}', asked('A'));
    answers.remember('{}', asked('B'));
    expect(answers.find('{}')).toEqual(asked('B'));
    expect(answers.find('[]')).toBeNull();
  });

  it('forgets the oldest of more than thirty', () => {
    const answers = askedAnswers();
    for (let n = 0; n <= 30; n += 1) answers.remember(`${n}`, asked(`${n}`));
    expect([answers.find('0'), answers.find('1'), answers.find('30')]).toEqual([
      null,
      asked('1'),
      asked('30'),
    ]);
  });
});
