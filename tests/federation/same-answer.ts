import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { GatewayAnswer } from './two-gateways';

const Place = z.object({ path: z.array(z.union([z.string(), z.number()])).optional() });

/**
 * Whether two answers are the same: data, errors in any order, extensions. One difference is allowed, because there the
 * stock gateway is wrong: when some objects of a list are not asked about, it counts without them, and the error of one
 * object is reported at the place of another. Ours has to be at a place that is null
 * (https://spec.graphql.org/October2021/#sec-Errors.Error-result-format: `path` is that of the field with the error).
 */
export function isSameAnswer(ours: GatewayAnswer, stock: GatewayAnswer): boolean {
  if (isDeepStrictEqual(ours, stock)) return true;
  const [oursRest, stockRest] = [ours, stock].map((answer) => ({
    ...answer,
    errors: withoutPositions(answer),
  }));
  return isDeepStrictEqual(oursRest, stockRest) && pathsOf(ours).every((path) => isNullAt(ours.data, path));
}

function pathsOf({ errors = [] }: GatewayAnswer): (string | number)[][] {
  return errors.map((error) => Place.parse(JSON.parse(error)).path ?? []);
}

function withoutPositions({ errors }: GatewayAnswer): string[] | undefined {
  return errors
    ?.map((error) =>
      JSON.stringify(JSON.parse(error), (key, value: unknown) => (key === 'path' ? named(value) : value)),
    )
    .sort();
}

function named(path: unknown): unknown {
  return Array.isArray(path) ? path.map((key: unknown) => (typeof key === 'number' ? '@' : key)) : path;
}

/** Null there, or above, or nothing at all because the field was not asked for by the client. */
function isNullAt(data: unknown, path: readonly (string | number)[]): boolean {
  let value = data;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) break;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value === null || value === undefined;
}
