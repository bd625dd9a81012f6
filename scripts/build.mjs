// Transpiles the service into dist/ (types are checked by `npm test`) and bundles the explorer.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { buildExplorer } from './build-explorer.mjs';

const FOLDERS = [
  'adapters',
  'bench',
  'demo',
  'domain',
  'gateway',
  'http',
  'scripts',
  'subgraphs',
  'schema',
  'tests',
];
/** Content that is read at run time lies beside the code that reads it, in dist/ as in the sources. */
const CONTENT = /\.(yaml|csv|graphql)$/;
const EXPLORER_APP = join('gateway', 'explorer', 'app');

const files = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name))),
).filter((file) => !file.startsWith(EXPLORER_APP) && !file.includes('node_modules'));
const sources = files.filter((file) => file.endsWith('.ts') && !/\.(test|d)\.ts$/.test(file));

for (const folder of FOLDERS.filter((name) => name !== 'gateway'))
  rmSync(join('dist', folder), { recursive: true, force: true });
await build({
  entryPoints: [
    'main.ts',
    'start.ts',
    'config.ts',
    // The booking benchmark starts the servers that the tests start.
    'tests/databases.ts',
    'tests/servers.ts',
    ...sources,
    ...files.filter((file) => CONTENT.test(file)),
  ],
  outdir: 'dist',
  outbase: '.',
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: true,
  loader: { '.yaml': 'copy', '.csv': 'copy', '.graphql': 'copy' },
  logLevel: 'warning',
});
await buildExplorer();
