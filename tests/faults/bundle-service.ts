import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { patching, type SourcePatch } from './source-patches';

/** The repository: where the sources are, whether this runs from them or from `dist/`. */
const ROOT = rootAbove(__dirname);
const OUT = join(ROOT, 'data', 'faults');

/** Waiting times of the product that histories cannot wait for; how long each is does not change what is done. */
const HASTE: readonly SourcePatch[] = [
  sooner('booking/booking-deps.ts', 'ABANDONED_AFTER_MS', '5_000', '1_000'),
  sooner('booking/reconciler.ts', 'LEASE_MS', '60_000', '3_000'),
  sooner('lifecycle/decide.ts', 'FIRST_BACKOFF_MS', '1_000', '200'),
  sooner('lifecycle/decide.ts', 'LONGEST_BACKOFF_MS', '60_000', '1_000'),
  sooner('ledger/transitions.ts', 'GIVE_BACK_WITHIN_MS', '15_000', '2_500'),
  sooner('index.ts', 'RECONCILE_EVERY_MS', '500', '100'),
  paced('lookEveryMs: 500', 'lookEveryMs: 100'),
  paced('deadlineMs: 10_000', 'deadlineMs: 1_500'),
  paced('leaseMs: 60_000', 'leaseMs: 3_000'),
  paced('firstPauseMs: 1_000', 'firstPauseMs: 200'),
  paced('longestPauseMs: 5 * 60_000', 'longestPauseMs: 800'),
  {
    file: 'platform/database/group-commit.ts',
    find: 'const TURN_WITHIN_MS = 5_000;',
    replace: 'const TURN_WITHIN_MS = 1_000;',
  },
];

function paced(find: string, replace: string): SourcePatch {
  return { file: 'subgraphs/appointments/outbox/ordered-delivery.ts', find, replace };
}

function sooner(file: string, name: string, from: string, to: string): SourcePatch {
  const said = (ms: string) => `const ${name} = ${ms};`;
  return { file: `subgraphs/appointments/${file}`, find: said(from), replace: said(to) };
}

/**
 * The service under test as one file, which starts in half the time of many. Native code and what is optional stay
 * outside.
 * @param name the variant; the file is named after it.
 * @returns the file.
 */
export async function bundleService(name: string, patches: readonly SourcePatch[]): Promise<string> {
  mkdirSync(OUT, { recursive: true });
  const outfile = join(OUT, `${name}.js`);
  await build({
    entryPoints: [join(ROOT, 'tests', 'faults', 'service.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    keepNames: true,
    external: ['libsql', 'pg-native', 'class-validator'],
    plugins: [patching(ROOT, [...HASTE, ...patches])],
    logLevel: 'silent',
  });
  return outfile;
}

function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootAbove(dirname(folder));
}
