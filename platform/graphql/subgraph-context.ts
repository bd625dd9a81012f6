import type { Caller } from '../../domain/caller';

/** Context of one operation in a subgraph. Made per operation; nothing of it is kept. */
export interface SubgraphContext {
  caller: Caller;
  requestId: string;
  /** A digest of the address that the request came from, to count by; undefined where the gateway did not say. */
  source?: string | undefined;
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal;
}
