import type { GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { GatewayContext } from '../../gateway-context';
import type { SubgraphTransport } from '../../subgraph-transport';
import type { Data } from '../data';

/** Everything that a plan is compiled against. */
export interface PlanContext {
  operation: OperationDefinitionNode;
  /** The whole supergraph: what subgraphs exchange may be hidden from clients. */
  schema: GraphQLSchema;
  subgraphs: ReadonlyMap<string, SubgraphTransport>;
}

/** One execution of a compiled plan. */
export interface PlanRun {
  /** Variables of the request: each subgraph coerces those that it uses. */
  variables: Record<string, unknown>;
  context: GatewayContext;
  /** Everything fetched so far, in one tree. */
  data: Data;
  errors: Error[];
}

/** A compiled plan node. Adds failures to `run.errors`; rejects only when data does not have the planned shape. */
export type Step = (run: PlanRun) => Promise<void>;
