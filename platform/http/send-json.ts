import type { ServerResponse } from 'node:http';

/** Up to here a text goes out as one with its head; a longer one is encoded once, and not measured before. */
const SHORT = 32_768;

/** The whole answer, with its length, kept by nobody on the way. */
export function sendJson(
  response: ServerResponse,
  status: number,
  json: string,
  contentType = 'application/json; charset=utf-8',
): void {
  const body = json.length > SHORT ? Buffer.from(json) : json;
  response
    .writeHead(status, {
      'content-type': contentType,
      'cache-control': 'no-store',
      'content-length': Buffer.byteLength(body),
    })
    .end(body);
}
