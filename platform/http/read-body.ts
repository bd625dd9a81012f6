import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { DEVELOPERS_EN_GB } from '../../domain/messages/developers.en-gb';

/** The sender gave up its right to an answer by sending more than allowed. */
export class BodyTooLarge extends Error {
  constructor(readonly maxBytes: number) {
    super(DEVELOPERS_EN_GB.BODY_TOO_LARGE.BODY({ max: maxBytes }));
    this.name = 'BodyTooLarge';
  }
}

/** The connection ended before the body did: there is no client to answer, and no fault. */
export class SenderGone extends Error {
  constructor() {
    super('The client disconnected.');
    this.name = 'SenderGone';
  }
}

/** Bytes that are not UTF-8. Decoding them anyway would replace text by U+FFFD for good. */
export class NotUtf8 extends Error {
  constructor() {
    super('The bytes are not valid UTF-8.');
    this.name = 'NotUtf8';
  }
}

/** Too many bodies are under way in this process: nothing of this request was begun. */
export class NoRoomForBody extends Error {
  constructor() {
    super(DEVELOPERS_EN_GB.OVERLOADED.BODIES({}));
    this.name = 'NoRoomForBody';
  }
}

/** Memory for bodies that are still being received. */
export interface BodyRoom {
  /** False, and nothing taken, where there is not so much left. */
  take(bytes: number): boolean;
  release(bytes: number): void;
}

export function bodyRoom(maxBytes: number): BodyRoom {
  let left = maxBytes;
  return {
    take(bytes) {
      if (bytes > left) return false;
      left -= bytes;
      return true;
    },
    release(bytes) {
      left += bytes;
    },
  };
}

/** Memory is the process's, whichever of its servers receives. */
const ROOM_OF_PROCESS = bodyRoom(64 * 1024 * 1024);
/** Bodies up to this size use none of that room: a client that half-sends long ones blocks no usual request. */
const USUAL_BYTES = 16_384;

/** Somebody who sends more than this, knowing that nobody wants it, is cut off. */
const MAX_DISCARDED_BYTES = 16 * 1024 * 1024;

/**
 * Reads a body. Bytes beyond the limit are read and dropped, so that the sender hears why: a connection that is cut
 * while it sends tells it nothing.
 * @throws BodyTooLarge as soon as more than `maxBytes` have come, NoRoomForBody, SenderGone, NotUtf8
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string> {
  return decodeUtf8(await readBytes(request, maxBytes));
}

/** @throws NotUtf8 (RFC 8259, section 8.1: JSON between systems is UTF-8) */
export function decodeUtf8(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new NotUtf8();
  return bytes.toString('utf8');
}

/** @throws BodyTooLarge, NoRoomForBody, SenderGone */
export function readBytes(
  request: IncomingMessage,
  maxBytes: number,
  room: BodyRoom = ROOM_OF_PROCESS,
): Promise<Buffer> {
  // By events: an iterator costs a tenth of what a small request takes altogether.
  return new Promise((resolve, reject) => {
    let chunks: Uint8Array[] = [];
    let size = 0;
    let taken = 0;
    let isRefused = false;
    const release = () => {
      room.release(taken);
      taken = 0;
    };
    const refuse = (error: BodyTooLarge | NoRoomForBody) => {
      isRefused = true;
      chunks = [];
      release();
      reject(error);
    };
    const keep = (bytes: Uint8Array) => {
      if (size > maxBytes) {
        refuse(new BodyTooLarge(maxBytes));
        return;
      }
      const wanted = Math.max(0, size - USUAL_BYTES);
      if (!room.take(wanted - taken)) {
        refuse(new NoRoomForBody());
        return;
      }
      taken = wanted;
      chunks.push(bytes);
    };
    request.on('data', (bytes: Uint8Array) => {
      size += bytes.length;
      if (!isRefused) keep(bytes);
      else if (size > maxBytes + MAX_DISCARDED_BYTES) request.destroy();
    });
    request.once('end', () => {
      release();
      resolve(Buffer.concat(chunks));
    });
    const goneAway = () => {
      release();
      if (!request.complete) reject(new SenderGone());
    };
    request.once('error', (error) => reject(request.complete ? error : new SenderGone()));
    if (request.destroyed) goneAway();
    else request.once('close', goneAway);
  });
}
