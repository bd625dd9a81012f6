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
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const body: AsyncIterable<Uint8Array> = request.iterator({ destroyOnReturn: false });
  for await (const bytes of body) {
    size += bytes.length;
    if (size > maxBytes) {
      discard(request);
      throw new BodyTooLarge(maxBytes);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function discard(request: IncomingMessage): void {
  let size = 0;
  request.on('data', (chunk: Uint8Array) => {
    size += chunk.length;
    if (size > MOST_DISCARDED_BYTES) request.destroy();
  });
}
