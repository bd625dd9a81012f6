import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Headers that web pages may send: our own; those that Apollo's and urql's clients send by default or by a setting,
 * and those that force a preflight (https://www.apollographql.com/docs/graphos/routing/security/csrf); W3C's trace
 * context and baggage, as browsers' instrumentation sends them (https://www.w3.org/TR/trace-context/).
 */
const ALLOWED_HEADERS = [
  'accept',
  'authorization',
  'content-type',
  'x-request-id',
  'apollo-require-preflight',
  'x-apollo-operation-name',
  'x-apollo-operation-id',
  'x-apollo-operation-type',
  'apollographql-client-name',
  'apollographql-client-version',
  'graphql-require-preflight',
  'traceparent',
  'tracestate',
  'baggage',
].join(', ');
const EXPOSED_HEADERS = 'retry-after, x-request-id';
const DAY_SECONDS = 86_400;

/**
 * Lets pages of exactly these origins read answers; tokens travel in a header, so credentials are never allowed.
 * @returns a function that sets the headers and answers preflights: true when the request is answered with that
 */
export function cors(
  origins: readonly string[],
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const allowed = new Set(origins);
  return ({ method, headers }, response) => {
    if (allowed.size > 0) response.setHeader('vary', 'origin');
    const { origin } = headers;
    const isAllowed = origin !== undefined && allowed.has(origin);
    if (isAllowed) {
      response.setHeader('access-control-allow-origin', origin);
      response.setHeader('access-control-expose-headers', EXPOSED_HEADERS);
    }
    if (method !== 'OPTIONS') return false;
    if (isAllowed) {
      response.setHeader('access-control-allow-methods', 'GET, POST');
      response.setHeader('access-control-allow-headers', ALLOWED_HEADERS);
      response.setHeader('access-control-max-age', DAY_SECONDS);
    }
    response.writeHead(204).end();
    return true;
  };
}
