import type { ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { acceptsGzip } from '../platform/http/accept-encoding';
import { sendJson } from '../platform/http/send-json';

/**
 * Shorter answers are sent as they are. Measured: the event loop spends 60 µs on handing 16 kB to another thread and taking
 * back 3 kB, 0.5 ms on 236 kB of introspection, which become 32 kB. Those of a journey are shorter.
 */
const WORTH_COMPRESSING = 16_384;
/** Answers at once in the threads that also read files; further ones are sent as they are, at once. */
const MAX_AT_ONCE = 8;

const gzipped = promisify(gzip);

export type Compress = (text: string) => Promise<Buffer>;

const compressFast: Compress = (text) => gzipped(text, { level: constants.Z_BEST_SPEED });

export type SendAnswer = (
  response: ServerResponse,
  status: number,
  text: string,
  contentType: string,
) => Promise<void>;

/**
 * Sends long answers compressed to clients that take it. Lengths of compressed answers tell nothing to a stranger: a caller is
 * known by a header that no other page can make a browser send, and never by a cookie (BREACH).
 */
export function answerSender(compress = compressFast): SendAnswer {
  let underWay = 0;
  return async (response, status, text, contentType) => {
    const isLong = text.length >= WORTH_COMPRESSING;
    if (isLong) response.appendHeader('vary', 'accept-encoding');
    if (!isLong || underWay >= MAX_AT_ONCE || !acceptsGzip(response.req.headers['accept-encoding'])) {
      sendJson(response, status, text, contentType);
      return;
    }
    underWay += 1;
    const body = await compress(text).finally(() => {
      underWay -= 1;
    });
    if (response.closed) return;
    response
      .writeHead(status, {
        'content-type': contentType,
        'content-encoding': 'gzip',
        'cache-control': 'no-store',
        'content-length': body.length,
      })
      .end(body);
  };
}
