import type { GraphQLError, GraphQLResolveInfo } from 'graphql';

export type Path = GraphQLResolveInfo['path'];

/**
 * The errors of one execution. What fails where an error above has made everything null already is left out, as the
 * specification wants it (https://spec.graphql.org/October2021/#sec-Handling-Field-Errors).
 */
export interface CollectedErrors {
  readonly errors: GraphQLError[];
  /** @param path of what became null; undefined is all of the data */
  add(error: GraphQLError, path: Path | undefined): void;
}

export function collectedErrors(): CollectedErrors {
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
