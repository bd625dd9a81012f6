import type { FetchNode, ResponsePath } from '@apollo/query-planner';
import { applyRewrites } from '@apollo/gateway/dist/dataRewrites';
import { parse, visit, type GraphQLFormattedError } from 'graphql';
import type { SubgraphReply } from '../../subgraph-transport';
import { isData, type Data } from '../data';
import { NotCompiled, refuseInheritedName } from '../not-compiled';
import { mergeData } from './merge-data';
import type { PlanRun, PlanSurroundings, Step } from './plan-run';
import { picker } from './representation';
import { objectsAt, pathsOf } from './response-path';
import { subgraphError } from './subgraph-error';

/** Asks the subgraph; its errors are in `run.errors` already. */
type Ask = (
  run: PlanRun,
  variables: Record<string, unknown>,
  pathOf: (error: GraphQLFormattedError) => ResponsePath | undefined,
) => Promise<SubgraphReply['data']>;

/** One request to one subgraph, and where its answer belongs. */
export function compileFetch(node: FetchNode, path: ResponsePath, on: PlanSurroundings): Step {
  if (node.contextRewrites !== undefined) throw new NotCompiled('plan-node');
  const fetch = node.requires === undefined ? fetchRoot(node, path, on) : fetchEntities(node, path, on);
  return async (run) => {
    try {
      await fetch(run);
    } catch (error) {
      run.errors.push(error instanceof Error ? error : new Error('A subgraph could not be asked.'));
    }
  };
}

/** Fields of Query or Mutation, for everything at the path. */
function fetchRoot(node: FetchNode, path: ResponsePath, on: PlanSurroundings): Step {
  const ask = asking(node, on);
  const variablesOf = variablePicker(node.variableUsages);
  return async (run) => {
    const targets = objectsAt(run.data, path);
    if (targets.length === 0) return;
    const data = await ask(run, variablesOf(run.variables), ({ path: within }) =>
      within === undefined ? undefined : [...path, ...within],
    );
    if (data === undefined || data === null) return;
    applyRewrites(on.schema, node.outputRewrites, data);
    for (const target of targets) mergeData(target, data);
  };
}

/** More fields of the entities at the path, each asked for once however often it is there. */
function fetchEntities(node: FetchNode, path: ResponsePath, on: PlanSurroundings): Step {
  if (node.variableUsages?.includes('representations') === true) throw new NotCompiled('plan-node');
  const ask = asking(node, on);
  const variablesOf = variablePicker(node.variableUsages);
  const representationOf = picker(node.requires ?? [], on.schema);

  return async (run) => {
    const entities = objectsAt(run.data, path);
    const { representations, holders } = represent(entities);
    if (representations.length === 0) return;
    // One error of an entity that is there several times is an error at each of its places.
    const raised: { error: GraphQLFormattedError; holder: number[] }[] = [];
    const data = await ask(run, { ...variablesOf(run.variables), representations }, (error) => {
      const index = error.path?.[1];
      if (typeof index !== 'number') return error.path && [...path, ...error.path];
      const [first = -1, ...others] = holders[index] ?? [];
      if (others.length > 0) raised.push({ error, holder: others });
      return placeOf(run, first, error);
    });
    for (const { error, holder } of raised)
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
      applyRewrites(on.schema, node.inputRewrites, representation);
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
      // It is the entity that was asked for, whatever the planner had no need to ask again.
      answer.__typename ??= targets[0]?.__typename;
      applyRewrites(on.schema, node.outputRewrites, answer);
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

function asking(
  { serviceName, operation, operationName, operationDocumentNode }: FetchNode,
  on: PlanSurroundings,
): Ask {
  const transport = on.subgraphs.get(serviceName);
  if (transport === undefined) throw new NotCompiled('plan-node');
  const document = operationDocumentNode ?? parse(operation);
  visit(document, { Field: ({ alias, name }) => refuseInheritedName((alias ?? name).value) });
  return async ({ context, errors }, variables, pathOf) => {
    const reply = await transport.fetch({ query: operation, document, variables, operationName }, context);
    for (const error of reply.errors ?? []) errors.push(subgraphError(error, serviceName, pathOf(error)));
    return reply.data;
  };
}

/** What the fetch uses of what the client sent; defaults are in the fetch's own operation. */
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
