import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SingleBar } from 'cli-progress';
import { suppliers } from '../adapters/registry';
import { readConfig } from '../config';
import { openPracticesDatabase } from '../subgraphs/practices/database/open-database';
import { demoDirectory } from '../subgraphs/practices/directory/demo-directory';
import type { DirectoryPractice } from '../subgraphs/practices/directory/directory-practice';
import { unusable } from '../subgraphs/practices/directory/directory-file-error';
import {
  importDirectory,
  type DirectoryFiles,
  type ImportProgress,
} from '../subgraphs/practices/directory/import-directory';
import { IMPORT_GUARDS, type ImportGuard } from '../subgraphs/practices/directory/import-guards';
import { importSummary } from '../subgraphs/practices/directory/import-summary';
import { runScript } from './run-script';

const USAGE =
  'Usage: npm run directory:import -- --practices FILE --postcodes FOLDER --outcodes FILE [--connections FILE] [--opening-hours FILE] [--accessibility FILE] [--bank-holidays FILE] [--accept GUARD]... [--json]';

/** Imports the practice directory; a running service takes the new edition up within two seconds. */
runScript(async () => {
  const { files, json, accepted } = await readArguments();
  const database = await openPracticesDatabase(readConfig(process.env).databases.practices);
  const progress = process.stderr.isTTY ? progressBar() : progressLines();
  try {
    const ids = Object.values(suppliers).map(({ manifest }): string => manifest.id);
    const limits = { suppliers: new Set(ids), accepted };
    const options = { onProgress: progress.show, limits, replaced: demoPractices };
    const report = await importDirectory(database.db, files, () => new Date(), options);
    progress.stop();
    console.log(json ? JSON.stringify(report, null, 2) : importSummary(report));
  } finally {
    progress.stop();
    await database.close();
  }
});

async function demoPractices(): Promise<DirectoryPractice[]> {
  const { directory } = await demoDirectory();
  return directory.odsCodes().flatMap((code) => directory.practice(code) ?? []);
}

async function readArguments(): Promise<{
  files: DirectoryFiles;
  json: boolean;
  accepted: ReadonlySet<ImportGuard>;
}> {
  const { values } = parseArgs({
    options: {
      practices: { type: 'string' },
      postcodes: { type: 'string' },
      outcodes: { type: 'string' },
      connections: { type: 'string' },
      'opening-hours': { type: 'string' },
      accessibility: { type: 'string' },
      'bank-holidays': { type: 'string' },
      accept: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
    },
  });
  const { practices, postcodes, outcodes, connections, accessibility, json } = values;
  if (practices === undefined || postcodes === undefined || outcodes === undefined) throw new Error(USAGE);
  return {
    files: {
      practices,
      postcodes: await csvFilesIn(postcodes),
      outcodes,
      connections,
      openingHours: values['opening-hours'],
      accessibility,
      bankHolidays: values['bank-holidays'],
    },
    json,
    accepted: new Set(values.accept.map(guardNamed)),
  };
}

/** A misspelt guard accepts nothing. */
function guardNamed(name: string): ImportGuard {
  const guard = IMPORT_GUARDS.find((one) => one === name);
  if (guard === undefined) throw new Error(`--accept knows ${IMPORT_GUARDS.join(', ')}, not ${name}.`);
  return guard;
}

async function csvFilesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw unusable(folder, error);
  });
  const files = names.filter((name) => name.toLowerCase().endsWith('.csv')).sort();
  if (files.length === 0) throw new Error(`${folder} has no .csv file in it.`);
  return files.map((name) => join(folder, name));
}

interface Progress {
  show: ImportProgress;
  stop(): void;
}

function progressBar(): Progress {
  const bar = new SingleBar({ format: 'importing {bar} {percentage}% | {eta_formatted} left' });
  let started = false;
  return {
    show(read, inAll) {
      if (!started) bar.start(inAll, 0);
      started = true;
      bar.update(read);
    },
    stop: () => {
      bar.stop();
    },
  };
}

const LINE_EVERY_MS = 3_000;

/** For logs and pipes, where a bar would be noise. */
function progressLines(): Progress {
  let last = performance.now();
  return {
    show(read, inAll) {
      if (performance.now() - last < LINE_EVERY_MS) return;
      last = performance.now();
      console.error(`importing: ${Math.floor((read / inAll) * 100)}%`);
    },
    stop: () => undefined,
  };
}
