import { readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { z } from 'zod';
import { allMutants, type MutantOf } from '../adapters/conformance/mutants/all-mutants';
import type { runConformance } from '../adapters/conformance/run-conformance';
import { runScript } from './run-script';

/**
 * `npm run adapter:mutants`: bundles each adapter with one mistake made in its source and runs the requirement on it
 * that has to notice. Prints one line of JSON for each: which requirement caught it, or null.
 */
const ROOT = process.cwd();
/** Inside the repository, so that packages are found. */
const BUNDLES = join(ROOT, 'data', 'mutants');
const SUITE = join(ROOT, 'adapters', 'conformance', 'run-conformance.ts');

async function main(): Promise<void> {
  const only = process.argv[2];
  const chosen = allMutants.filter(({ name }) => only === undefined || name.startsWith(only));
  if (chosen.length === 0)
    throw new Error(`No mutant's name begins with "${only ?? ''}": see adapters/conformance/mutants.`);
  rmSync(BUNDLES, { recursive: true, force: true });
  let survivors = 0;
  for (const mutant of chosen) {
    const suite = await suiteWith(mutant);
    const results = await suite(mutant.supplier, { seed: 1, only: [mutant.caughtBy] });
    const isCaught = results.some(({ outcome }) => outcome === 'FAILED');
    if (!isCaught) survivors += 1;
    console.log(JSON.stringify({ name: mutant.name, caughtBy: isCaught ? mutant.caughtBy : null }));
  }
  // What the faults left waiting need not be waited for.
  process.exit(survivors === 0 ? 0 : 1);
}

const Bundle = z.object({
  runConformance: z.custom<typeof runConformance>((value) => typeof value === 'function'),
});

/** The suite over sources of which one has been changed. */
async function suiteWith(mutant: MutantOf): Promise<typeof runConformance> {
  const outfile = join(BUNDLES, `${mutant.name.replace(/[^a-z-]+/g, '-')}.cjs`);
  await build({
    entryPoints: [SUITE],
    bundle: true,
    outfile,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    packages: 'external',
    plugins: [mutation(mutant)],
    logLevel: 'error',
  });
  const loaded: unknown = createRequire(SUITE)(outfile);
  return Bundle.parse(loaded).runConformance;
}

function mutation({ name, file, find, replace }: MutantOf): Plugin {
  const path = join(ROOT, 'adapters', file);
  return {
    name: 'mutation',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, (loaded) => {
        if (loaded.path !== path) return null;
        const [before, after, ...more] = readFileSync(path, 'utf8').split(find);
        if (before === undefined || after === undefined || more.length > 0)
          throw new Error(`The mutant "${name}" does not find its place in adapters/${file}: mend it.`);
        return { contents: before + replace + after, loader: 'ts' };
      });
    },
  };
}

runScript(main);
