import { readDateOfBirth } from './pages/person';
import { answerError } from './pages/questions';
import { contactErrors, contactProblems } from './pages/confirm';
import { attentionText, careCard, leftDirectoryText, mayStillStand, needsText, whyNoTimes } from './texts';

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

describe('an appointment of which something is not known', () => {
  it.each([
    [['CHECKING', 'NEEDS_ATTENTION'], /has booked this appointment.*Do not book another/, false],
    [['CHECKING', 'FAILED', 'NEEDS_ATTENTION'], /has booked this appointment/, false],
    [['CONFIRMED', 'NEEDS_ATTENTION'], /no longer find .*Phone the practice before you go/, true],
    [['MOVED_BY_PRACTICE', 'NEEDS_ATTENTION', 'NEEDS_ATTENTION'], /no longer find/, true],
    [['CONFIRMED', 'CANCELLING', 'NEEDS_ATTENTION'], /has cancelled this appointment/, false],
    [['CANCELLED', 'NEEDS_ATTENTION'], /has cancelled this appointment/, false],
  ])('after %j says what, and whether it may still stand', (statuses, words, stands) => {
    const history = statuses.map((status) => ({ status }));
    const booking = { status: 'NEEDS_ATTENTION', history };
    expect([attentionText(booking), mayStillStand(booking)]).toEqual([expect.stringMatching(words), stands]);
  });

  it('is none where everything is known', () => {
    const booking = { status: 'CONFIRMED', history: [{ status: 'CONFIRMED' }] };
    expect([attentionText(booking), mayStillStand(booking)]).toEqual([null, false]);
  });
});

describe('access needs', () => {
  it('are words for the practice', () => {
    expect(needsText([])).toBe('');
    expect(needsText(['BSL_INTERPRETER', 'STEP_FREE_ACCESS'])).toBe(
      'The patient needs step-free access and a British Sign Language (BSL) interpreter.',
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
    ['ACCESS_NOT_KNOWN', true, 'may have what you need, but we do not know. Phone them to ask.'],
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

  it.each([
    [undefined, [{ field: null, text: 'Something is wrong.' }]],
    [[], [{ field: null, text: 'Something is wrong.' }]],
    [
      [
        { path: 'input.contactPhone', code: 'PHONE_NEEDED', message: 'Enter a phone number' },
        { path: 'input.reason', code: 'TOO_LONG', message: 'Write less' },
        { path: 'input.idempotencyKey', code: 'TOO_LONG', message: 'Send the form again' },
      ],
      [
        { field: 'phone', text: 'Enter a phone number' },
        { field: 'reason', text: 'Write less' },
        { field: null, text: 'Send the form again' },
      ],
    ],
  ])('says what the API has found wrong: %j', (fields, errors) => {
    expect(contactProblems({ message: 'Something is wrong.', ...(fields && { fields }) })).toEqual(errors);
  });

  it('asks for a phone number where the practice calls', () => {
    expect(contactErrors('', '', { needsContactPhone: true, reasonMaxLength: 0 })).toHaveLength(1);
    expect(contactErrors('', '', { needsContactPhone: false, reasonMaxLength: 0 })).toEqual([]);
    expect(
      contactErrors('no number', 'too long', { needsContactPhone: false, reasonMaxLength: 3 }),
    ).toHaveLength(2);
  });
});
