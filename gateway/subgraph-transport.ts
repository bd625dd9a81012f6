import type { DocumentNode, GraphQLFormattedError } from 'graphql';
import type { Caller } from '../domain/caller';

/** One fetch of a query plan, as a subgraph is asked it. */
export interface SubgraphRequest {
  /** The printed operation, for a subgraph in another process. */
  query: string;
  /** The same, parsed, for a subgraph in this process. */
  document: DocumentNode;
  variables: Record<string, unknown>;
  operationName: string | undefined;
  caller: Caller;
  requestId: string;
  /** A digest of the client's address, to count by. */
  source: string;
  signal: AbortSignal;
}

export interface SubgraphReply {
  data?: Record<string, unknown> | null;
  errors?: readonly GraphQLFormattedError[];
}

/** How the gateway reaches a subgraph: in this process or over HTTP, chosen in main.ts. */
export interface SubgraphTransport {
  fetch(request: SubgraphRequest): Promise<SubgraphReply>;
  close(): Promise<void>;
}
