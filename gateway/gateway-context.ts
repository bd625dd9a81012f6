import type { Caller } from '../domain/caller';

/** What the gateway knows about the request it serves; made per operation. */
export interface GatewayContext {
  caller: Caller;
  requestId: string;
  /** A digest of the client's address, to count by. */
  source: string;
  /** Aborted when the client has gone. */
  signal: AbortSignal;
}
