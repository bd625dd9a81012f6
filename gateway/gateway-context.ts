import type { Caller } from '../domain/caller';
import type { ClientDisconnect } from '../platform/http/client-disconnect';

/** What an operation may cost, and what its sender has left for the rest of a minute. */
export interface OperationCost {
  estimated: number;
  /** Of one operation. */
  maximum: number;
  remaining: number;
}

/**
 * What the gateway knows about the request it serves; made per operation. Abandoned when the client has gone, or the time for a
 * query is over.
 */
export interface GatewayContext extends ClientDisconnect {
  caller: Caller;
  requestId: string;
  /** A digest of the client's address, to count by. */
  source: string;
}
