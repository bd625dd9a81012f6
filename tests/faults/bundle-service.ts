import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { patching, type SourcePatch } from './source-patches';

/** The repository: where the sources are, whether this runs from them or from `dist/`. */
const ROOT = rootAbove(__dirname);
const OUT = join(ROOT, 'dist', 'faults');

/** Waiting times of the product that histories cannot wait for; how long each is does not change what is done. */
const HASTE: readonly SourcePatch[] = [
  {
    file: 'subgraphs/appointments/booking/confirm-booking.ts',
    find: 'const ABANDONED_AFTER_MS = 5_000;',
    replace: 'const ABANDONED_AFTER_MS = 1_000;',
  },
  {
    file: 'subgraphs/appointments/booking/cancel-booking.ts',
    find: 'const ABANDONED_AFTER_MS = 5_000;',
    replace: 'const ABANDONED_AFTER_MS = 1_000;',
  },
  {
    file: 'subgraphs/appointments/booking/reconciler.ts',
    find: 'const LEASE_MS = 60_000;',
    replace: 'const LEASE_MS = 3_000;',
  },
  {
    file: 'subgraphs/appointments/booking/reconciler.ts',
    find: 'const FIRST_BACKOFF_MS = 1_000;',
    replace: 'const FIRST_BACKOFF_MS = 200;',
  },
  {
    file: 'subgraphs/appointments/booking/reconciler.ts',
    find: 'const LONGEST_BACKOFF_MS = 60_000;',
    replace: 'const LONGEST_BACKOFF_MS = 1_000;',
  },
  {
    file: 'subgraphs/appointments/index.ts',
    find: 'const RECONCILE_EVERY_MS = 500;',
    replace: 'const RECONCILE_EVERY_MS = 100;',
  },
  {
    file: 'subgraphs/database.ts',
    find: 'const BUSY_TIMEOUT_MS = 5_000;',
    replace: 'const BUSY_TIMEOUT_MS = 1_000;',
  },
];

/**
 * The service under test as one file, which starts in half the time of many. Native code and what is optional stay
 * outside.
 * @param name of the variant; the file is named after it.
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
    external: ['libsql', 'pg-native'],
    plugins: [patching(ROOT, [...HASTE, ...patches])],
    logLevel: 'silent',
  });
  return outfile;
}

function rootAbove(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootAbove(dirname(folder));
}
