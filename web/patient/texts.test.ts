import { readDateOfBirth } from './pages/person';
import { answerError } from './pages/questions';
import { contactErrors } from './pages/confirm';
import { careCard, leftDirectoryText, whyNoTimes } from './texts';

describe('words for patients', () => {
  it('treats a level of care that it does not know as urgent', () => {
    expect(['AMBULANCE', 'SELF_CARE', 'NEW'].map(careCard)).toEqual(['emergency', 'non-urgent', 'urgent']);
  });

  it('says since when a practice has not been in the directory, and what to do', () => {
    expect(leftDirectoryText('2026-03-31')).toMatch(
      /left the NHS directory on Tuesday 31 March 2026\..* Phone it before you go/,
    );
  });
});

describe('why a practice has no times', () => {
  it.each([
    ['SLOTS', true, 'has no appointments of the kind you chose.'],
    ['NO_SLOTS_IN_TIME', true, 'has no appointments of the kind you chose.'],
    ['NOT_RELEASED', true, 'has no appointments of the kind you chose.'],
    ['NOT_RELEASED', false, 'does not take online bookings for this at the moment.'],
    ['NO_SLOTS_IN_TIME', false, 'has no appointments in the time you need.'],
    ['SUPPLIER_FAILED', true, 'could not be reached. You can phone them.'],
  ])('%s, filtered: %j', (answer, isFiltered, words) => {
    expect(whyNoTimes(answer, isFiltered)).toBe(words);
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
});
