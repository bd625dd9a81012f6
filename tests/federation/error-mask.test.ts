import { GraphQLError } from 'graphql';
import pino from 'pino';
import { DatabaseUnavailable } from '../../platform/database/database-unavailable';
import { errorMask } from '../../gateway/error-mask';
import { SubgraphUnavailable } from '../../gateway/subgraph-unavailable';

const REQUEST = { requestId: 'request-1', operation: 'MyBookings' };

function masked(error: Error) {
  const logged: unknown[] = [];
  const counted: string[] = [];
  const logger = pino({ level: 'trace' }, { write: (line: string) => logged.push(JSON.parse(line)) });
  const graphql = new GraphQLError(error.message, { originalError: error });
  const said = errorMask(logger, (code) => counted.push(code))(graphql.toJSON(), graphql, REQUEST);
  return { said, logged, counted };
}

test.each([
  [
    'a part that does not answer',
    new SubgraphUnavailable('appointments', 'does not answer.'),
    'appointments',
  ],
  ['a database that does not answer', new DatabaseUnavailable('FULL', undefined), undefined],
])('%s is an outage, with a hint when to try again', (_, error, subgraph) => {
  const { said, logged, counted } = masked(error);
  expect(said).toEqual({
    message: 'A part of the service is unavailable. Send the same request again in a few seconds.',
    extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 2 },
  });
  expect(counted).toEqual(['SERVICE_UNAVAILABLE']);
  expect(logged).toEqual([expect.objectContaining({ level: 40, ...REQUEST, ...(subgraph && { subgraph }) })]);
});

test('an internal error is logged with its request, operation and part, under the reference in the answer', () => {
  const error = Object.assign(new Error('No column "name"'), { extensions: { serviceName: 'triage' } });
  const { said, logged, counted } = masked(error);
  const { code, reference } = said.extensions ?? {};
  expect(code).toBe('INTERNAL_SERVER_ERROR');
  expect(JSON.stringify(said)).not.toContain('column');
  expect(counted).toEqual(['INTERNAL_SERVER_ERROR']);
  expect(logged).toEqual([expect.objectContaining({ level: 50, ...REQUEST, subgraph: 'triage', reference })]);
});
