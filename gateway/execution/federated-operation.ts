import { operationFromDocument } from '@apollo/federation-internals';
import { BREAK, Kind, type DocumentNode, type OperationDefinitionNode, visit } from 'graphql';
import { idsGiven } from '../audit/ids-given';
import type { OperationAccess } from '../limits/operation-access';
import type { OperationCosts } from '../limits/operation-cost';
import type { Admitted, GuardedOperation } from '../limits/request-guards';
import type { SubgraphTransport } from '../subgraph-transport';
import type { Answer } from './answer';
import { apolloExecution } from './apollo-execution';
import { conditionReader, isIncluded, type ConditionValues } from './conditions';
import { distinctAliases, restoredAliases } from './distinct-aliases';
import { fragmentsOf } from './fragments-of';
import type { GatewayContext } from '../gateway-context';
import { NotCompiled, type FallbackReason } from './not-compiled';
import { compilePlan } from './plan/compile-plan';
import type { PlanRun, Step } from './plan/plan-run';
import { compileShaper, type Shaper } from './shape/compile-shaper';
import type { OperationDocument } from './operation-document';
import type { LoadedSupergraph } from './supergraph';
import { variableCheck } from './variable-check';
import { writesIds } from './written-ids';

/** One operation of a valid document, planned and compiled: to be kept, and executed any number of times. */
export interface FederatedOperation extends GuardedOperation {
  name: string | undefined;
  /** The fields of the root that it asks for, by name. */
  rootFields: readonly string[];
  /** Every `ID` that it is given with these variables. */
  ids(variables: Readonly<Record<string, unknown>>): string[];
  /** @throws Error when another operation was admitted */
  execute(admitted: Admitted, context: GatewayContext): Promise<Answer>;
}

export interface FederatedOperationDeps {
  supergraph: LoadedSupergraph;
  subgraphs: ReadonlyMap<string, SubgraphTransport>;
  costs: OperationCosts;
  access: OperationAccess;
  /** Told each time that Apollo's executor has to do it. */
  onFallback(reason: FallbackReason): void;
}

/** Beyond as many combinations of `@skip` and `@include`, Apollo's shaper does it. */
const MAX_SHAPERS = 64;

/** @throws Error when the operation cannot be planned */
export function federatedOperation(
  { operation, document }: OperationDocument,
  deps: FederatedOperationDeps,
): FederatedOperation {
  const { supergraph, subgraphs, costs, access, onFallback } = deps;
  const { api, apiSchema, planner, whole, fieldNames } = supergraph;
  const planned = distinctAliases({ operation, document }, fieldNames);
  const plan = planner.buildQueryPlan(operationFromDocument(apiSchema, planned.document));
  const apollo = apolloExecution({ document: planned.document, plan }, supergraph, subgraphs);

  const fill = unlessNotCompiled((): Step => compilePlan(plan, { operation, schema: whole, subgraphs }));
  const conditionsOf = conditionReader(document, operation);
  const accessCheck = access(operation, document);
  const shaperFor = keptShapers((values) => {
    const root = api.getRootType(operation.operation);
    if (root === undefined || root === null) throw new NotCompiled('plan-node');
    return compileShaper(root, planned.operation.selectionSet, {
      schema: api,
      fragments: fragmentsOf(planned.document),
      isIncluded: (directives) => isIncluded(directives, values),
    });
  });

  const self: FederatedOperation = {
    name: operation.name?.value,
    type: operation.operation,
    rootFields: rootFieldsOf(operation),
    ids: idsGiven(operation, document, api),
    namesIds: namesIds(),
    introspects: asksForSchema(document),
    cost: costs(operation, document),
    forbidden: (caller, variables) => accessCheck(caller, () => conditionsOf(variables)),
    wrongVariables: variableCheck(api, operation, document),

    async execute(admitted, context) {
      if (admitted.operation !== self) throw new Error('Another operation was admitted.');
      return restoredAliases(await executePlanned(admitted.variables, context), planned.prefix);
    },
  };
  return self;

  function namesIds(): GuardedOperation['namesIds'] {
    const inVariables = idsGiven(operation, NO_DEFINITIONS, api);
    const isWritten = writesIds(document, api);
    return (variables) => isWritten || inVariables(variables).length > 0;
  }

  function executePlanned(variables: Record<string, unknown>, context: GatewayContext): Promise<Answer> {
    const values = conditionsOf(variables);
    const shape = values === null ? new NotCompiled('invalid-value') : shaperFor(values);
    if (fill instanceof NotCompiled) return byApollo(fill, variables, context);
    if (shape instanceof NotCompiled) return byApollo(shape, variables, context);
    return run(fill, shape, variables, context);
  }

  function byApollo(
    { reason }: NotCompiled,
    variables: Record<string, unknown>,
    context: GatewayContext,
  ): Promise<Answer> {
    onFallback(reason);
    return apollo.execute(variables, context);
  }

  async function run(
    fill: Step,
    shape: Shaper,
    variables: Record<string, unknown>,
    context: GatewayContext,
  ): Promise<Answer> {
    const run: PlanRun = { variables, context, data: {}, errors: [] };
    await fill(run);
    const data = shape(run.data);
    if (data === null) {
      onFallback('invalid-value');
      return apollo.shape(run.data, variables, run.errors);
    }
    return run.errors.length > 0 ? { errors: run.errors, data } : { data };
  }
}

const NO_DEFINITIONS: DocumentNode = { kind: Kind.DOCUMENT, definitions: [] };

/** One shaper for each combination of conditions that has come, up to a bound. */
function keptShapers(
  compile: (values: ConditionValues) => Shaper,
): (values: ConditionValues) => Shaper | NotCompiled {
  const shapers = new Map<string, Shaper | NotCompiled>();
  return (values) => {
    const key = [...values.values()].map(Number).join('');
    const known = shapers.get(key);
    if (known !== undefined) return known;
    if (shapers.size >= MAX_SHAPERS) return new NotCompiled('too-many-conditions');
    const made = unlessNotCompiled(() => compile(values));
    shapers.set(key, made);
    return made;
  };
}

/** Wherever it stands in the document: a fragment hides nothing. */
function asksForSchema(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Field({ name }) {
      if (name.value === '__schema' || name.value === '__type') found = true;
      return found ? BREAK : undefined;
    },
  });
  return found;
}

function unlessNotCompiled<Made>(compile: () => Made): Made | NotCompiled {
  try {
    return compile();
  } catch (error) {
    if (error instanceof NotCompiled) return error;
    throw error;
  }
}

/** What fragments ask for is left out, and so are their names, which anybody may choose. */
function rootFieldsOf({ selectionSet: { selections } }: OperationDefinitionNode): string[] {
  return selections.map((selection) => (selection.kind === Kind.FIELD ? selection.name.value : '...'));
}
