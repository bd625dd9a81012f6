import { randomBytes } from 'node:crypto';
import { sql, type QueryExecutorProvider, type RawBuilder } from 'kysely';
import type { Logger } from 'pino';
import { z } from 'zod';
import { sealer } from '../../domain/sealed';
import { deriveKey, secretName, type Secrets, type SecretUse } from '../../domain/secret';
import { runPeriodically, type PeriodicTask } from '../run-periodically';

/**
 * Keys by which a database's own data is sealed and matched. They are random, lie in the database, and only their wrappings
 * depend on GATEWAY_SECRET: so a secret is rotated without touching a row, and parts that know different secrets for a while
 * seal and match alike (docs/decisions/0020-data-keys-are-wrapped-by-the-secret.md).
 */
export interface DataKeys<Use extends string> {
  /** Counts from 1; a later one has replaced those before it. */
  version: number;
  keys: Readonly<Record<Use, Uint8Array>>;
}

export interface DataKeyTable {
  version: number;
  /** JSON: the same keys, wrapped once for each secret that opens them, by the secret's name. */
  wraps_json: string;
  created_at: number;
  /** 0 while data is still being moved to it from the version before. */
  in_use: number;
}

/** The table of one database's data keys, and their uses. */
export interface KeyPlace<Use extends string> {
  table: string;
  /** The database's name in messages. */
  owner: string;
  uses: readonly Use[];
}

/** A database, or a transaction on it, and its own clock (database.ts). */
export interface KeyedDatabase {
  db: QueryExecutorProvider;
  now: RawBuilder<number>;
}

/** None of the secrets that this process has opens the data: with other keys it would take everybody's bookings for others'. */
export class SecretUnknown extends Error {
  constructor(owner: string) {
    super(
      `The ${owner} database was written under another GATEWAY_SECRET than this process has: set that one, or set GATEWAY_SECRETS to the new one and that one (docs/operate.md, Rotating the secret). Without GATEWAY_SECRET it is in the file DATA_DIR/secret.`,
    );
  }
}

/** Keys are being replaced, or that was interrupted. */
export class ReplacementUnfinished extends Error {
  constructor(owner: string) {
    super(
      `The keys of the ${owner} database are being replaced, and that is not finished: run npm run secrets:rekey -- --replace-keys until it says that nothing is left.`,
    );
  }
}

/** The keys of every version that a database has, the oldest first. */
export type KeyVersions<Use extends string> = readonly [DataKeys<Use>, ...DataKeys<Use>[]];

/** The keys by which new data is sealed and named. */
export function latestKeys<Use extends string>(versions: KeyVersions<Use>): DataKeys<Use> {
  return versions.at(-1) ?? versions[0];
}

/**
 * The database is another than the one whose keys this process has, as after a restore to before they were replaced: what it
 * writes nobody opens or finds again, so that it must not go on.
 */
export class KeysChanged extends Error {
  constructor(owner: string) {
    super(
      `The ${owner} database has other keys than when this process started, as after a restore: restart it.`,
    );
  }
}

/**
 * A check whether the database still has the keys that it has now.
 * @returns a check that throws KeysChanged once the database has others.
 */
export async function keysUnchanged(
  { db }: Pick<KeyedDatabase, 'db'>,
  place: KeyPlace<string>,
): Promise<() => Promise<void>> {
  // Wrappings come and go while a secret is rotated.
  const made = async () =>
    (await keyRows(db, place)).map(({ version, created_at }) => `${version} ${created_at}`).join();
  const before = await made();
  return async () => {
    if ((await made()) !== before) throw new KeysChanged(place.owner);
  };
}

/** Short, so that little is written under keys that the database has not. */
const WATCHED_EVERY_MS = 1_000;

/**
 * Looks again and again whether the database still has the keys of this process, which must not go on without them.
 * @param unchanged the check of `keysUnchanged`; whatever else it throws is found by those who use the database
 */
export function watchKeys(
  unchanged: () => Promise<void>,
  onChanged: (why: KeysChanged) => void,
  logger: Logger,
): PeriodicTask {
  const look = async () => {
    try {
      await unchanged();
    } catch (error) {
      if (error instanceof KeysChanged) onChanged(error);
    }
  };
  return runPeriodically('watching keys', { pauseMs: () => WATCHED_EVERY_MS, logger }, look);
}

export async function createKeyTable(db: QueryExecutorProvider, table: string): Promise<void> {
  await sql`create table ${sql.table(table)} (
    version integer primary key,
    wraps_json text not null,
    created_at bigint not null,
    in_use integer not null
  )`.execute(db);
}

/**
 * The database's keys. The first ones are made where there are none, wrapped for every
 * secret that is known; those that are there are wrapped for the current one, too.
 * @param firstKeys keys of data that is there already; null makes new ones.
 * @throws SecretUnknown, ReplacementUnfinished
 */
export async function openDataKeys<Use extends string>(
  { db, now }: KeyedDatabase,
  place: KeyPlace<Use>,
  secrets: Secrets,
  firstKeys: () => Promise<DataKeys<Use>['keys'] | null>,
): Promise<KeyVersions<Use>> {
  let rows = await keyRows(db, place);
  if (rows.length === 0) {
    // Of several processes at once one makes them.
    await insertKeys({ db, now }, place, secrets, {
      version: 1,
      keys: (await firstKeys()) ?? newKeys(place.uses),
      inUse: true,
    });
    rows = await keyRows(db, place);
  }
  if (rows.some(({ in_use }) => in_use === 0)) throw new ReplacementUnfinished(place.owner);
  const opened = rows.map((row) => unwrapped(row, place, secrets));
  await wrapForCurrent(db, place, secrets);
  const [first, ...later] = opened;
  if (first === undefined) throw new SecretUnknown(place.owner);
  return [first, ...later];
}

export function newKeys<Use extends string>(uses: readonly Use[]): DataKeys<Use>['keys'] {
  return keysOf(uses, () => new Uint8Array(randomBytes(32)));
}

/** Derives keys from the secret itself, as they were before there were data keys. */
export function derivedKeys<Use extends SecretUse>(
  uses: readonly Use[],
  secret: string,
): DataKeys<Use>['keys'] {
  return keysOf(uses, (use) => deriveKey(secret, use));
}

/** Puts a version down, wrapped for each of the secrets, unless it is there. */
export async function insertKeys<Use extends string>(
  { db, now }: KeyedDatabase,
  place: KeyPlace<Use>,
  secrets: Secrets,
  { version, keys, inUse }: DataKeys<Use> & { inUse: boolean },
): Promise<void> {
  const wraps = JSON.stringify(
    Object.fromEntries(
      secrets.map((secret) => [secretName(secret), wrapped({ version, keys }, place, secret)]),
    ),
  );
  await sql`insert into ${sql.table(place.table)} (version, wraps_json, created_at, in_use)
    values (${version}, ${wraps}, ${now}, ${inUse ? 1 : 0})
    on conflict do nothing`.execute(db);
}

export async function keyRows(
  db: QueryExecutorProvider,
  { table }: Pick<KeyPlace<string>, 'table'>,
): Promise<DataKeyTable[]> {
  const { rows } = await sql<DataKeyTable>`
    select version, wraps_json, created_at, in_use from ${sql.table(table)} order by version`.execute(db);
  return rows;
}

/** @throws SecretUnknown */
export function unwrapped<Use extends string>(
  { version, wraps_json }: DataKeyTable,
  place: KeyPlace<Use>,
  secrets: Secrets,
): DataKeys<Use> {
  const wraps = wrapsIn(wraps_json);
  for (const secret of secrets) {
    const wrap = wraps[secretName(secret)];
    const opened = wrap === undefined ? null : wrapper(secret).open(wrap, new Date(0));
    if (opened !== null && opened.table === place.table && opened.version === version)
      return {
        version,
        keys: keysOf(place.uses, (use) => {
          const key = opened.keys[use];
          if (key === undefined) throw new SecretUnknown(place.owner);
          return new Uint8Array(Buffer.from(key, 'base64url'));
        }),
      };
  }
  throw new SecretUnknown(place.owner);
}

/** The result of wrapping one database's keys anew. */
export interface Rewrapped {
  owner: string;
  /** Wrappings for other secrets than the current one that were taken away. */
  removed: number;
}

/**
 * Leaves no wrapping but that for the current secret: with the earlier ones nobody opens the data from then on.
 * @throws SecretUnknown where none of the secrets opens it; then nothing is changed.
 */
export async function wrapForCurrentAlone<Use extends string>(
  { db }: Pick<KeyedDatabase, 'db'>,
  place: KeyPlace<Use>,
  secrets: Secrets,
): Promise<Rewrapped> {
  let removed = 0;
  await changeWraps(db, place, secrets, (wraps, own) => {
    const kept = Object.fromEntries([own]);
    removed += Object.keys({ ...wraps, ...kept }).length - 1;
    return kept;
  });
  return { owner: place.owner, removed };
}

async function wrapForCurrent<Use extends string>(
  db: QueryExecutorProvider,
  place: KeyPlace<Use>,
  secrets: Secrets,
): Promise<void> {
  await changeWraps(db, place, secrets, (wraps, [name, wrap]) => ({ ...wraps, [name]: wraps[name] ?? wrap }));
}

/** Each version's wrappings, changed only where nobody else has changed them meanwhile: then it is done anew. */
async function changeWraps<Use extends string>(
  db: QueryExecutorProvider,
  place: KeyPlace<Use>,
  secrets: Secrets,
  change: (
    wraps: Record<string, string>,
    own: readonly [name: string, wrap: string],
  ) => Record<string, string>,
): Promise<void> {
  const [current] = secrets;
  for (const { version } of await keyRows(db, place)) {
    for (let isDone = false; !isDone;) {
      const row = (await keyRows(db, place)).find((one) => one.version === version);
      if (row === undefined) break;
      const wraps = wrapsIn(row.wraps_json);
      const name = secretName(current);
      const own = wraps[name] ?? wrapped(unwrapped(row, place, secrets), place, current);
      const changed = JSON.stringify(change(wraps, [name, own]));
      if (changed === row.wraps_json) break;
      const { numAffectedRows } = await sql`update ${sql.table(place.table)} set wraps_json = ${changed}
        where version = ${version} and wraps_json = ${row.wraps_json}`.execute(db);
      isDone = numAffectedRows === 1n;
    }
  }
}

const Wraps = z.record(z.string(), z.string());

function wrapsIn(json: string): Record<string, string> {
  return Wraps.parse(JSON.parse(json));
}

/** The table and version are in it, so that a wrapping opens nothing at another place. */
const Wrapped = z.object({
  table: z.string(),
  version: z.number(),
  keys: z.record(z.string(), z.string()),
});

function wrapper(secret: string) {
  return sealer(Wrapped, deriveKey(secret, 'data-keys'), secretName(secret));
}

function wrapped<Use extends string>(
  { version, keys }: DataKeys<Use>,
  { table, uses }: KeyPlace<Use>,
  secret: string,
): string {
  const texts = uses.map((use) => [use, Buffer.from(keys[use]).toString('base64url')] as const);
  return wrapper(secret).seal({ table, version, keys: Object.fromEntries(texts) });
}

function keysOf<Use extends string>(
  uses: readonly Use[],
  keyFor: (use: Use) => Uint8Array,
): DataKeys<Use>['keys'] {
  const keys: Partial<Record<Use, Uint8Array>> = {};
  for (const use of uses) keys[use] = keyFor(use);
  return keys as DataKeys<Use>['keys'];
}
