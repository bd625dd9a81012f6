import type { z } from 'zod';
import { SupplierError } from '../gp-system';
import { retryAfter } from './retry-after';
import type { HttpReply } from './http-messages';

/**
 * Reads a supplier's JSON reply through its schema.
 * @throws SupplierError BAD_REPLY, naming at most the path of the first wrong field, never its value.
 */
export function parseJson<T>(supplier: string, schema: z.ZodType<T>, body: string): T {
  return parseAs(supplier, schema, jsonOf(supplier, body));
}

/** Does the same for a reply read from another notation. `at` is the value's place in the reply. */
export function parseAs<T>(supplier: string, schema: z.ZodType<T>, value: unknown, at = '$'): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const path = at + (parsed.error.issues[0]?.path ?? []).map(step).join('');
  throw new SupplierError(supplier, 'BAD_REPLY', {
    mayHaveBeenSent: true,
    message: `${supplier}: unexpected reply at ${path}`,
    path,
  });
}

/** Makes the error for a reply that is wrong as a whole. The message must not quote it. */
export function badReply(supplier: string, message: string): SupplierError {
  return new SupplierError(supplier, 'BAD_REPLY', {
    mayHaveBeenSent: true,
    message: `${supplier}: ${message}`,
    path: '$',
  });
}

/**
 * Returns the error that an HTTP status means where the supplier's own words say nothing better.
 * @returns null for 2xx.
 */
export function statusError(supplier: string, reply: HttpReply): SupplierError | null {
  if (reply.status >= 200 && reply.status < 300) return null;
  const retryAfterMs = retryAfter(reply);
  const detail = {
    mayHaveBeenSent: true,
    status: reply.status,
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  };
  return new SupplierError(supplier, faultOf(reply.status), detail);
}

function faultOf(status: number) {
  if (status === 408) return 'TIMED_OUT';
  if (status === 401) return 'NOT_AUTHENTICATED';
  if (status === 403) return 'NOT_PERMITTED';
  if (status === 429) return 'THROTTLED';
  if (status >= 500) return 'SERVER_ERROR';
  return status >= 400 ? 'REQUEST_REFUSED' : 'BAD_REPLY';
}

/** Names come from our schemas, numbers from places in lists: neither is a value of the reply. */
function step(key: PropertyKey): string {
  return typeof key === 'number' ? `[${key}]` : `.${String(key)}`;
}

/** No supplier's reply is as deep; what is, would overflow whatever walks through it later. */
const MAX_DEPTH = 100;
/** Fields and items of the fullest book, several times: the time of checking grows with their number, not with the text. */
const MAX_VALUES = 150_000;
const MARK_OR_TEXT = /["[\]{},]/g;

function isExcessive(text: string): boolean {
  let [depth, values] = [0, 0];
  MARK_OR_TEXT.lastIndex = 0;
  for (let found = MARK_OR_TEXT.exec(text); found; found = MARK_OR_TEXT.exec(text)) {
    const [mark] = found;
    if (mark === '"') MARK_OR_TEXT.lastIndex = endOfText(text, found.index);
    else if (mark === ']' || mark === '}') depth -= 1;
    else values += 1;
    if (mark === '[' || mark === '{') depth += 1;
    if (depth > MAX_DEPTH || values > MAX_VALUES) return true;
  }
  return false;
}

/** Returns the place after a text that begins at a quotation mark. */
function endOfText(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end + 1;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === '\\') backslashes += 1;
  return backslashes % 2 === 1;
}

function jsonOf(supplier: string, body: string): unknown {
  if (isExcessive(body)) throw badReply(supplier, 'the reply is deeper or longer than any book');
  try {
    return JSON.parse(body);
  } catch {
    throw badReply(supplier, 'the reply is not JSON');
  }
}
