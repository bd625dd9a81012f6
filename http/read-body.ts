import type { IncomingMessage } from 'node:http';

/** The sender gave up its right to an answer by sending more than allowed. */
export class BodyTooLarge extends Error {
  constructor(readonly maxBytes: number) {
    super(`Send at most ${maxBytes} bytes.`);
    this.name = 'BodyTooLarge';
  }
}

/** @throws BodyTooLarge as soon as more than `maxBytes` have come. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > maxBytes) throw new BodyTooLarge(maxBytes);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}
