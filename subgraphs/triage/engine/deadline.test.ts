import { latestTime } from '../../../domain/london-time';
import { noTimeFits } from '../../../domain/messages/messages';
import { loadContent } from '../content/load-content';
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
  [
    'Christmas Eve over two bank holidays to the end of 31 December',
    '2026-12-24T10:00:00Z',
    '2027-01-01T00:00:00Z',
  ],
  [
    'the end of the year over New Year to the end of 6 January',
    '2026-12-31T10:00:00Z',
    '2027-01-07T00:00:00Z',
  ],
  [
    'before Easter and the clock change to the end of 1 April',
    '2027-03-25T10:00:00Z',
    '2027-04-01T23:00:00Z',
  ],
  [
    'a year whose holidays are not known, as if it had no Easter',
    '2029-03-29T10:00:00Z',
    '2029-04-03T23:00:00Z',
  ],
])('counts three working days from %s', (_, reachedAt, expected) => {
  expect(deadline(new Date(reachedAt), { kind: 'workingDays', days: 3 })).toEqual(new Date(expected));
});

it('is null where the disposition has no limit', () => {
  expect(deadline(new Date(0), { kind: 'none' })).toBeNull();
});

const DISPOSITIONS = [...loadContent().dispositions.values()];
const WEEKS: [string, string, string][] = [
  ['a normal week', '2026-11-29T12:00:00Z', 'the end of Wednesday 2 December'],
  ['a bank holiday', '2027-03-25T10:00:00Z', 'the end of Thursday 1 April'],
  ["the year's end", '2026-12-24T10:00:00Z', 'the end of Thursday 31 December'],
  ['the clock change in autumn', '2026-10-24T12:00:00Z', 'the end of Wednesday 28 October'],
];

describe.each(WEEKS)('in %s', (_, instant, lastDay) => {
  it.each(DISPOSITIONS.map((each) => [each.id, each] as const))(
    'says by when for %s, and sends to 111 where urgency wants it',
    (_id, { timeframe, bookable }) => {
      const reachedAt = new Date(instant);
      const due = deadline(reachedAt, timeframe);
      const advice = noTimeFits({ deadline: due, ownPracticeOnly: bookable === 'OWN_PRACTICE' });
      expect(advice).not.toMatch(/midnight|12am|12:00am/);
      expect(advice.includes('call 111 now')).toBe(timeframe.kind === 'minutes');
      expect(advice.includes(`be seen by ${lastDay}`)).toBe(timeframe.kind === 'workingDays');
      if (timeframe.kind === 'minutes')
        expect(advice).toContain(latestTime(new Date(reachedAt.getTime() + timeframe.minutes * 60_000)));
    },
  );
});
