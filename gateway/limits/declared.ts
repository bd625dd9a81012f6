import { parse, valueFromASTUntyped } from 'graphql';

/** The arguments of a directive; undefined where it does not stand. */
export type ArgumentsOf = (directive: string) => Record<string, unknown> | undefined;

/**
 * Returns facts by `Type.field`: those that a supergraph states about its fields in directives that composition
 * keeps.
 */
export function declaredOnFields<Facts>(
  supergraphSdl: string,
  read: (argumentsOf: ArgumentsOf) => Facts | undefined,
): ReadonlyMap<string, Facts> {
  const declared = new Map<string, Facts>();
  for (const type of parse(supergraphSdl, { noLocation: true }).definitions) {
    if (!('fields' in type)) continue;
    for (const field of type.fields ?? []) {
      const facts = read((directive) => {
        const stated = field.directives?.find(({ name }) => name.value === directive);
        return (
          stated &&
          Object.fromEntries(
            (stated.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]),
          )
        );
      });
      if (facts !== undefined) declared.set(`${type.name.value}.${field.name.value}`, facts);
    }
  }
  return declared;
}
