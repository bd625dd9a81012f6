import { z } from 'zod';

/** Position of the end of a page, in the order of distance, then code, that holds in later editions too. */
export interface NearPosition {
  distanceMiles: number;
  odsCode: string;
}

const Cursor = z.tuple([z.number().nonnegative(), z.string().max(10)]);
const MAX_LENGTH = 100;

/** Opaque to clients. */
export function cursorOf({ distanceMiles, odsCode }: NearPosition): string {
  return Buffer.from(JSON.stringify([distanceMiles, odsCode])).toString('base64url');
}

/** @returns undefined when it is not one of our cursors. */
export function readCursor(text: string): NearPosition | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const parsed = Cursor.safeParse(parseJson(Buffer.from(text, 'base64url').toString()));
  return parsed.success ? { distanceMiles: parsed.data[0], odsCode: parsed.data[1] } : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
