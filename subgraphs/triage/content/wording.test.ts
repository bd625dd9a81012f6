import { loadContent } from './load-content';
import { byLocale, say } from './wording';

const wording = { self: 'Do you have a fever?', other: 'Does {person} have a fever?' };
const reader = (relationship: 'SELF' | 'CHILD' | 'OTHER', locale = 'en-GB') => ({ relationship, locale });

it('speaks to the person themself, to a parent, or to anybody else who asks', () => {
  expect(say(wording, reader('SELF'))).toBe('Do you have a fever?');
  expect(say(wording, reader('CHILD'))).toBe('Does your child have a fever?');
  expect(say(wording, reader('OTHER'))).toBe('Does the person have a fever?');
});

it('says the same to everybody where there is one wording', () => {
  expect(say('What is the rash like?', reader('CHILD'))).toBe('What is the rash like?');
});

it("speaks the reader's language where a text has it, else the first", () => {
  const both = { 'en-GB': wording, cy: { self: 'Oes gwres arnat ti?', other: 'Oes gwres ar {person}?' } };
  expect(say(both, reader('SELF', 'cy'))).toBe('Oes gwres arnat ti?');
  expect(say(both, reader('SELF', 'pl'))).toBe('Do you have a fever?');
  expect(Object.keys(byLocale(both))).toEqual(['en-GB', 'cy']);
  expect(byLocale('Yes')).toEqual({ 'en-GB': 'Yes' });
});

it('leaves no placeholder in any text of the content, for any reader', () => {
  const { pathways, dispositions } = loadContent();
  const wordings = [...pathways.values()].flatMap(({ questions, advice, title, summary, refusals }) => [
    title,
    summary,
    ...refusals.map(({ text }) => text),
    ...[...questions.values()].flatMap(({ text, why, options }) => [
      text,
      why ?? '-',
      ...options.flatMap((option) => [option.text, option.detail ?? '-']),
    ]),
    ...[...advice.values()]
      .flatMap((byDisposition) => [...byDisposition.values()])
      .flatMap(({ careAdvice, worseningAdvice }) => [...careAdvice, ...worseningAdvice]),
  ]);
  for (const text of [...wordings, ...[...dispositions.values()].map(({ title }) => title)])
    for (const relationship of ['SELF', 'CHILD', 'OTHER'] as const)
      expect(say(text, reader(relationship))).toMatch(/^[^{}]+$/);
});
