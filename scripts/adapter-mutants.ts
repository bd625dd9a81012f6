import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { context, type Plugin } from 'esbuild';
import { z } from 'zod';
import type { Result } from '../adapters/conformance/certificate';
import { allMutants, type MutantOf } from '../adapters/conformance/mutants/all-mutants';
import type { runConformance } from '../adapters/conformance/run-conformance';
import { runScript } from './run-script';

/**
 * `npm run adapter:mutants`: bundles each adapter with one mistake made in its source and runs the requirement on it
 * that has to notice. Prints one line of JSON for each: which requirement caught it, or null, and what it says, or what to
 * do.
 */
const ROOT = process.cwd();
const SUITE = join(ROOT, 'adapters', 'conformance', 'run-conformance.ts');

async function main(): Promise<void> {
  const only = process.argv[2];
  const chosen = allMutants.filter(({ name }) => only === undefined || name.startsWith(only));
  if (chosen.length === 0)
    throw new Error(`No mutant's name begins with "${only ?? ''}": see adapters/conformance/mutants.`);
  const suites = await mutatedSuites();
  try {
    for (const mutant of chosen) {
      const suite = await suites.with(mutant);
      const results = await suite(mutant.supplier, { seed: 1, only: [mutant.caughtBy] });
      const failed = results.find(({ outcome }) => outcome === 'FAILED');
      const isCaught = failed !== undefined;
      if (!isCaught) process.exitCode = 1;
      const caughtBy = isCaught ? mutant.caughtBy : null;
      const reason = failed?.reason ?? unnoticed(mutant, results);
      console.log(JSON.stringify({ name: mutant.name, caughtBy, reason }));
    }
  } finally {
    await suites.close();
  }
}

/** Says what to do about a mistake that makes its requirement fail in nothing. */
function unnoticed({ caughtBy, file }: MutantOf, [result]: readonly Result[]): string {
  const { outcome, reason } = result ?? { outcome: 'unknown', reason: null };
  if (outcome === 'PASSED')
    return `${caughtBy} is kept in spite of the mistake: name the requirement that breaks (make the mistake in adapters/${file} by hand, and run adapter:conform), or write one that does.`;
  return `${caughtBy} was not tried (${outcome}${reason === null ? '' : `: ${reason}`}): name another requirement.`;
}

const Bundle = z.object({
  runConformance: z.custom<typeof runConformance>((value) => typeof value === 'function'),
});

/** The suite over sources of which one has been changed; the others are read once for all. */
async function mutatedSuites() {
  mkdirSync(join(ROOT, 'data'), { recursive: true });
  // Inside the repository, so that packages are found.
  const folder = mkdtempSync(join(ROOT, 'data', 'mutants-'));
  let current: MutantOf | null = null;
  const bundler = await context({
    entryPoints: [SUITE],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    packages: 'external',
    plugins: [mutation(() => current)],
    logLevel: 'error',
  });
  return {
    async with(mutant: MutantOf): Promise<typeof runConformance> {
      current = mutant;
      const { outputFiles } = await bundler.rebuild();
      const file = join(folder, `${mutant.name.replace(/[^a-z0-9-]+/g, '-')}.cjs`);
      writeFileSync(file, outputFiles[0]?.contents ?? '');
      const loaded: unknown = createRequire(SUITE)(file);
      return Bundle.parse(loaded).runConformance;
    },
    async close() {
      await bundler.dispose();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Changes the source of the mutant that is current when it is read. */
function mutation(current: () => MutantOf | null): Plugin {
  const paths = [...new Set(allMutants.map(({ file }) => file))];
  const filter = new RegExp(`/adapters/(${paths.join('|').replaceAll('.', '\\.')})$`);
  return {
    name: 'mutation',
    setup({ onLoad }) {
      onLoad({ filter }, ({ path }) => {
        const source = readFileSync(path, 'utf8');
        const mutant = current();
        if (mutant === null || path !== join(ROOT, 'adapters', mutant.file))
          return { contents: source, loader: 'ts' };
        return { contents: mutated(source, mutant), loader: 'ts' };
      });
    },
  };
}

function mutated(source: string, { name, file, find, replace }: MutantOf): string {
  const [before, after, ...more] = source.split(find);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`The mutant "${name}" does not find its place in adapters/${file}: mend it.`);
  return before + replace + after;
}

runScript(main);
