import { crashPoints } from './crash-points';

function watched() {
  const ends: string[] = [];
  const calls: string[] = [];
  const points = crashPoints(() => ends.push(calls.join()));
  const target = points.watched('ledger', {
    kind: 'a value',
    move: async (name: string) => {
      await Promise.resolve();
      calls.push(name);
      return name;
    },
    claimUnsettled: (found: string[]) => Promise.resolve(found),
    async *pages() {
      yield await Promise.resolve(1);
      calls.push('page');
      yield 2;
    },
  });
  return { ends, calls, points, target };
}

test('calls are passed on, counted in order, and values are left alone', async () => {
  const { points, target } = watched();
  expect(await target.move('a')).toBe('a');
  expect(target.kind).toBe('a value');
  for await (const page of target.pages()) expect(page).toBeGreaterThan(0);
  expect(points.steps()).toEqual(['ledger.move', 'ledger.pages']);
});

test('the end comes just before, or just after, the n-th call', async () => {
  const { ends, points, target } = watched();
  points.watch({ step: 'ledger.move', ordinal: 2, when: 'before' });
  await target.move('a');
  await target.move('b');
  points.watch({ step: 'ledger.move', ordinal: 1, when: 'after' });
  await target.move('c');
  expect(ends).toEqual(['a', 'a,b,c']);
});

test('an answer in pages has ended after its last page', async () => {
  const { ends, points, target } = watched();
  points.watch({ step: 'ledger.pages', ordinal: 1, when: 'after' });
  for await (const page of target.pages()) expect(page).toBeGreaterThan(0);
  expect(ends).toEqual(['page']);
});

test('an empty poll is no step', async () => {
  const { points, target } = watched();
  await target.claimUnsettled([]);
  expect(points.steps()).toEqual([]);
  await target.claimUnsettled(['one']);
  expect(points.steps()).toEqual(['ledger.claimUnsettled']);
});
