/**
 * `COMMAND` is the booking or the cancellation itself; `PREPARATION` changes something else before it, such as a
 * temporary registration. Both go over a connection of their own: a kept one that the supplier is just closing would
 * leave it in doubt for nothing.
 */
export type Effect = 'COMMAND' | 'PREPARATION';

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Appended to the supplier's base URL; begins with a slash, or is empty. */
  path: string;
  query?: readonly (readonly [name: string, value: string])[];
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** Limits the whole exchange, the wait for a free connection included. */
  timeoutMs: number;
  /** Absent from a request that only reads. */
  effect?: Effect;
  /** Marks a log-on that serves everybody: a booking may come to wait for one that a search has begun. */
  servesEverybody?: boolean;
}

export interface HttpReply {
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  body: string;
}
