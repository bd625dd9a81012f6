import { DEVELOPERS_EN_GB, developerMessages } from '../domain/messages/developers.en-gb';
import { ERROR_CODES, type ErrorCodeFacts } from './error-codes';

const CODES = Object.entries<ErrorCodeFacts>(ERROR_CODES);

it('has no messages for unknown codes', () => {
  expect(Object.keys(DEVELOPERS_EN_GB).filter((code) => !(code in ERROR_CODES))).toEqual([]);
});

it.each(CODES)('%s has a message, or an example of graphql-js', (code, { example }) => {
  expect([...developerMessages(code), example].filter((message) => message !== undefined)).not.toEqual([]);
});

// Apollo's clients look for that one word.
it.each(CODES.filter(([code]) => code !== 'PERSISTED_QUERY_NOT_FOUND'))('%s has whole sentences', (code) => {
  for (const message of developerMessages(code))
    expect(message).toMatch(/^([A-Z{]|variables |extensions ).*\.$/);
});

it('shows where the parameters of a message stand', () => {
  expect(developerMessages('TIMED_OUT')).toEqual([
    'The query timed out after {seconds} seconds. Retry, or request less data.',
  ]);
});
