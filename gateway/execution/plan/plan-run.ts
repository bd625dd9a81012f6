import type { GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { GatewayContext } from '../../gateway-context';
import type { SubgraphTransport } from '../../subgraph-transport';
import type { Data } from '../data';

/** What a plan is compiled against. */
export interface PlanSurroundings {
  operation: OperationDefinitionNode;
  /** The whole supergraph: what subgraphs exchange may be hidden from clients. */
  schema: GraphQLSchema;
  subgraphs: ReadonlyMap<string, SubgraphTransport>;
}

/** One execution of a compiled plan. */
export interface PlanRun {
  /** As the client sent them: each subgraph coerces what it uses. */
  variables: Record<string, unknown>;
  context: GatewayContext;
  /** Everything fetched so far, in one tree. */
  data: Data;
  errors: Error[];
}

/** A compiled plan node. What fails is in `run.errors`; it rejects only when an answer has not the shape that was planned. */
export type Step = (run: PlanRun) => Promise<void>;
