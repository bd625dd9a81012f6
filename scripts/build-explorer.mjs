// Bundles GraphiQL and its Monaco workers, so that the gateway serves the explorer without any outside request.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { savedOperations } from './saved-operations.mjs';
import { unlessMade } from './stamp.mjs';

const APP = join('gateway', 'explorer', 'app');
/** Shared with the website. */
const CSV = join('domain', 'csv.ts');
const OPERATIONS = join('schema', 'operations');
const OUT = join('dist', 'gateway', 'explorer', 'public');
const STAMP = join('dist', 'gateway', 'explorer', 'stamp');
/** Smaller than one network packet gains nothing. */
const WORTH_COMPRESSING = 1_400;

/** Takes seconds, so it is done again only when something it is made of has changed. */
export async function buildExplorer() {
  const scripts = ['build-explorer.mjs', 'saved-operations.mjs'].map((name) => join('scripts', name));
  const sources = [...filesIn(APP), ...filesIn(OPERATIONS), CSV, 'package-lock.json', ...scripts];
  await unlessMade(STAMP, sources, async () => {
    const { build } = await import('esbuild');
    rmSync(OUT, { recursive: true, force: true });
    mkdirSync(OUT, { recursive: true });
    const app = await bundleApp(build, await bundleWorkers(build));
    writeFileSync(join(OUT, 'index.html'), indexHtml(app));
    for (const file of filesIn(OUT)) compress(file);
  });
}

const BUNDLE = {
  bundle: true,
  minify: true,
  metafile: true,
  outdir: OUT,
  // A name that changes with the content can be cached for good.
  entryNames: '[name]-[hash]',
  legalComments: 'linked',
  logLevel: 'warning',
};

/** Workers by the label with which Monaco asks for them. */
const WORKERS = {
  editor: 'monaco-editor/esm/vs/editor/editor.worker.js',
  json: 'monaco-editor/esm/vs/language/json/json.worker.js',
  graphql: 'monaco-graphql/esm/graphql.worker.js',
};

/** @returns the workers' file names by label. */
async function bundleWorkers(build) {
  const { metafile } = await build({ ...BUNDLE, entryPoints: WORKERS, format: 'iife' });
  const named = Object.entries(WORKERS).map(([label, source]) => [label, scriptOf(metafile, source).name]);
  return Object.fromEntries(named);
}

/** Nothing asks for them: the style sheet of GraphiQL holds Monaco's styles already. */
const withoutMonacoStyles = {
  name: 'without-monaco-styles',
  setup({ onLoad }) {
    onLoad({ filter: /monaco-editor[/\\].*\.css$/ }, () => ({ contents: '' }));
  },
};

/** Fonts lie in the style sheet itself, so that a browser loads those of every script: the page is in English. */
const withoutOtherScripts = {
  name: 'without-other-scripts',
  setup({ onLoad }) {
    onLoad({ filter: /graphiql[/\\](react[/\\])?dist[/\\]style\.css$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(/@font-face\s*\{[^}]*\}/g, (font) =>
        /unicode-range:\s*U\+0[2-9A-F]/i.test(font) || /unicode-range:\s*U\+(1F00|0102)/i.test(font)
          ? ''
          : font,
      ),
      loader: 'css',
    }));
  },
};

/** @returns the names of the script and the style sheet that index.html loads. */
async function bundleApp(build, workers) {
  const { metafile } = await build({
    ...BUNDLE,
    entryPoints: { explorer: join(APP, 'explorer.tsx') },
    format: 'esm',
    splitting: true,
    jsx: 'automatic',
    define: {
      'process.env.NODE_ENV': '"production"',
      SAVED_OPERATIONS: JSON.stringify(savedOperations(OPERATIONS)),
      MONACO_WORKERS: JSON.stringify(workers),
    },
    plugins: [withoutMonacoStyles, withoutOtherScripts],
    // For subscriptions, which this API does not have.
    external: ['graphql-ws'],
  });
  const { name, cssBundle } = scriptOf(metafile, 'explorer.tsx');
  return { script: name, style: basename(cssBundle) };
}

function scriptOf({ outputs }, source) {
  const [file, output] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint?.endsWith(source));
  return { name: basename(file), cssBundle: output.cssBundle };
}

function indexHtml({ script, style }) {
  return readFileSync(join(APP, 'index.html'), 'utf8')
    .replace('explorer.js', script)
    .replace('explorer.css', style);
}

function compress(file) {
  const content = readFileSync(file);
  if (content.length > WORTH_COMPRESSING) writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
}

function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => join(folder, name))
    .sort();
}
