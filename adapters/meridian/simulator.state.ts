import type { Audience } from '../simulator/diary-records';
import type { WireReply } from '../simulator/http-listener';
import type { OperationCourse } from '../simulator/protocol-server';
import type { SimulatorOptions } from '../supplier';

/** The simulated Meridian's memory besides the diary. */
export interface State extends SimulatorOptions {
  pageSize: number;
  audience: Audience;
  /** `Bearer …` of every token that is good. */
  tokens: Set<string>;
  /** Keyed by idempotency key. */
  operations: Map<string, Operation>;
  nextCourse: OperationCourse | null;
}

export interface Operation {
  id: string;
  /** The body that the key came with first. */
  body: string;
  /** Its result, whether that is shown yet or not; undefined until it takes effect. */
  effect: { done: string } | { failed: string } | undefined;
  isShown: boolean;
}

export function json(status: number, value: unknown, headers: Record<string, string> = {}): WireReply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

export function badRequest(field: string): WireReply {
  return json(400, { fault: 'bad_request', field });
}

export function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** One page of a list, and the cursor of the next; a cursor is the number of the first that it shows. */
export function pageOf<Item>(all: readonly Item[], size: number, query: URLSearchParams) {
  const first = Number(query.get('cursor')?.slice(1) ?? 0);
  const end = first + size;
  return { items: all.slice(first, end), next: end < all.length ? `c${end}` : undefined };
}
