import type { ResponsePath } from '@apollo/query-planner';
import { isData, type Data } from '../data';

/** Path segment that stands for every element of a list. */
const EVERY = '@';

/**
 * Lists all objects at a path such as `['practices', '@', 'slots', '@']`, in order, nulls left out.
 * @throws Error when a subgraph returned a list where the plan expects none, or the reverse
 */
export function objectsAt(root: Data, path: ResponsePath): Data[] {
  const found: Data[] = [];
  collect(root, path, 0, found);
  return found;
}

function collect(value: unknown, path: ResponsePath, depth: number, found: Data[]): void {
  if (value === null || value === undefined) return;
  const key = path[depth];
  if (key === EVERY) {
    if (!Array.isArray(value)) throw new Error('A subgraph returned no list where the plan expects one.');
    for (const element of value) collect(element, path, depth + 1, found);
  } else if (!isData(value)) {
    throw new Error('A subgraph returned no object where the plan expects one.');
  } else if (key === undefined) found.push(value);
  else collect(value[key], path, depth + 1, found);
}

/** Lists the paths of the objects of `objectsAt`, in the same order, with list positions in place of `@`. */
export function pathsOf(root: Data, path: ResponsePath): ResponsePath[] {
  const found: ResponsePath[] = [];
  locate(root, path, [], found);
  return found;
}

function locate(value: unknown, path: ResponsePath, parent: ResponsePath, found: ResponsePath[]): void {
  if (value === null || value === undefined) return;
  const [key, ...rest] = path;
  if (key === undefined) found.push(parent);
  else if (key === EVERY && Array.isArray(value))
    for (const [index, element] of value.entries()) locate(element, rest, [...parent, index], found);
  else if (isData(value)) locate(value[key], rest, [...parent, key], found);
}
