import { careCard, dayOf, groupedPhone, timeOf } from './texts';
import { readDateOfBirth } from './pages/person';
import { pageOfThisSite } from './sign-in/routes';
import { answerError } from './pages/symptom-check';
import { contactErrors } from './pages/booking';

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

  it('treats a level of care that it does not know as urgent', () => {
    expect(['AMBULANCE', 'SELF_CARE', 'NEW'].map(careCard)).toEqual(['emergency', 'non-urgent', 'urgent']);
  });
});

describe('forms of the website', () => {
  const now = new Date('2026-03-02T12:00:00Z');
  it.each([
    [
      { day: '3', month: '1', year: '1980' },
      { ok: true, date: '1980-01-03' },
    ],
    [
      { day: '', month: '', year: '' },
      { ok: false, text: 'Enter a date of birth' },
    ],
    [{ day: '30', month: '2', year: '1980' }, expect.objectContaining({ ok: false })],
    [
      { day: '3', month: '3', year: '2026' },
      { ok: false, text: 'Date of birth must be in the past' },
    ],
  ])('reads %j', (written, read) => {
    expect(readDateOfBirth(written, now)).toEqual(read);
  });

  it('takes "none" alone', () => {
    const option = (key: string, exclusive: boolean) => ({ key, text: key, exclusive });
    const question = {
      key: 'q',
      kind: 'TICK_ANY',
      text: 'q',
      options: [option('a', false), option('none', true)],
    };
    expect(answerError(question, ['none'])).toBeNull();
    expect(answerError(question, [])).not.toBeNull();
    expect(answerError(question, ['a', 'none'])).not.toBeNull();
    expect(answerError(question, ['unknown'])).not.toBeNull();
  });

  it('asks for a phone number where the practice calls', () => {
    expect(contactErrors('', '', { needsContactPhone: true, reasonMaxLength: 0 })).toHaveLength(1);
    expect(contactErrors('', '', { needsContactPhone: false, reasonMaxLength: 0 })).toEqual([]);
    expect(
      contactErrors('no number', 'too long', { needsContactPhone: false, reasonMaxLength: 3 }),
    ).toHaveLength(2);
  });

  it.each(['https://evil.example', '//evil.example', '/\\evil.example', 'times'])(
    'does not go on to %s after signing in',
    (next) => {
      expect(pageOfThisSite(next)).toBe('/');
    },
  );

  it('goes on to a page of its own', () => {
    expect(pageOfThisSite('/times')).toBe('/times');
  });
});
