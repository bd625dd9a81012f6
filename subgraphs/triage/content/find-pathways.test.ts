import { loadContent } from './load-content';
import { pathwayFinder } from './find-pathways';

const NOW = new Date('2026-03-02T14:00:00Z');
const find = pathwayFinder(loadContent());
const boy = { relationship: 'CHILD', dateOfBirth: '2020-03-02', sex: 'MALE' } as const;
const toddler = { ...boy, dateOfBirth: '2024-03-02' };
const woman = { relationship: 'SELF', dateOfBirth: '1990-03-02', sex: 'FEMALE' } as const;
const man = { ...woman, sex: 'MALE' } as const;

it.each([
  ['my son has itchy spots', boy, 'child-rash'],
  ['she is covered in red spots', toddler, 'child-rash-under-5'],
  ['chick', boy, 'child-rash'],
  ['high temprature', boy, 'child-fever'],
  ['he is burning up', toddler, 'child-fever'],
  ['my ear hurts', woman, 'earache'],
  ['hurts to swallow', man, 'sore-throat'],
  ['tonsilitis', woman, 'sore-throat'],
  ['coughing for weeks', man, 'cough'],
  ['it burns when I pee', woman, 'uti-female-16-plus'],
  ['water infection', woman, 'uti-female-16-plus'],
  ['bad back', man, 'low-back-pain'],
  ['SCIATICA', man, 'low-back-pain'],
  ['migrane', woman, 'headache-adult'],
  ['my head is pounding', man, 'headache-adult'],
])('finds for "%s" the right check first', (search, subject, id) => {
  expect(find({ search, subject, first: 20 }, NOW).map((pathway) => pathway.id)[0]).toBe(id);
});

it('leaves out what is not for this age or sex', () => {
  const ids = (subject: typeof boy | typeof man | typeof woman) =>
    find({ subject, first: 20 }, NOW).map(({ id }) => id);
  expect(ids(man)).toEqual(['cough', 'earache', 'headache-adult', 'low-back-pain', 'sore-throat']);
  expect(ids(woman)).toContain('uti-female-16-plus');
  expect(ids(boy)).toEqual(['child-fever', 'child-rash', 'cough', 'earache', 'sore-throat']);
  expect(find({ search: 'burning when peeing', subject: man, first: 20 }, NOW)).toEqual([]);
});

it('gives everything for no words, and nothing for words that mean nothing here', () => {
  for (const search of [null, undefined, '', '   ']) expect(find({ search, first: 20 }, NOW)).toHaveLength(9);
  for (const search of ['toothache', 'the', 'xyzzy'])
    expect(find({ search, first: 20 }, NOW).map(({ id }) => id)).toEqual([]);
});

it('gives at most as many as asked for', () => {
  expect(find({ first: 3 }, NOW)).toHaveLength(3);
});

it.each([
  ['first', { first: 0 }],
  ['first', { first: 51 }],
  ['search', { first: 20, search: 'x'.repeat(201) }],
  ['subject.dateOfBirth', { first: 20, subject: { ...boy, dateOfBirth: '2026-03-03' } }],
])('refuses a bad %s', (argument, args) => {
  expect(() => find(args, NOW)).toThrow(argument);
});
