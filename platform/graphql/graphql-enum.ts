import { registerEnumType } from 'type-graphql';

/**
 * Publishes a closed set of words as a GraphQL enum. The words stay plain literals, so the domain's unions are used
 * as they are, without a TypeScript enum beside them.
 */
export function graphqlEnum<const Word extends string>(
  name: string,
  words: readonly Word[],
  description?: string,
): Record<Word, Word> {
  const values = Object.fromEntries(words.map((word) => [word, word])) as Record<Word, Word>;
  registerEnumType(values, { name, description });
  return values;
}
