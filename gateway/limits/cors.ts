import type { IncomingMessage, ServerResponse } from 'node:http';

const ALLOWED_HEADERS = 'authorization, content-type, apollo-require-preflight, x-request-id';
const EXPOSED_HEADERS = 'retry-after, x-request-id';
const DAY_SECONDS = 86_400;

/**
 * Lets pages of exactly these origins read answers; tokens travel in a header, so no credentials are ever asked for.
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
