import { deadline } from './deadline';

it('adds minutes to the moment at which the outcome was reached', () => {
  const reachedAt = new Date('2026-03-02T14:10:00Z');
  expect(deadline(reachedAt, { kind: 'minutes', minutes: 360 })).toEqual(new Date('2026-03-02T20:10:00Z'));
});

it('counts hours that pass, not hours on the clock, when the clocks change', () => {
  const beforeSpring = new Date('2026-03-28T20:00:00Z');
  expect(deadline(beforeSpring, { kind: 'minutes', minutes: 1440 })).toEqual(
    new Date('2026-03-29T20:00:00Z'),
  );
});

it.each([
  ['Monday to the end of Thursday', '2026-03-02T14:10:00Z', '2026-03-06T00:00:00Z'],
  ['Friday over the weekend to the end of Wednesday', '2026-03-06T14:10:00Z', '2026-03-12T00:00:00Z'],
  ['Saturday to the end of Wednesday', '2026-03-07T14:10:00Z', '2026-03-12T00:00:00Z'],
  ['a day in summer to midnight in London', '2026-06-29T14:10:00Z', '2026-07-02T23:00:00Z'],
])('counts three working days from %s', (_, reachedAt, expected) => {
  expect(deadline(new Date(reachedAt), { kind: 'workingDays', days: 3 })).toEqual(new Date(expected));
});

it('is null where the disposition has no limit', () => {
  expect(deadline(new Date(0), { kind: 'none' })).toBeNull();
});
