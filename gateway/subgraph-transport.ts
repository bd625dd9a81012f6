import type { DocumentNode, GraphQLFormattedError } from 'graphql';
import type { GatewayContext } from './gateway-context';

/** One fetch of a query plan, as it is sent to a subgraph. */
export interface SubgraphRequest {
  /** The printed operation, for a subgraph in another process. */
  query: string;
  /** The same, parsed, for a subgraph in this process; the same object each time. */
  document: DocumentNode;
  variables: Record<string, unknown>;
  operationName: string | undefined;
}

export interface SubgraphReply {
  data?: Record<string, unknown> | null;
  errors?: readonly GraphQLFormattedError[];
}

/** Way to reach a subgraph: in this process or over HTTP, chosen in start.ts. */
export interface SubgraphTransport {
  /** The answer's data is the caller's to change. */
  fetch(request: SubgraphRequest, context: GatewayContext): Promise<SubgraphReply>;
  /** @throws Error while the subgraph cannot be reached, or cannot serve */
  ready(): Promise<void>;
  close(): Promise<void>;
}
