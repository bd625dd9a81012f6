import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { freePort } from '../platform/http/free-port';
import { openPracticesDatabase } from '../subgraphs/practices/database/open-database';
import type { Directory } from '../subgraphs/practices/directory/directory';
import type { DirectoryPractice } from '../subgraphs/practices/directory/directory-practice';
import { currentEdition } from '../subgraphs/practices/directory/edition';
import { editionDirectory } from '../subgraphs/practices/directory/edition-directory';
import { greatCircleMiles, type Point } from '../subgraphs/practices/directory/great-circle';
import { importDirectory } from '../subgraphs/practices/directory/import-directory';
import {
  byDistanceThenCode,
  practicesNear,
  type NearPractice,
} from '../subgraphs/practices/directory/nearest';

/**
 * `npm run bench:nearest [-- --places N --data FOLDER --json]`: the nearest 30 practices, and all within 10 miles, of
 * random places among all English practices. The kd-tree against brute force and against Redis GEOSEARCH in the same
 * run; every answer of the kd-tree is compared with brute force, and of Redis as closely as its coordinates allow. Also
 * how long all practices take to load from the database.
 */
const NEAREST = 30;
const MILES = 10;
/** The nearest 30 at most at this share of brute force, at the median. */
const TARGET = 1 / 20;
/** Redis keeps 52 bits of a place, and measures on another radius (6,372.8 km): off by 0.03% and a metre or so. */
const REDIS_TOLERANCE = 0.0005;
const REDIS_METRES = 2;
const MILE_METRES = 1_609.344;
const KEY = 'bench:practices';

type Answer = { odsCode: string; distanceMiles: number }[];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      places: { type: 'string', default: '10000' },
      data: { type: 'string', default: resolve(process.cwd(), '../shared/data') },
      json: { type: 'boolean', default: false },
    },
  });
  const { directory, loadMs } = await realDirectory(values.data);
  const practices = directory.odsCodes().flatMap((code) => directory.practice(code) ?? []);
  const near = practicesNear(practices);
  const places = randomPlaces(practices, Number(values.places));
  const redis = await startRedis();
  if (redis !== null) await load(redis.connection, practices);

  const kinds = [
    {
      name: `nearest ${NEAREST}`,
      tree: (from: Point) => answer(near.nearest(from, NEAREST)),
      brute: (from: Point) => answer(byBruteForce(practices, from, Infinity).slice(0, NEAREST)),
      redis: redis && ((from: Point) => search(redis.connection, from, ['COUNT', String(NEAREST)], 20_000)),
    },
    {
      name: `all within ${MILES} miles`,
      tree: (from: Point) => answer(near.within(from, MILES)),
      brute: (from: Point) => answer(byBruteForce(practices, from, MILES)),
      redis: redis && ((from: Point) => search(redis.connection, from, [], MILES * MILE_METRES)),
    },
  ];
  const results = [];
  for (const { name, tree, brute, redis: ask } of kinds) {
    const treeMs: number[] = [];
    const bruteMs: number[] = [];
    const redisMs: number[] = [];
    let [different, redisDifferent] = [0, 0];
    for (const from of places) {
      const found = timed(treeMs, () => tree(from));
      const expected = timed(bruteMs, () => brute(from));
      if (JSON.stringify(found) !== JSON.stringify(expected)) different += 1;
      if (ask === null) continue;
      const began = performance.now();
      const fromRedis = await ask(from);
      redisMs.push(performance.now() - began);
      const edge = name.startsWith('nearest') ? (expected.at(-1)?.distanceMiles ?? 0) : MILES;
      if (!agrees(fromRedis, expected, edge)) redisDifferent += 1;
    }
    results.push({
      name,
      places: places.length,
      different,
      redisDifferent: ask === null ? null : redisDifferent,
      medianMs: { tree: median(treeMs), bruteForce: median(bruteMs), redis: ask && median(redisMs) },
    });
  }
  redis?.connection.disconnect();
  redis?.stop();
  report(results, { practices: practices.length, loadMs }, values.json);
}

interface Result {
  name: string;
  places: number;
  different: number;
  redisDifferent: number | null;
  medianMs: { tree: number; bruteForce: number; redis: number | null };
}

function report(
  results: Result[],
  { practices, loadMs }: { practices: number; loadMs: number },
  json: boolean,
): void {
  if (json) console.log(JSON.stringify({ practices, loadMs, target: TARGET, results }, null, 2));
  else {
    console.log(`${practices} practices, loaded from the database in ${loadMs.toFixed(0)} ms`);
    for (const { name, places, different, redisDifferent, medianMs } of results) {
      const { tree, bruteForce, redis } = medianMs;
      console.log(`${name}, ${practices} practices, ${places} places; medians`);
      console.log(`  kd-tree       ${tree.toFixed(4)} ms; other than brute force: ${different}`);
      console.log(
        `  brute force   ${bruteForce.toFixed(4)} ms, ${(bruteForce / tree).toFixed(1)} times as long`,
      );
      if (redis === null) console.log('  Redis         not installed here');
      else
        console.log(
          `  Redis         ${redis.toFixed(4)} ms, ${(redis / tree).toFixed(1)} times as long; beyond its tolerance: ${redisDifferent ?? 0}`,
        );
    }
  }
  const [nearest] = results;
  const missed = nearest === undefined || nearest.medianMs.tree > nearest.medianMs.bruteForce * TARGET;
  if (missed || results.some(({ different, redisDifferent }) => different > 0 || redisDifferent))
    process.exitCode = 1;
}

/** Imported as `npm run directory:import` does it, into a folder of its own. */
async function realDirectory(folder: string): Promise<{ directory: Directory; loadMs: number }> {
  if (!existsSync(folder))
    throw new Error(`${folder} is not there: name the folder of the real files with --data.`);
  const file = join(mkdtempSync(join(tmpdir(), 'gp-booking-bench-')), 'practices.db');
  const database = await openPracticesDatabase({ kind: 'embedded', file });
  const areas = ['BD', 'HD', 'HG', 'HX', 'LS', 'WF'];
  await importDirectory(
    database.db,
    {
      practices: join(folder, 'epraccur-2025-05.csv'),
      postcodes: areas.map((area) => join(folder, `postcodes/${area}.csv`)),
      outcodes: join(folder, 'outcode-centroids-nspl-2025-05.csv'),
    },
    () => new Date(),
  );
  const edition = await currentEdition(database.db);
  if (edition === undefined) throw new Error('Nothing was imported.');
  const began = performance.now();
  const directory = await editionDirectory(database.db, edition);
  const loadMs = performance.now() - began;
  await database.close();
  return { directory, loadMs };
}

/** Within a few miles of some practice, so that towns weigh as they do among people; the same in every run. */
function randomPlaces(practices: readonly DirectoryPractice[], count: number): Point[] {
  let seed = 20250423;
  const random = () => (seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  return Array.from({ length: count }, () => {
    const location = practices[Math.floor(random() * practices.length)]?.location;
    const { latitude, longitude } = location ?? { latitude: 52.5, longitude: -1.5 };
    return { latitude: latitude + (random() - 0.5) / 5, longitude: longitude + (random() - 0.5) / 3 };
  });
}

function byBruteForce(practices: readonly DirectoryPractice[], from: Point, miles: number): NearPractice[] {
  const found: NearPractice[] = [];
  for (const practice of practices) {
    if (practice.location === null) continue;
    const distanceMiles = greatCircleMiles(from, practice.location);
    if (distanceMiles <= miles) found.push({ practice, distanceMiles });
  }
  return found.sort(byDistanceThenCode);
}

/** A server for this run alone; null where the machine has none. */
async function startRedis(): Promise<{ connection: Redis; stop(): void } | null> {
  if (spawnSync('redis-server', ['--version']).status !== 0) return null;
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'gp-booking-bench-'));
  const server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', ''], {
    cwd: folder,
    stdio: 'ignore',
  });
  const stop = () => server.kill();
  process.on('exit', stop);
  const connection = new Redis(port, '127.0.0.1', {
    retryStrategy: (attempt) => Math.min(attempt * 50, 500),
  });
  // It is refused until the server has started.
  connection.on('error', () => undefined);
  return { connection, stop };
}

async function load(redis: Redis, practices: readonly DirectoryPractice[]): Promise<void> {
  const places = practices.flatMap(({ odsCode, location }) =>
    location === null ? [] : [location.longitude, location.latitude, odsCode],
  );
  await redis.geoadd(KEY, ...places);
}

const Reply = z.array(z.tuple([z.string(), z.coerce.number()]));

async function search(redis: Redis, from: Point, count: string[], metres: number): Promise<Answer> {
  const { longitude, latitude } = from;
  const radius = count.length > 0 ? 200_000 : metres * (1 + REDIS_TOLERANCE) + REDIS_METRES;
  const found = await redis.call(
    'GEOSEARCH',
    KEY,
    'FROMLONLAT',
    longitude,
    latitude,
    'BYRADIUS',
    radius,
    'm',
    'ASC',
    ...count,
    'WITHDIST',
  );
  return Reply.parse(found).map(([odsCode, distance]) => ({
    odsCode,
    distanceMiles: distance / MILE_METRES,
  }));
}

/** Each practice of one is in the other at about the same distance, but for those as near as its error to the edge. */
function agrees(found: Answer, expected: Answer, edge: number): boolean {
  const tolerance = (miles: number) => miles * REDIS_TOLERANCE + REDIS_METRES / MILE_METRES;
  const compare = (one: Answer, other: Answer) => {
    const distances = new Map(other.map(({ odsCode, distanceMiles }) => [odsCode, distanceMiles]));
    return one.every(({ odsCode, distanceMiles }) => {
      const there = distances.get(odsCode);
      if (there === undefined) return distanceMiles >= edge - tolerance(edge);
      return Math.abs(there - distanceMiles) <= tolerance(distanceMiles);
    });
  };
  return compare(found, expected) && compare(expected, found);
}

function answer(found: readonly NearPractice[]): Answer {
  return found.map(({ practice: { odsCode }, distanceMiles }) => ({ odsCode, distanceMiles }));
}

function timed<T>(times: number[], work: () => T): T {
  const began = performance.now();
  const result = work();
  times.push(performance.now() - began);
  return result;
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
