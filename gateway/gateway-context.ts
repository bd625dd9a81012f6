import type { Caller } from '../domain/caller';
import type { ClientDisconnect } from '../platform/http/client-disconnect';

/** Cost limit of an operation, and the caller's remaining budget for the minute. */
export interface OperationCost {
  estimated: number;
  /** Limit for one operation. */
  maximum: number;
  remaining: number;
}

/** Context of one operation in the gateway. Aborted when the client disconnects, or when the query times out. */
export interface GatewayContext extends ClientDisconnect {
  caller: Caller;
  requestId: string;
  /** A digest of the client's address, to count by. */
  source: string;
}
