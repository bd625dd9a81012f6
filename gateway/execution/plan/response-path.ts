import type { ResponsePath } from '@apollo/query-planner';
import { isData, type Data } from '../data';

/** Stands in a path for every element of a list. */
const EVERY = '@';

/**
 * All objects at a path such as `['practices', '@', 'slots', '@']`, in order, nulls left out.
 * @throws Error when a subgraph answered a list where the plan expects none, or the reverse.
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
    if (!Array.isArray(value)) throw new Error('A subgraph answered no list where one was expected.');
    for (const element of value) collect(element, path, depth + 1, found);
  } else if (!isData(value)) {
    throw new Error('A subgraph answered no object where one was expected.');
  } else if (key === undefined) found.push(value);
  else collect(value[key], path, depth + 1, found);
}

/** Where the objects of `objectsAt` are, in the same order, with list positions in place of `@`. */
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
