import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { relayStylePagination } from '@apollo/client/utilities';
import { generatePersistedQueryIdsFromManifest } from '@apollo/persisted-query-lists';

type Ids = Parameters<typeof generatePersistedQueryIdsFromManifest>[0];

/** Sends ids in place of texts. `loadManifest` reads `schema/operations/manifest.json`. */
export function byIds(ids: Ids): ApolloLink {
  return new PersistedQueryLink(generatePersistedQueryIdsFromManifest(ids));
}

/** @param before the network: `byIds`, retries, nothing */
export function createApolloClient(
  uri: string,
  token: string | undefined,
  possibleTypes: Record<string, string[]>,
  before: ApolloLink[] = [],
): ApolloClient {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const cache = new InMemoryCache({
    possibleTypes,
    typePolicies: {
      Practice: { keyFields: ['odsCode'] },
      Query: { fields: { practicesNear: relayStylePagination(['near', 'withinMiles']) } },
    },
  });
  return new ApolloClient({ cache, link: ApolloLink.from([...before, new HttpLink({ uri, headers })]) });
}
