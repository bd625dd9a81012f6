import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { GatewayAnswer } from './two-gateways';

const Place = z.object({ path: z.array(z.union([z.string(), z.number()])).optional() });

/**
 * Compares two answers: data, errors in any order, extensions. Three differences are allowed.
 *
 * The stock gateway is wrong where some objects of a list are not asked about: it counts without them, and reports the
 * error of one object at the place of another. Ours has to be at a place that is null
 * (https://spec.graphql.org/October2021/#sec-Errors.Error-result-format: `path` is that of the field with the
 * error).
 *
 * Once an error has made a field above it null, errors of fields beside it may be reported or not: they "may be cancelled"
 * (https://spec.graphql.org/October2021/#sec-Handling-Field-Errors), so it depends on who is quicker.
 *
 * Values that a subgraph should have sent and has not are told in `extensions` by the stock gateway, where clients do not look;
 * ours are errors (https://spec.graphql.org/October2021/#sec-Handling-Field-Errors: a null where none may be is one).
 */
export function isSameAnswer(ours: GatewayAnswer, theirs: GatewayAnswer): boolean {
  const stock = withErrors(theirs);
  if (isDeepStrictEqual(ours, stock) || isSameButForCancelled(ours, stock)) return true;
  const [oursRest, stockRest] = [ours, stock].map((answer) => ({
    ...answer,
    errors: withoutPositions(answer),
  }));
  return isDeepStrictEqual(oursRest, stockRest) && pathsOf(ours).every((path) => isNullAt(ours.data, path));
}

const MissingValues = z.object({
  valueCompletion: z.array(
    z.object({ message: z.string(), path: z.array(z.union([z.string(), z.number()])) }),
  ),
});
const MAX_MISSING = 10;

function withErrors(answer: GatewayAnswer): GatewayAnswer {
  const missing = MissingValues.safeParse(answer.extensions).data?.valueCompletion;
  if (missing === undefined) return answer;
  const extensions = { code: 'INTERNAL_SERVER_ERROR' };
  const errors = missing
    .slice(0, MAX_MISSING)
    .map(({ message, path }) => JSON.stringify({ message, path, extensions }))
    .sort();
  return { ...answer, errors, extensions: undefined };
}

function isSameButForCancelled(ours: GatewayAnswer, stock: GatewayAnswer): boolean {
  const [oursRest, stockRest] = [ours, stock].map((answer) => ({
    ...answer,
    errors: answer.errors?.map((error) => errorOrNull(answer.data, error)),
  }));
  const asSets = [oursRest, stockRest].map((rest) => ({ ...rest, errors: new Set(rest?.errors) }));
  const [more, fewer] = [ours, stock]
    .map(({ errors = [] }) => errors)
    .sort((one, other) => other.length - one.length);
  return isDeepStrictEqual(asSets[0], asSets[1]) && fewer!.every((error) => more!.includes(error));
}

/** The error; or, where it made a field above its own null, the place of that null, which other errors may have made too. */
function errorOrNull(data: unknown, error: string): string {
  const path = Place.parse(JSON.parse(error)).path ?? [];
  const depth = nullDepth(data, path);
  return depth === null || depth === path.length ? error : JSON.stringify(path.slice(0, depth));
}

/** Number of steps of the path that lead to null; null where none does. */
function nullDepth(data: unknown, path: readonly (string | number)[]): number | null {
  let value = data;
  for (const [depth, key] of path.entries()) {
    if (value === null) return depth;
    if (typeof value !== 'object') return null;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value === null ? path.length : null;
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
