import type { FetchNode, ResponsePath } from '@apollo/query-planner';
import { applyRewrites } from '@apollo/gateway/dist/dataRewrites';
import { parse, type GraphQLFormattedError } from 'graphql';
import { hasInheritedName } from '../../../platform/execution/inherited-names';
import type { SubgraphReply } from '../../subgraph-transport';
import { isData, type Data } from '../data';
import { NotCompiled } from '../not-compiled';
import { mergeData } from './merge-data';
import type { PlanRun, PlanContext, Step } from './plan-run';
import { picker } from './representation';
import { objectsAt, pathsOf } from './response-path';
import { subgraphError } from './subgraph-error';

/** Calls the subgraph. Its errors are in `run.errors` afterwards. */
type CallSubgraph = (
  run: PlanRun,
  variables: Record<string, unknown>,
  pathOf: (error: GraphQLFormattedError) => ResponsePath | undefined,
) => Promise<SubgraphReply['data']>;

/** Compiles one request to one subgraph, with the place of its result in the data. */
export function compileFetch(node: FetchNode, path: ResponsePath, context: PlanContext): Step {
  if (node.contextRewrites !== undefined) throw new NotCompiled('plan-node');
  const fetch =
    node.requires === undefined ? fetchRoot(node, path, context) : fetchEntities(node, path, context);
  return async (run) => {
    try {
      await fetch(run);
    } catch (error) {
      run.errors.push(error instanceof Error ? error : new Error('A subgraph could not be called.'));
    }
  };
}

/** Fetches fields of Query or Mutation into every object at the path. */
function fetchRoot(node: FetchNode, path: ResponsePath, context: PlanContext): Step {
  const callSubgraph = subgraphCaller(node, context);
  const variablesOf = variablePicker(node.variableUsages);
  return async (run) => {
    const targets = objectsAt(run.data, path);
    if (targets.length === 0) return;
    const data = await callSubgraph(run, variablesOf(run.variables), ({ path: within }) =>
      within === undefined ? undefined : [...path, ...within],
    );
    if (data === undefined || data === null) return;
    applyRewrites(context.schema, node.outputRewrites, data);
    for (const target of targets) mergeData(target, data);
  };
}

/** Fetches fields of the entities at the path by `Query._entities`, once for each entity however often it is there. */
function fetchEntities(node: FetchNode, path: ResponsePath, context: PlanContext): Step {
  if (node.variableUsages?.includes('representations') === true) throw new NotCompiled('plan-node');
  const callSubgraph = subgraphCaller(node, context);
  const variablesOf = variablePicker(node.variableUsages);
  const representationOf = picker(node.requires ?? [], context.schema);

  return async (run) => {
    const entities = objectsAt(run.data, path);
    const { representations, holders } = represent(entities);
    if (representations.length === 0) return;
    // An error of an entity that is there several times is an error at each of its places.
    const shared: { error: GraphQLFormattedError; holder: number[] }[] = [];
    const data = await callSubgraph(run, { ...variablesOf(run.variables), representations }, (error) => {
      const index = error.path?.[1];
      if (typeof index !== 'number') return error.path && [...path, ...error.path];
      const [first = -1, ...others] = holders[index] ?? [];
      if (others.length > 0) shared.push({ error, holder: others });
      return placeOf(run, first, error);
    });
    for (const { error, holder } of shared)
      for (const index of holder)
        run.errors.push(subgraphError(error, node.serviceName, placeOf(run, index, error)));
    if (data !== undefined && data !== null) merge(received(data, representations.length), entities, holders);
  };

  function represent(entities: readonly Data[]): { representations: Data[]; holders: number[][] } {
    const representations: Data[] = [];
    const holders: number[][] = [];
    const known = new Map<string, number[]>();
    for (const [index, entity] of entities.entries()) {
      const representation = representationOf(entity);
      if (representation?.__typename === undefined || representation.__typename === null) continue;
      applyRewrites(context.schema, node.inputRewrites, representation);
      const key = entities.length === 1 ? '' : JSON.stringify(representation);
      const same = known.get(key);
      if (same !== undefined) {
        same.push(index);
        continue;
      }
      const holder = [index];
      known.set(key, holder);
      holders.push(holder);
      representations.push(representation);
    }
    return { representations, holders };
  }

  function placeOf(run: PlanRun, entity: number, { path: within = [] }: GraphQLFormattedError): ResponsePath {
    return [...(pathsOf(run.data, path)[entity] ?? []), ...within.slice(2)];
  }

  function merge(answers: readonly unknown[], entities: readonly Data[], holders: readonly number[][]): void {
    for (const [index, answer] of answers.entries()) {
      if (!isData(answer)) continue;
      const targets = (holders[index] ?? []).flatMap((entity): Data[] => entities.slice(entity, entity + 1));
      // The planner does not fetch again what is known: the object is the requested entity.
      answer.__typename ??= targets[0]?.__typename;
      applyRewrites(context.schema, node.outputRewrites, answer);
      for (const target of targets) mergeData(target, answer);
    }
  }
}

function received({ _entities: entities }: Data, expected: number): readonly unknown[] {
  if (!Array.isArray(entities)) throw new Error('Expected "data._entities" in response to be an array');
  if (entities.length !== expected)
    throw new Error(`Expected "data._entities" to contain ${expected} elements`);
  return entities;
}

function subgraphCaller(
  { serviceName, operation, operationName, operationDocumentNode }: FetchNode,
  context: PlanContext,
): CallSubgraph {
  const transport = context.subgraphs.get(serviceName);
  if (transport === undefined) throw new NotCompiled('plan-node');
  const document = operationDocumentNode ?? parse(operation);
  if (hasInheritedName(document)) throw new NotCompiled('prototype-name');
  return async (run, variables, pathOf) => {
    const request = { query: operation, document, variables, operationName };
    const reply = await transport.fetch(request, run.context);
    for (const error of reply.errors ?? []) run.errors.push(subgraphError(error, serviceName, pathOf(error)));
    return reply.data;
  };
}

/** Picks the variables that the fetch uses and the client sent; defaults are in the fetch's own operation. */
function variablePicker(
  names: readonly string[] = [],
): (variables: Record<string, unknown>) => Record<string, unknown> {
  if (names.length === 0) return () => ({});
  return (variables) => {
    const picked: Record<string, unknown> = {};
    for (const name of names)
      if (Object.hasOwn(variables, name) && variables[name] !== undefined) picked[name] = variables[name];
    return picked;
  };
}
