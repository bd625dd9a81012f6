import { isData, type Data } from '../data';

/**
 * Merges a subgraph's data into the data fetched before, as Apollo's executor does: objects into objects, lists of one
 * length element by element; anything else replaces. `source` may become part of `target`.
 */
export function mergeData(target: Data, source: Data): void {
  for (const key of Object.keys(source)) {
    const value = source[key];
    // Assigning `__proto__` would replace the prototype of the target.
    if (value === undefined || key === '__proto__') continue;
    const present = target[key];
    if (present === value) continue;
    if (isData(present) && isData(value)) mergeData(present, value);
    else if (Array.isArray(present) && Array.isArray(value) && present.length === value.length)
      mergeLists(present, value);
    else target[key] = value;
  }
}

function mergeLists(target: unknown[], source: unknown[]): void {
  for (const [index, value] of source.entries()) {
    const present = target[index];
    if (isData(present) && isData(value)) mergeData(present, value);
    else target[index] = value;
  }
}
