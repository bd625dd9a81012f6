// Transpiles the service into dist/ (types are checked by `npm test`) and bundles the explorer, where a source has changed.
import { cpSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buildExplorer } from './build-explorer.mjs';
import { unlessMade } from './stamp.mjs';

const FOLDERS = [
  'adapters',
  'bench',
  'demo',
  'domain',
  'gateway',
  'platform',
  'scripts',
  'settings',
  'subgraphs',
  'schema',
  'tests',
  'web',
];
/** Content that is read at run time lies beside the code that reads it, in dist/ as in the sources. */
const CONTENT = /\.(yaml|csv|graphql|njk)$|schema.operations.manifest\.json$/;
const EXPLORER_APP = join('gateway', 'explorer', 'app');
/** Scripts of the website's pages. */
const PAGES = join('web', 'browser');

/** Libraries of charts, which production does not install: one file with what is used of them. */
const CHARTS = join('web', 'insight', 'charts', 'plot');

/** Parts of the NHS design system that the website serves: a tenth of the package, which production does not install. */
const DESIGN_SYSTEM = join('node_modules', 'nhsuk-frontend', 'dist', 'nhsuk');
const SERVED = /\.(njk|png|svg|ico)$|nhsuk-frontend\.min\.css$/;

const files = FOLDERS.flatMap((folder) =>
  readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name))),
).filter((file) => !file.startsWith(EXPLORER_APP) && !file.includes('node_modules'));
const pageScripts = files.filter((file) => file.startsWith(PAGES) && file.endsWith('.ts'));
const sources = files.filter(
  (file) => file.endsWith('.ts') && !/\.(test|d)\.ts$/.test(file) && !pageScripts.includes(file),
);

const entryPoints = [
  'main.ts',
  'start.ts',
  'config.ts',
  ...sources,
  ...files.filter((file) => CONTENT.test(file)),
];
const scripts = ['build.mjs', 'stamp.mjs'].map((name) => join('scripts', name));

// Beside a service or a test that runs from dist/, a build of the same sources must not touch it.
const made = [...entryPoints, ...pageScripts, 'package-lock.json', ...scripts];
await unlessMade(join('dist', 'stamp'), made, async () => {
  // Only here: where nothing has changed, neither esbuild nor the right to write is needed.
  const { build } = await import('esbuild');
  for (const folder of FOLDERS.filter((name) => name !== 'gateway'))
    rmSync(join('dist', folder), { recursive: true, force: true });
  await build({
    entryPoints,
    outdir: 'dist',
    outbase: '.',
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: true,
    // Stack traces need lines and names alone.
    sourcesContent: false,
    loader: { '.yaml': 'copy', '.csv': 'copy', '.graphql': 'copy', '.njk': 'copy', '.json': 'copy' },
    logLevel: 'warning',
  });
  await build({
    entryPoints: [`${CHARTS}.ts`],
    outfile: join('dist', `${CHARTS}.js`),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    allowOverwrite: true,
    logLevel: 'warning',
  });
  cpSync(DESIGN_SYSTEM, join('dist', 'web', 'nhsuk'), {
    recursive: true,
    filter: (file) => statSync(file).isDirectory() || SERVED.test(file),
  });
  await build({
    entryPoints: ['site', 'service-worker'].map((name) => join(PAGES, `${name}.ts`)),
    outdir: join('dist', PAGES),
    bundle: true,
    minify: true,
    // A service worker is no module.
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'warning',
  });
});
await buildExplorer();
