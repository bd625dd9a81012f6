import { FIELD_PROBLEM_CODES, FIELD_PROBLEMS } from './field-problem-codes';
import { earlierEmergencyMessage, fieldMessage, movedMessage, noTimeFits, problemMessage } from './messages';
import { PROBLEM_CODES, PROBLEMS } from './problem-codes';
import { sampleFault, sampleMessage } from './sample-messages';

const DEADLINE = new Date('2026-12-03T20:10:00Z');

const BEFORE = {
  startsAt: new Date('2026-12-03T16:40:00Z'),
  mode: 'TELEPHONE',
  clinicianName: 'Dr Alex Example',
} as const;

/** Everything that a person who books may be shown, by what it is for. */
const MESSAGES: [string, string][] = [
  ...PROBLEM_CODES.filter((code) => PROBLEMS[code].audience === 'PATIENTS').flatMap(
    (code): [string, string][] => {
      const message = sampleMessage(code);
      return message === null ? [] : [[code, message]];
    },
  ),
  ...FIELD_PROBLEM_CODES.filter((code) => FIELD_PROBLEMS[code].audience === 'PATIENTS').map(
    (code): [string, string] => [`field ${code}`, fieldMessage(sampleFault(code))],
  ),
  ['an old symptom check', problemMessage('SYMPTOM_CHECK_EXPIRED', { before: 'ANSWERING' })],
  ['what a practice has changed', movedMessage({ before: BEFORE, now: { ...BEFORE, startsAt: DEADLINE } })],
  ['no time fits', noTimeFits({ deadline: null, ownPracticeOnly: true })],
  ['no time fits before the deadline', noTimeFits({ deadline: DEADLINE, ownPracticeOnly: false })],
  ['no time fits at the own practice', noTimeFits({ deadline: DEADLINE, ownPracticeOnly: true })],
  ['starts again after an emergency', earlierEmergencyMessage('Call 999 now', DEADLINE)],
];

/** Words of the project that patients do not use (NHS digital service manual, content style guide). */
const FORBIDDEN =
  /\b(assessment|offer(ed|s)?|h[eo]ld(s|ing)?|keys?|idempotency|fields?|input|levels?|proofing|P[059]|slots?|pathways?|disposition|outcome|coordinates|postcodes? may|revision|tokens?|ids?|supplier|system|query|import(ed)?|null|undefined|given back|no longer good|such|ODS|UTC|GMT)\b|_|\d{4}-\d\d|T\d\d:\d\d/i;

/** NHS digital service manual: aim for a reading age of 9 to 11, which is about the US grades 4 to 6. */
const HIGHEST_GRADE = 6;
const LONGEST_SENTENCE = 20;

describe.each(MESSAGES)('%s', (_, message) => {
  it('has none of our own words', () => {
    expect(message).not.toMatch(FORBIDDEN);
  });

  it('has short sentences', () => {
    expect(sentences(message).filter((sentence) => words(sentence).length > LONGEST_SENTENCE)).toEqual([]);
    expect(message).toMatch(/^[A-Z].*\.$/);
  });
});

// It is said of a booking, of a move and of a cancellation, for which there is no other practice.
it('that the practice was not reached fits whatever was asked of it', () => {
  expect(sampleMessage('PRACTICE_SYSTEM_UNAVAILABLE')).not.toMatch(/choose|another|book/i);
});

it('is read at the age of 9 to 11', () => {
  const hard = MESSAGES.map(([name, message]) => ({ name, message, grade: grade(message) }));
  expect(hard.filter((one) => one.grade > HIGHEST_GRADE + TOLERATED)).toEqual([]);
  const all = MESSAGES.map(([, message]) => message).join(' ');
  expect(grade(all)).toBeLessThanOrEqual(HIGHEST_GRADE);
});

/** The formula is made for passages: a message of six words with "appointment" in it is not as hard as it says. */
const TOLERATED = 2;

it('measures as Flesch and Kincaid do', () => {
  expect(grade('The cat sat on the mat.')).toBeCloseTo(-1.45, 2);
  expect(
    grade('The Australian platypus is seemingly a hybrid of a mammal and reptilian creature.'),
  ).toBeCloseTo(11.3, 0);
});

/** Flesch-Kincaid grade level (Kincaid and others, 1975). */
function grade(text: string): number {
  const all = words(text);
  const syllables = all.reduce((sum, word) => sum + syllablesOf(word), 0);
  return 0.39 * (all.length / sentences(text).length) + 11.8 * (syllables / all.length) - 15.59;
}

function sentences(text: string): string[] {
  return text.split(/(?<=[.?!])\s+/).filter((sentence) => sentence !== '');
}

/** Numbers and times are read at a glance. */
function words(text: string): string[] {
  return text.match(/[a-z][a-z'’-]*/gi) ?? [];
}

/** Groups of vowels, without a silent e. */
function syllablesOf(word: string): number {
  const spoken = word.toLowerCase().replace(/(?<=[^aeiouyl])e(s|d)?$|(?<=[aeiouy]l)e$/, '');
  return Math.max(1, spoken.match(/[aeiouy]+/g)?.length ?? 0);
}
