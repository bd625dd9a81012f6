import type { ConditionNode, PlanNode, QueryPlan, ResponsePath } from '@apollo/query-planner';
import { valueFromASTUntyped, type OperationDefinitionNode } from 'graphql';
import { NotCompiled } from '../not-compiled';
import { compileFetch } from './compile-fetch';
import type { PlanRun, PlanContext, Step } from './plan-run';

/**
 * A query plan as one function that fills `run.data`.
 * @throws NotCompiled when the plan has a node that is made for features not in use here.
 */
export function compilePlan(plan: QueryPlan, context: PlanContext): Step {
  if (plan.node === undefined) return () => Promise.resolve();
  if (plan.node.kind === 'Subscription') throw new NotCompiled('plan-node');
  return compileNode(plan.node, [], context);
}

/** @param path path in the data on which the node works, all flattened together */
function compileNode(node: PlanNode, path: ResponsePath, context: PlanContext): Step {
  switch (node.kind) {
    case 'Sequence':
      return inSequence(node.nodes.map((child) => compileNode(child, path, context)));
    case 'Parallel':
      return inParallel(node.nodes.map((child) => compileNode(child, path, context)));
    case 'Flatten':
      return compileNode(node.node, [...path, ...node.path], context);
    case 'Fetch':
      return compileFetch(node, path, context);
    case 'Condition':
      return onCondition(node, path, context);
    case 'Defer':
      throw new NotCompiled('plan-node');
  }
}

function inSequence(steps: readonly Step[]): Step {
  return async (run) => {
    for (const step of steps) await step(run);
  };
}

function inParallel(steps: readonly Step[]): Step {
  return async (run) => {
    await Promise.all(steps.map((step) => step(run)));
  };
}

function onCondition(node: ConditionNode, path: ResponsePath, context: PlanContext): Step {
  const nothing: Step = () => Promise.resolve();
  const whenTrue = node.ifClause === undefined ? nothing : compileNode(node.ifClause, path, context);
  const whenFalse = node.elseClause === undefined ? nothing : compileNode(node.elseClause, path, context);
  const holds = condition(node.condition, context.operation);
  return (run) => (holds(run) ? whenTrue(run) : whenFalse(run));
}

/** Reads a variable of `@skip` or `@include`; the caller has checked that it is a Boolean. */
function condition(
  variable: string,
  { variableDefinitions }: OperationDefinitionNode,
): (run: PlanRun) => boolean {
  const definition = variableDefinitions?.find(({ variable: { name } }) => name.value === variable);
  const fallback = definition?.defaultValue && valueFromASTUntyped(definition.defaultValue);
  return ({ variables }) => (variables[variable] === undefined ? fallback : variables[variable]) === true;
}
