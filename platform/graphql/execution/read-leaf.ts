import { GraphQLID, GraphQLString, type GraphQLLeafType } from 'graphql';

/**
 * Reads scalars and enums that are properties of the source already, which most of an answer are: they need neither a path nor resolve
 * info. Without it `bench:gateway`'s large answers take a quarter more CPU (docs/decisions/0025-what-the-executors-bring.md).
 * @returns a function that returns undefined where the field has to be run in full: a promise, a method, or an invalid value
 */
export function leafReader(
  name: string,
  type: GraphQLLeafType,
  isNullable: boolean,
): (source: unknown) => unknown {
  const isText = type === GraphQLString || type === GraphQLID;
  return (source) => {
    if (typeof source !== 'object' || source === null) return undefined;
    try {
      // A getter or a proxy may throw: then the field is run in full, which reports it.
      const value: unknown = Reflect.get(source, name);
      if (value === null || value === undefined) return isNullable ? null : undefined;
      if (typeof value === 'string' && isText) return value;
      if (typeof value === 'function' || (typeof value === 'object' && !(value instanceof Date)))
        return undefined;
      return type.serialize(value) ?? undefined;
    } catch {
      return undefined;
    }
  };
}
