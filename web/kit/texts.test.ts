import { dayOf, groupedPhone, timeOf } from './texts';

describe('words of the website', () => {
  it.each([
    ['2026-03-02T09:30:00Z', '9:30am'],
    ['2026-07-02T09:00:00Z', '10am'],
    ['2026-03-02T12:00:00Z', 'midday'],
    ['2026-03-02T00:00:00Z', 'midnight'],
    ['2026-03-02T12:05:00Z', '12:05pm'],
  ])('%s in London is %s', (instant, words) => {
    expect(timeOf(instant)).toBe(words);
  });

  it('names a day in London', () => {
    expect(dayOf('2026-07-01T23:30:00Z')).toBe('Thursday 2 July 2026');
  });

  it('groups phone numbers', () => {
    expect(groupedPhone('01632960123')).toBe('01632 960 123');
    expect(groupedPhone('+44 1632 960123')).toBe('+44 1632 960123');
  });
});
