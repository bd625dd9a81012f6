import { operationFromDocument } from '@apollo/federation-internals';
import { BREAK, Kind, type DocumentNode, type OperationDefinitionNode, visit } from 'graphql';
import { conditionReader } from '../../platform/execution/conditions';
import type { Executor } from '../../platform/execution/executor';
import { idsGiven } from '../audit/ids-given';
import type { GatewayContext } from '../gateway-context';
import type { OperationAccess } from '../limits/operation-access';
import type { OperationCosts } from '../limits/operation-cost';
import type { Admitted, GuardedOperation } from '../limits/request-guards';
import type { SubgraphTransport } from '../subgraph-transport';
import type { Answer } from './answer';
import { apolloExecution, type Execute } from './apollo-execution';
import { compiledExecution } from './compiled-execution';
import { distinctAliases, restoredAliases, type PlannedDocument } from './distinct-aliases';
import type { FallbackReason } from './not-compiled';
import type { OperationDocument } from './operation-document';
import type { LoadedSupergraph } from './supergraph';
import { variableCheck } from './variable-check';
import { writesIds } from './written-ids';

/** One operation of a valid document, planned and compiled: to be kept, and executed any number of times. */
export interface FederatedOperation extends GuardedOperation {
  name: string | undefined;
  /** Names of the root fields that it selects. */
  rootFields: readonly string[];
  /** Lists every `ID` that the operation receives with these variables. */
  ids(variables: Readonly<Record<string, unknown>>): string[];
  /** @throws Error when another operation was admitted */
  execute(admitted: Admitted, context: GatewayContext): Promise<Answer>;
}

export interface FederatedOperationDeps {
  supergraph: LoadedSupergraph;
  subgraphs: ReadonlyMap<string, SubgraphTransport>;
  executor: Executor;
  costs: OperationCosts;
  access: OperationAccess;
  /** Called each time that Apollo's executor does what is not compiled. */
  onFallback(reason: FallbackReason): void;
}

/** @throws Error when the operation cannot be planned */
export function federatedOperation(
  { operation, document }: OperationDocument,
  deps: FederatedOperationDeps,
): FederatedOperation {
  const { supergraph, costs, access } = deps;
  const { api, fieldNames } = supergraph;
  const planned = distinctAliases({ operation, document }, fieldNames);
  const execute = plannedExecution(planned, deps);
  const readConditions = conditionReader(document, operation);
  const accessCheck = access(operation, document);
  const idsInVariables = idsGiven(operation, NO_DEFINITIONS, api);
  const isIdWritten = writesIds(document, api);

  const self: FederatedOperation = {
    name: operation.name?.value,
    type: operation.operation,
    rootFields: rootFieldsOf(operation),
    ids: idsGiven(operation, document, api),
    namesIds: (variables) => isIdWritten || idsInVariables(variables).length > 0,
    introspects: selectsSchema(document),
    cost: costs(operation, document),
    forbidden: (caller, variables) => accessCheck(caller, () => readConditions(variables)),
    wrongVariables: variableCheck(api, operation, document),

    async execute(admitted, context) {
      if (admitted.operation !== self) throw new Error('Another operation was admitted.');
      return restoredAliases(await execute(admitted.variables, context), planned.prefix);
    },
  };
  return self;
}

const NO_DEFINITIONS: DocumentNode = { kind: Kind.DOCUMENT, definitions: [] };

function plannedExecution(planned: PlannedDocument, deps: FederatedOperationDeps): Execute {
  const { supergraph, subgraphs, executor, onFallback } = deps;
  const plan = supergraph.planner.buildQueryPlan(
    operationFromDocument(supergraph.apiSchema, planned.document),
  );
  const apollo = apolloExecution({ document: planned.document, plan }, supergraph, subgraphs);
  switch (executor) {
    case 'apollo':
      return apollo.execute;
    case 'compiled':
      return compiledExecution(planned, plan, { supergraph, subgraphs, apollo, onFallback });
  }
}

/** True for `__schema` and `__type` anywhere in the document, fragments included. */
function selectsSchema(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Field({ name }) {
      if (name.value === '__schema' || name.value === '__type') found = true;
      return found ? BREAK : undefined;
    },
  });
  return found;
}

/** Leaves out what fragments select, and their names, which anybody may choose. */
function rootFieldsOf({ selectionSet: { selections } }: OperationDefinitionNode): string[] {
  return selections.map((selection) => (selection.kind === Kind.FIELD ? selection.name.value : '...'));
}
