import {
  isNonNullType,
  locatedError,
  responsePathAsArray,
  type FieldNode,
  type GraphQLError,
  type GraphQLOutputType,
} from 'graphql';
import { isPromise } from 'graphql/jsutils/isPromise';
import type { CompleteValue, Execution, FieldErrors, Path } from './execution';

/**
 * Collects the errors of one execution. Ignores errors below a place that an earlier one has made null, as the specification
 * requires (https://spec.graphql.org/October2021/#sec-Handling-Field-Errors).
 */
export function fieldErrors(): FieldErrors {
  const errors: GraphQLError[] = [];
  const nulled = new Set<Path | undefined>();
  function isNulled(path: Path | undefined): boolean {
    for (let at = path; at !== undefined; at = at.prev) if (nulled.has(at)) return true;
    return nulled.has(undefined);
  }
  return {
    errors,
    add(error, path) {
      if (isNulled(path)) return;
      nulled.add(path);
      errors.push(error);
    },
  };
}

/** Returns null where the type allows that. @throws GraphQLError for the object around it, where it does not */
export type HandleError = (execution: Execution, raw: unknown, path: Path) => null;

/** https://spec.graphql.org/October2021/#sec-Handling-Field-Errors */
export function errorHandler(type: GraphQLOutputType, nodes: readonly FieldNode[]): HandleError {
  return (execution, raw, path) => {
    const error = locatedError(raw, nodes, responsePathAsArray(path));
    if (isNonNullType(type)) throw error;
    execution.errors.add(error, path);
    return null;
  };
}

/** Completes a value or a promise of one, and handles what fails at once or later. */
export function handlingErrors(complete: CompleteValue, handleError: HandleError): CompleteValue {
  return (execution, value, path, info) => {
    try {
      const completed = isPromise(value)
        ? value.then((resolved) => complete(execution, resolved, path, info))
        : complete(execution, value, path, info);
      return isPromise(completed)
        ? completed.then(undefined, (error: unknown) => handleError(execution, error, path))
        : completed;
    } catch (error) {
      return handleError(execution, error, path);
    }
  };
}
