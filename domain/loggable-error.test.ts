import pino from 'pino';
import { ERRORS_IN_LOGS, loggableError, sentenceOf, withoutQuotes } from './loggable-error';

const PASSWORD = 'WRONG-SECRET-PW';

/** An error with secrets in all the places where libraries put them. */
function errorOfALibrary(): Error {
  const cause = Object.assign(new Error(`connect to redis://svc:${PASSWORD}@127.0.0.1:1 failed`), {
    input: PASSWORD,
  });
  return Object.assign(
    new Error(`unknown command 'AUTH', with args beginning with: 'svc' '${PASSWORD}'`, { cause }),
    {
      code: '28P01',
      command: { name: 'auth', args: ['svc', PASSWORD] },
      detail: PASSWORD,
      config: { password: PASSWORD },
    },
  );
}

it('keeps name, code, place and gist of an error and of its causes, and nothing that it carries', () => {
  const loggable = loggableError(errorOfALibrary());
  expect(loggable).toMatchObject({
    type: 'Error',
    code: '28P01',
    message: "unknown command '…', with args beginning with: '…' '…'",
    cause: { type: 'Error', message: 'connect to redis://…@127.0.0.1:1 failed' },
  });
  expect(loggable.stack).toMatch(/^ {4}at /);
  expect(JSON.stringify(loggable)).not.toContain(PASSWORD);
});

it('holds whichever way an error comes to the log', () => {
  const lines: string[] = [];
  const logger = pino({ level: 'trace', ...ERRORS_IN_LOGS }, { write: (line) => lines.push(line) });
  logger.error(errorOfALibrary());
  logger.error({ err: errorOfALibrary() });
  logger.child({ part: 'apollo' }).error(errorOfALibrary(), 'failed');
  logger.error({ err: loggableError(errorOfALibrary()) }, 'failed');
  logger.info('said %s', 'so');
  expect(lines).toHaveLength(5);
  expect(lines[4]).toContain('said so');
  expect(lines.join('')).not.toContain(PASSWORD);
});

it.each([
  ['Unexpected token N, "NHS 9434765919" is not valid JSON', 'Unexpected token N, "…" is not valid JSON'],
  ['Variable got invalid value { nhs: 9434765919 }', 'Variable got invalid value {…}'],
  ['born 2019-05-02, number 943 476 5919', 'born …, number …'],
  ['unterminated "9434765919', 'unterminated "…"'],
  ['Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9', 'Bearer …'],
  ["it's connect ECONNREFUSED 127.0.0.1:6379", "it's connect ECONNREFUSED 127.0.0.1:6379"],
  ['WRONGPASS invalid username-password pair', 'WRONGPASS invalid username-password pair'],
])('%s: %s', (message, gist) => {
  expect(withoutQuotes(message)).toBe(gist);
});

it('is bounded, for what is thrown too that is no error', () => {
  let deep = new Error('the first');
  for (let depth = 0; depth < 50; depth += 1) deep = new Error('x '.repeat(100_000), { cause: deep });
  expect(JSON.stringify(loggableError(deep)).length).toBeLessThan(20_000);
  expect(loggableError(PASSWORD)).toEqual({ type: 'string' });
  expect(loggableError(Object.assign(new Error('x'), { code: `AUTH ${PASSWORD}` }))).not.toHaveProperty(
    'code',
  );
});

it('says on a command line our own sentences as they are, and the gist of others', () => {
  expect(sentenceOf(new Error('The file "a.json" is no key.'), 'It failed.')).toBe(
    'The file "a.json" is no key.',
  );
  expect(sentenceOf(new TypeError(`Invalid URL "${PASSWORD}"`), 'It failed.')).toBe(
    'It failed. Invalid URL "…" (TypeError)',
  );
});
