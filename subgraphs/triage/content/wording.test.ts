import { loadContent } from './load-content';
import { say } from './wording';

const wording = { self: 'Do you have a fever?', other: 'Does {person} have a fever?' };

it('speaks to the person themself, to a parent, or to anybody else who asks', () => {
  expect(say(wording, 'SELF')).toBe('Do you have a fever?');
  expect(say(wording, 'CHILD')).toBe('Does your child have a fever?');
  expect(say(wording, 'OTHER')).toBe('Does the person have a fever?');
});

it('says the same to everybody where there is one wording', () => {
  expect(say('What is the rash like?', 'CHILD')).toBe('What is the rash like?');
});

it('leaves no placeholder in any text of the content, for any reader', () => {
  const { pathways } = loadContent();
  for (const { questions, advice } of pathways.values()) {
    const wordings = [
      ...[...questions.values()].flatMap(({ text, why, options }) => [
        text,
        why,
        ...options.flatMap((option) => [option.text, option.detail]),
      ]),
      ...[...advice.values()].flatMap(({ careAdvice, worseningAdvice }) => [
        ...careAdvice,
        ...worseningAdvice,
      ]),
    ];
    for (const text of wordings)
      for (const reader of ['SELF', 'CHILD', 'OTHER'] as const)
        expect(text === null ? 'nothing' : say(text, reader)).toMatch(/^[^{}]+$/);
  }
});
