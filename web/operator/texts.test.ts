import { BookingStatus } from './answers';
import { duration, runsOf, statusWords } from './texts';
import { ADVICE } from './what-to-do';

test.each([
  [-3, '0 seconds'],
  [1, '1 second'],
  [119, '119 seconds'],
  [120, '2 minutes'],
  [2 * 3600, '2 hours'],
  [2 * 3600 + 60, '2 hours 1 minute'],
  [47 * 3600 + 59 * 60 + 59, '47 hours 59 minutes'],
  [48 * 3600, '2 days'],
])('%d seconds are written as %s', (seconds, written) => {
  expect(duration(seconds)).toBe(written);
});

test('each answer of a practice leads to a status that the API has, and that has words', () => {
  const statuses = Object.values(ADVICE).flatMap(({ personSees, ask }) => [
    ...(personSees === undefined ? [] : [personSees]),
    ...(ask === null ? [] : [ask.stands.becomes, ask.absent.becomes]),
  ]);
  expect(statuses.filter((status) => !BookingStatus.safeParse(status).success)).toEqual([]);
  expect(statuses.filter((status) => statusWords(status) === statusWords('UNHEARD_OF'))).toEqual([]);
});

test('attempts that ended alike are one', () => {
  const read = (at: string, answer: string) => ({ at, asked: 'READ_BACK', answer });
  expect(
    runsOf([read('1', 'ABSENT'), read('2', 'ABSENT'), read('3', 'BOOKED'), read('4', 'ABSENT')]),
  ).toEqual([
    { asked: 'READ_BACK', answer: 'ABSENT', at: '1', last: '2', times: 2 },
    { asked: 'READ_BACK', answer: 'BOOKED', at: '3', last: '3', times: 1 },
    { asked: 'READ_BACK', answer: 'ABSENT', at: '4', last: '4', times: 1 },
  ]);
});
