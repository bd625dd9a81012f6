import type { GraphQLError, GraphQLResolveInfo } from 'graphql';

/** A place in an answer, as resolvers receive it. */
export type Path = GraphQLResolveInfo['path'];

/** An object of an answer. */
export type Data = Record<string, unknown>;

/** One execution of an operation. */
export interface Execution {
  context: unknown;
  /** Coerced, with defaults. */
  variableValues: Record<string, unknown>;
  errors: FieldErrors;
}

/** The errors of one execution. */
export interface FieldErrors {
  readonly errors: readonly GraphQLError[];
  /** @param path the place that became null; undefined: all of the data */
  add(error: GraphQLError, path: Path | undefined): void;
}

/** One field of an object. */
export interface CompiledField {
  responseName: string;
  /**
   * Returns the value for the answer, or a promise of it.
   * @throws GraphQLError when the value is null and its type does not allow that
   */
  run(execution: Execution, source: unknown, parentPath: Path | undefined): unknown;
}

/** Turns a resolved value into the one in the answer, or a promise of it: https://spec.graphql.org/October2021/#CompleteValue(). */
export type CompleteValue = (
  execution: Execution,
  value: unknown,
  path: Path,
  info: GraphQLResolveInfo,
) => unknown;
