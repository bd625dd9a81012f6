import { Client, fetchExchange, type Exchange } from '@urql/core';
import { cacheExchange, type KeyingConfig } from '@urql/exchange-graphcache';
import { persistedExchange } from '@urql/exchange-persisted';
import { introspectionFromSchema, isObjectType, type GraphQLSchema } from 'graphql';

/** Sends urql's own hashes in place of texts. */
export const byHashes = persistedExchange({
  enableForMutation: true,
  enforcePersistedQueries: true,
  preferGetForPersistedQueries: false,
});

/** @param before the network: `byHashes`, retries, nothing */
export function createUrqlClient(
  url: string,
  token: string | undefined,
  schema: GraphQLSchema,
  before: Exchange[] = [],
): Client {
  const keepWhatIsThere = () => undefined;
  const cache = cacheExchange({
    schema: introspectionFromSchema(schema, { descriptions: false }) as never,
    keys: keysOf(schema),
    updates: { Mutation: { confirmBooking: keepWhatIsThere, rescheduleBooking: keepWhatIsThere } },
  });
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const exchanges = [cache, ...before, fetchExchange];
  return new Client({ url, preferGetMethod: false, fetchOptions: { headers }, exchanges });
}

/** A practice is known by its ODS code; what has no `id` is kept inside the object that has it. */
function keysOf(schema: GraphQLSchema): KeyingConfig {
  const objects = Object.values(schema.getTypeMap()).filter(isObjectType);
  const withoutId = objects.filter((type) => !('id' in type.getFields()));
  return {
    ...Object.fromEntries(withoutId.map(({ name }) => [name, () => null])),
    Practice: ({ odsCode }) => odsCode as string,
  };
}
