import { Client, fetchExchange, type OperationResult } from '@urql/core';
import { cacheExchange, type CacheExchangeOpts } from '@urql/exchange-graphcache';
import { persistedExchange } from '@urql/exchange-persisted';
import { documentOf, introspection, KEYLESS, type FrontEnd, type Reached } from './front-end';

/** What goes before the network: nothing, or ids in place of texts. */
export const URQL_EXCHANGES = {
  'by text': () => [],
  'by its own hashes': () => [
    persistedExchange({
      enableForMutation: true,
      enforcePersistedQueries: true,
      preferGetForPersistedQueries: false,
    }),
  ],
};

/** As a team sets it up by docs/clients.md. */
export function urqlFrontEnd({ url, token }: Reached, by: keyof typeof URQL_EXCHANGES): FrontEnd {
  const client = new Client({
    url: `${url}/graphql`,
    preferGetMethod: false,

    fetchOptions: { headers: { authorization: `Bearer ${token}` } },
    exchanges: [
      cacheExchange({
        schema: introspection as CacheExchangeOpts['schema'],
        // Without these, a booking that is new to the cache makes it forget all others, and the one it replaces with them.
        updates: { Mutation: { confirmBooking: keepAll, rescheduleBooking: keepAll } },
        keys: {
          Practice: ({ odsCode }) => odsCode as string,
          ...Object.fromEntries(KEYLESS.map((type) => [type, () => null])),
        },
      }),
      ...URQL_EXCHANGES[by](),
      fetchExchange,
    ],
  });
  return {
    async query(name, variables) {
      return dataOf(
        await client.query(documentOf(name), variables, { requestPolicy: 'network-only' }).toPromise(),
      );
    },
    async mutate(name, variables) {
      return dataOf(await client.mutation(documentOf(name), variables).toPromise());
    },
    async cached(name, variables) {
      return dataOf(
        await client.query(documentOf(name), variables, { requestPolicy: 'cache-only' }).toPromise(),
      );
    },
    stop() {
      // It has nothing under way.
    },
  };
}

function keepAll(): void {
  // What was answered is written without this.
}

function dataOf({ data, error }: OperationResult<unknown>): unknown {
  if (error !== undefined) throw error;
  return data;
}
