import './monaco-workers';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './explorer.css';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import type { GraphQLSchema } from 'graphql';
import { useMemo, useSyncExternalStore } from 'react';
import { createRoot } from 'react-dom/client';
import { EXAMPLES_PLUGIN } from './examples-plugin';
import { readSettings, type ExplorerSettings } from './explorer-settings';
import { explorerStorage } from './explorer-storage';
import { gatewayFetcher } from './fetcher';
import { PageFixes } from './page-fixes';
import { PageHead, useLinkedQueries } from './page-head';
import { queryIn } from './query-link';
import { TABLE_PLUGIN } from './table-plugin';
import { mayReadSchema } from './token';
import { TOKEN_PLUGIN, useTokenOfHeaders } from './token-plugin';
import { TOKEN } from './token-store';

const WELCOME = `# Choose an example, tick fields
# in the query builder, or write
# a query here.
#
# Ctrl-Enter runs it, Ctrl-Space
# lists what can come next.
`;

const PLUGINS = [
  EXAMPLES_PLUGIN,
  { ...explorerPlugin(), title: 'Query builder' },
  TABLE_PLUGIN,
  HISTORY_PLUGIN,
  TOKEN_PLUGIN,
];

let knownSchema: GraphQLSchema | null = null;
const STORAGE = explorerStorage(sessionStorage, localStorage, () => knownSchema);

/** The address keeps the link until another one is made: who loads the page again finds the query in its tab. */
const LINKED = queryIn(location.hash);

function Explorer({ schemaNeedsToken, statisticsPage }: ExplorerSettings) {
  const { token } = useSyncExternalStore(TOKEN.subscribe, TOKEN.state);
  // Another token may see the schema where the one before could not: GraphiQL asks again with another fetcher.
  const fetcher = useMemo(() => gatewayFetcher(!schemaNeedsToken), [schemaNeedsToken, token]);
  const asksForSchema = !schemaNeedsToken || mayReadSchema(token, new Date());
  return (
    <GraphiQL
      fetcher={fetcher}
      // Null: does not ask, as the gateway would refuse.
      schema={asksForSchema ? undefined : null}
      onSchemaChange={(schema) => {
        knownSchema = schema;
      }}
      plugins={PLUGINS}
      visiblePlugin={schemaNeedsToken ? TOKEN_PLUGIN : EXAMPLES_PLUGIN}
      defaultQuery={WELCOME}
      {...(LINKED === null ? {} : { initialQuery: LINKED.query, initialVariables: LINKED.variables })}
      defaultEditorToolsVisibility
      // A token belongs to a person: it is kept nowhere.
      shouldPersistHeaders={false}
      storage={STORAGE}
    >
      <GraphiQL.Logo>
        <PageHead statisticsPage={statisticsPage} />
      </GraphiQL.Logo>
      <Followers />
    </GraphiQL>
  );
}

/** Everything that follows the editors and the address, and shows nothing. */
function Followers() {
  useTokenOfHeaders();
  useLinkedQueries();
  return <PageFixes />;
}

const root = document.getElementById('explorer');
if (root === null) throw new Error('index.html has no #explorer.');
void readSettings().then((settings) => {
  createRoot(root).render(<Explorer {...settings} />);
});
