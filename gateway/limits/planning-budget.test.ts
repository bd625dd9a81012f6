import { planningBudget } from './planning-budget';

test('new texts are counted by their length, for each caller', async () => {
  const { spend } = planningBudget(400_000);
  const text = 'x'.repeat(50_000);
  expect([await spend('a', text), await spend('a', text)]).toEqual([null, null]);
  expect(await spend('a', 'x')).toBeGreaterThan(0);
  expect(await spend('b', text)).toBeNull();
});

test('short texts count as two hundred characters each', async () => {
  const { spend } = planningBudget(0);
  const answers: (number | null)[] = [];
  for (let texts = 0; texts <= 100; texts++) answers.push(await spend('a', '{ a }'));
  expect(answers.slice(0, 100).every((answer) => answer === null)).toBe(true);
  expect(answers[100]).toBeGreaterThan(0);
});
