import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import {
  createPersistedQueryManifestVerificationLink,
  generatePersistedQueryIdsAtRuntime,
} from '@apollo/persisted-query-lists';
import { byIds, createApolloClient } from './documented/apollo';
import { possibleTypesOf } from './documented/possible-types';
import { api, documentOf, type FrontEnd, type Reached } from './front-end';

type Manifest = Awaited<
  ReturnType<Parameters<typeof createPersistedQueryManifestVerificationLink>[0]['loadManifest']>
>;

const MANIFEST = join(__dirname, '..', '..', 'schema', 'operations', 'manifest.json');
const loadManifest = (): Promise<Manifest> =>
  Promise.resolve(JSON.parse(readFileSync(MANIFEST, 'utf8')) as Manifest);
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Links before the network: nothing, or ids in place of texts. */
export const APOLLO_LINKS = {
  'by text': () => [],
  'by the ids of the manifest': () => [
    createPersistedQueryManifestVerificationLink({
      loadManifest,
      onVerificationFailed({ reason }) {
        throw new Error(`The manifest is not what Apollo Client sends: ${reason}.`);
      },
    }),
    byIds({ loadManifest }),
  ],
  'by its own hashes': () => [new PersistedQueryLink(generatePersistedQueryIdsAtRuntime({ sha256 }))],
};

const possibleTypes = possibleTypesOf(api);

export function apolloFrontEnd({ url, token }: Reached, by: keyof typeof APOLLO_LINKS): FrontEnd {
  const client = createApolloClient(`${url}/graphql`, token, possibleTypes, APOLLO_LINKS[by]());
  return {
    async query(name, variables) {
      const { data } = await client.query({
        query: documentOf(name),
        variables,
        fetchPolicy: 'network-only',
      });
      return data;
    },
    async mutate(name, variables) {
      const { data } = await client.mutate({ mutation: documentOf(name), variables });
      return data;
    },
    async cached(name, variables) {
      const { data } = await client.query({ query: documentOf(name), variables, fetchPolicy: 'cache-only' });
      return data;
    },
    stop: () => client.stop(),
  };
}
