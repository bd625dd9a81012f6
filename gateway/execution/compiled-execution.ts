import type { QueryPlan } from '@apollo/query-planner';
import { compiledVariants } from '../../platform/execution/compiled-variants';
import { conditionReader } from '../../platform/execution/conditions';
import { fragmentsOf } from '../../platform/execution/fragments';
import { hasInheritedName } from '../../platform/execution/inherited-names';
import type { GatewayContext } from '../gateway-context';
import type { SubgraphTransport } from '../subgraph-transport';
import type { Answer } from './answer';
import type { ApolloExecution, Execute } from './apollo-execution';
import { NotCompiled, type FallbackReason } from './not-compiled';
import type { OperationDocument } from './operation-document';
import { compilePlan } from './plan/compile-plan';
import type { PlanRun, Step } from './plan/plan-run';
import { compileShaper, type Shaper } from './shape/compile-shaper';
import type { LoadedSupergraph } from './supergraph';

export interface CompiledExecutionDeps {
  supergraph: LoadedSupergraph;
  subgraphs: ReadonlyMap<string, SubgraphTransport>;
  /** Executes what is not compiled. */
  apollo: ApolloExecution;
  /** Called each time that Apollo's executor takes over. */
  onFallback(reason: FallbackReason): void;
}

/** Compiles a plan and the shape of its answer: to be executed any number of times. */
export function compiledExecution(
  planned: OperationDocument,
  plan: QueryPlan,
  deps: CompiledExecutionDeps,
): Execute {
  const { supergraph, subgraphs, apollo, onFallback } = deps;
  const { operation, document } = planned;
  const fetchAll = unlessNotCompiled((): Step => {
    if (hasInheritedName(document)) throw new NotCompiled('prototype-name');
    return compilePlan(plan, { operation, schema: supergraph.whole, subgraphs });
  });
  const fragments = fragmentsOf(document);
  const readConditions = conditionReader(document, operation);
  const shaperFor = compiledVariants((conditions) =>
    unlessNotCompiled(() => {
      const root = supergraph.api.getRootType(operation.operation);
      if (root === undefined || root === null) throw new NotCompiled('plan-node');
      return compileShaper(root, operation.selectionSet, { schema: supergraph.api, fragments, conditions });
    }),
  );

  return (variables, context) => {
    const compiled = compiledFor(variables);
    if (!(compiled instanceof NotCompiled)) return run(...compiled, variables, context);
    onFallback(compiled.reason);
    return apollo.execute(variables, context);
  };

  function compiledFor(variables: Record<string, unknown>): [Step, Shaper] | NotCompiled {
    if (fetchAll instanceof NotCompiled) return fetchAll;
    const conditions = readConditions(variables);
    if (conditions === null) return new NotCompiled('invalid-value');
    const shape = shaperFor(conditions) ?? new NotCompiled('too-many-conditions');
    return shape instanceof NotCompiled ? shape : [fetchAll, shape];
  }

  async function run(
    fetchData: Step,
    shape: Shaper,
    variables: Record<string, unknown>,
    context: GatewayContext,
  ): Promise<Answer> {
    const planRun: PlanRun = { variables, context, data: {}, errors: [] };
    await fetchData(planRun);
    const { data: fetched, errors } = planRun;
    const data = shape(fetched);
    if (data === null) {
      onFallback('invalid-value');
      return apollo.shape(fetched, variables, errors);
    }
    return errors.length > 0 ? { errors, data } : { data };
  }
}

function unlessNotCompiled<Compiled>(compile: () => Compiled): Compiled | NotCompiled {
  try {
    return compile();
  } catch (error) {
    if (error instanceof NotCompiled) return error;
    throw error;
  }
}
