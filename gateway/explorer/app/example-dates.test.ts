import { withCurrentDates } from './example-dates';

describe('withCurrentDates', () => {
  // Summer time: the day in London has begun.
  const now = new Date('2031-06-30T23:30:00Z');

  it('ends a period today and begins it four weeks before', () => {
    const variables = {
      from: '2026-11-01T00:00:00.000Z',
      input: { from: '2026-11-01', to: '2026-11-30', toPlace: '2020-01-01' },
    };
    expect(JSON.parse(withCurrentDates(JSON.stringify(variables, null, 2), now))).toEqual({
      from: '2031-06-04T00:00:00.000Z',
      input: { from: '2031-06-04', to: '2031-07-01', toPlace: '2020-01-01' },
    });
  });

  it('asks for the last two whole months', () => {
    const january = new Date('2031-01-31T23:30:00Z');
    expect(withCurrentDates('{"from": "2026-09", "to": "2026-10"}', january)).toBe(
      '{"from": "2030-11", "to": "2030-12"}',
    );
  });

  it('keeps people as old as they are in the example', () => {
    expect(withCurrentDates('{"dateOfBirth": "2018-06-01"}', now)).toBe('{"dateOfBirth": "2023-06-01"}');
  });

  it('changes nothing else', () => {
    expect(withCurrentDates('{"to": "OTHER_PATIENTS", "at": "2026-11-01"}', now)).toBe(
      '{"to": "OTHER_PATIENTS", "at": "2026-11-01"}',
    );
  });
});
