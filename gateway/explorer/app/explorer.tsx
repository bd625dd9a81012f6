import './monaco-workers';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './explorer.css';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { EXAMPLES_PLUGIN } from './examples-plugin';
import { gatewayFetcher } from './fetcher';
import { PageFixes } from './page-fixes';
import { TABLE_PLUGIN } from './table-plugin';

const WELCOME = `# Choose an example, tick fields
# in the query builder, or write
# a query here.
#
# Ctrl-Enter runs it, Ctrl-Space
# lists what can come next.
`;

const PLUGINS = [EXAMPLES_PLUGIN, { ...explorerPlugin(), title: 'Query builder' }, TABLE_PLUGIN];
const FETCHER = gatewayFetcher();

const root = document.getElementById('explorer');
if (root === null) throw new Error('index.html has no #explorer.');
createRoot(root).render(
  <GraphiQL
    fetcher={FETCHER}
    plugins={PLUGINS}
    visiblePlugin={EXAMPLES_PLUGIN}
    defaultQuery={WELCOME}
    defaultEditorToolsVisibility
    // A token belongs to a person: it is kept nowhere.
    shouldPersistHeaders={false}
    // What is typed may be about a person too: it is gone when the browser's tab is closed.
    storage={sessionStorage}
  >
    <GraphiQL.Logo>
      <h1 className="explorer-name">GP Booking Gateway</h1>
    </GraphiQL.Logo>
    <PageFixes />
  </GraphiQL>,
);
