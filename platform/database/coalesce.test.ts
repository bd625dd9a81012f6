import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { manualTimers } from '../../domain/manual-timers';
import { eventually } from '../../domain/eventually';
import { coalesce } from './coalesce';

/** Answers each question only when told to, and lets time pass only when told to. */
function slowly() {
  const questions: { asked: string[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const timers = manualTimers();
  const ask = coalesce<string, string>(
    (asked) =>
      new Promise((resolve, reject) => {
        const answers = new Map(asked.map((one) => [one, one.toUpperCase()]));
        questions.push({ asked: [...asked], answer: () => resolve(answers), fail: reject });
      }),
    3,
    timers,
  );
  const soon = (count: number) => eventually(`${count} questions are asked`, () => questions.length >= count);
  /** All that can happen without an answer, and without time passing, has happened. */
  async function settled(): Promise<string[][]> {
    for (let turn = 0; turn < 10; turn++) await turnOfTheLoop();
    return questions.map(({ asked }) => asked);
  }
  return { ask, questions, soon, settled, timers };
}

describe('coalesce', () => {
  it('asks at once for who is alone, and joins those who come meanwhile', async () => {
    const { ask, questions, soon, settled } = slowly();
    const first = ask('a');
    await soon(1);
    const others = [ask('b'), ask('c')];
    expect(await settled()).toEqual([['a']]);
    questions[0]!.answer();
    await soon(2);
    expect(questions[1]!.asked).toEqual(['b', 'c']);
    questions[1]!.answer();
    expect(await Promise.all([first, ...others])).toEqual(['A', 'B', 'C']);
  });

  it('asks for no more at once than it may, one question after the other', async () => {
    const { ask, questions, soon, settled } = slowly();
    const all = ['a', 'b', 'c', 'd', 'e'].map(ask);
    await soon(1);
    expect(await settled()).toEqual([['a', 'b', 'c']]);
    questions[0]!.answer();
    await soon(2);
    questions[1]!.answer();
    expect(await Promise.all(all)).toEqual(['A', 'B', 'C', 'D', 'E']);
  });

  it('waits 100 ms for an answer, and no longer', async () => {
    const { ask, questions, soon, settled, timers } = slowly();
    const stuck = ask('a');
    await soon(1);
    const other = ask('b');
    await eventually('the second question waits', () => timers.waiting === 1);
    timers.advance(99);
    expect(await settled()).toEqual([['a']]);
    timers.advance(1);
    await soon(2);
    questions[1]!.answer();
    expect(await other).toBe('B');
    questions[0]!.answer();
    expect(await stuck).toBe('A');
    expect(timers.waiting).toBe(0);
  });

  it('fails all who asked when asking fails, and nobody after them', async () => {
    const { ask, questions, soon } = slowly();
    const failing = Promise.allSettled([ask('a'), ask('b')]);
    await soon(1);
    questions[0]!.fail(new Error('away'));
    expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const after = ask('c');
    await soon(2);
    questions[1]!.answer();
    expect(await after).toBe('C');
  });

  it('fails one alone', async () => {
    const ask = coalesce<number, number>((asked) =>
      Promise.resolve(new Map(asked.map((one) => [one, one === 2 ? new Error('not this one') : one]))),
    );
    expect((await Promise.allSettled([ask(1), ask(2), ask(3)])).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
  });

  it('asks again for those who were left out', async () => {
    const questions: number[][] = [];
    const ask = coalesce<number, string>((asked) => {
      questions.push([...asked]);
      return Promise.resolve(new Map(asked.slice(0, 2).map((one) => [one, `${one}`])));
    });
    expect(await Promise.all([1, 2, 3, 4].map(ask))).toEqual(['1', '2', '3', '4']);
    expect(questions).toEqual([
      [1, 2, 3, 4],
      [3, 4],
    ]);
  });

  it('does not ask on and on when nobody is answered', async () => {
    const ask = coalesce<number, string>(() => Promise.resolve(new Map()));
    await expect(ask(1)).rejects.toThrow('left out every one');
  });

  it('tells apart an answer that is nothing from none', async () => {
    const ask = coalesce<number, null>((asked) => Promise.resolve(new Map(asked.map((one) => [one, null]))));
    expect(await ask(1)).toBeNull();
  });
});
