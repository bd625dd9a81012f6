import type { OperationResult } from '@urql/core';
import { byHashes, createUrqlClient } from './documented/urql';
import { api, documentOf, type FrontEnd, type Reached } from './front-end';

/** Exchanges before the network: nothing, or ids in place of texts. */
export const URQL_EXCHANGES = { 'by text': [], 'by its own hashes': [byHashes] };

export function urqlFrontEnd({ url, token }: Reached, by: keyof typeof URQL_EXCHANGES): FrontEnd {
  const client = createUrqlClient(`${url}/graphql`, token, api, URQL_EXCHANGES[by]);
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

function dataOf({ data, error }: OperationResult<unknown>): unknown {
  if (error !== undefined) throw error;
  return data;
}
