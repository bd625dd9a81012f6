import type { IncomingMessage } from 'node:http';

/** The sender gave up its right to an answer by sending more than allowed. */
export class BodyTooLarge extends Error {
  constructor(readonly maxBytes: number) {
    super(`Send at most ${maxBytes} bytes.`);
    this.name = 'BodyTooLarge';
  }
}

/** Somebody who sends more than this, knowing that nobody wants it, is cut off. */
const MOST_DISCARDED_BYTES = 16 * 1024 * 1024;

/**
 * What comes after the limit is read and dropped, so that the sender hears why: a connection that is cut while it sends
 * tells it nothing.
 * @throws BodyTooLarge as soon as more than `maxBytes` have come.
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  // By events: an iterator costs a tenth of what a small request takes altogether.
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    request.on('data', (bytes: Uint8Array) => {
      size += bytes.length;
      if (size <= maxBytes) chunks.push(bytes);
      else if (size - bytes.length <= maxBytes) reject(new BodyTooLarge(maxBytes));
      else if (size > maxBytes + MOST_DISCARDED_BYTES) request.destroy();
    });
    request.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.once('error', reject);
    const goneAway = () => {
      if (!request.complete) reject(new Error('The sender went away.'));
    };
    if (request.destroyed) goneAway();
    else request.once('close', goneAway);
  });
}
