import { loadContent } from './load-content';
import { pathwayFinder, type PathwaySearch } from './find-pathways';

const NOW = new Date('2026-03-02T14:00:00Z');
const find = pathwayFinder(loadContent());
const boy = { relationship: 'CHILD', dateOfBirth: '2020-03-02', sex: 'MALE' } as const;
const toddler = { ...boy, dateOfBirth: '2024-03-02' };
const woman = { relationship: 'SELF', dateOfBirth: '1990-03-02', sex: 'FEMALE' } as const;
const man = { ...woman, sex: 'MALE' } as const;

const search = (args: Partial<PathwaySearch>) => find({ first: 20, ...args }, NOW);
const found = (args: Partial<PathwaySearch>): string[] => {
  const answer = search(args);
  return answer.kind === 'found' ? answer.pathways.map(({ id }) => id) : [];
};

it.each([
  ['my son has itchy spots', boy, 'child-rash'],
  ['she is covered in red spots', toddler, 'child-rash-under-5'],
  ['chick', boy, 'child-rash'],
  ['high temprature', boy, 'child-fever'],
  ['he is burning up', toddler, 'child-fever'],
  ['my ear hurts', woman, 'earache'],
  ['hurts to swallow', man, 'sore-throat'],
  ['tonsilitis', woman, 'sore-throat'],
  ['sore throat', toddler, 'sore-throat'],
  ['coughing for weeks', man, 'cough'],
  ['it burns when I pee', woman, 'uti-female-16-plus'],
  ['water infection', woman, 'uti-female-16-plus'],
  ['bad back', man, 'low-back-pain'],
  ['SCIATICA', man, 'low-back-pain'],
  ['migrane', woman, 'headache-adult'],
  ['my head is pounding', man, 'headache-adult'],
])('finds for "%s" the right check first', (words, subject, id) => {
  expect(found({ words, subject })[0]).toBe(id);
});

it('lists for no words what is for this age and sex, and says why the rest is not', () => {
  expect(found({ subject: man })).toEqual([
    'cough',
    'earache',
    'headache-adult',
    'low-back-pain',
    'sore-throat',
  ]);
  expect(found({ subject: woman })).toContain('uti-female-16-plus');
  const answer = search({ subject: boy });
  expect(answer).toMatchObject({ kind: 'found', relationship: 'CHILD' });
  const leftOut = answer.kind === 'found' ? answer.leftOut : [];
  // The rash of under 5 has a variant for this boy, so nothing has to be said of it.
  expect(leftOut.map(({ pathway }) => pathway.id)).toEqual([
    'headache-adult',
    'low-back-pain',
    'uti-female-16-plus',
  ]);
  expect(leftOut[1]!.exclusion).toMatchObject({
    text: expect.stringContaining('people of 16 and over') as string,
    disposition: { id: 'call-111' },
  });
});

it('puts the check for fewer other people first where the person is not known', () => {
  expect(found({ words: 'rash' })).toEqual(['child-rash-under-5', 'child-rash']);
});

it.each([
  ['burning when peeing', man, 'uti-female-16-plus'],
  ['cough', toddler, 'cough'],
  ['fever', man, 'child-fever'],
])('answers "%s" of somebody whom the check is not for with its refusal', (words, subject, id) => {
  const answer = search({ words, subject });
  expect(answer).toMatchObject({
    kind: 'call111',
    reason: 'NOT_FOR_THIS_PERSON',
    leftOut: [{ pathway: { id }, exclusion: { disposition: { id: 'call-111' } } }],
  });
});

it.each([
  ['', 9],
  ['   ', 9],
  ['\u00a0', 9],
])('lists everything for the blank "%s"', (words, count) => {
  expect(found({ words })).toHaveLength(count);
});

it.each([
  ['toothache', 'NO_CHECK_FOR_THIS'],
  ['stomach pain', 'NO_CHECK_FOR_THIS'],
  ['calf pain', 'NO_CHECK_FOR_THIS'],
  ['hot flushes', 'NO_CHECK_FOR_THIS'],
  ['pain', 'NOT_UNDERSTOOD'],
  ['the', 'NOT_UNDERSTOOD'],
  ['xyzzy', 'NOT_UNDERSTOOD'],
  ['??', 'NOT_UNDERSTOOD'],
  ['gorączka', 'OTHER_LANGUAGE'],
  ['發燒', 'OTHER_LANGUAGE'],
])('answers "%s" with 111 and the reason %s', (words, reason) => {
  expect(search({ words })).toMatchObject({ kind: 'call111', reason });
});

it('says that a part of the words is about something else', () => {
  expect(search({ words: 'sore throat and my knee hurts', subject: man })).toMatchObject({
    kind: 'found',
    pathways: [{ id: 'sore-throat' }],
    partly: true,
  });
});

it('gives at most as many as asked for', () => {
  expect(found({ first: 3 })).toHaveLength(3);
});

it.each([
  ['first', { first: 0 }],
  ['first', { first: 51 }],
  ['words', { words: 'x'.repeat(201) }],
  ['subject.dateOfBirth', { subject: { ...boy, dateOfBirth: '2026-03-03' } }],
])('refuses a bad %s', (argument, args) => {
  expect(search(args)).toMatchObject({
    kind: 'invalid',
    faults: { [argument]: expect.anything() as unknown },
  });
});

it('finds a danger before it lists anything, and takes a denial for one only where all else is plain', () => {
  const kinds = (words: string) => search({ words, subject: man }).kind;
  expect(kinds('chest pain and a cough')).toBe('danger');
  expect(kinds('no cough, chest pain')).toBe('danger');
  expect(kinds('no chest pain until now')).toBe('danger');
  expect(kinds('no chest pain, something else is very odd')).toBe('danger');
  expect(kinds('no chest pain, just a cough')).toBe('found');
});
