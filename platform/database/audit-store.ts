import { sql, type Kysely, type Migration } from 'kysely';
import { z } from 'zod';
import type { AuditStore, Head } from '../../domain/audit';
import { AUDIT_KEY_USES, type AuditKeyUse, type Secrets } from '../../domain/secret';
import {
  createKeyTable,
  derivedKeys,
  insertKeys,
  keysUnchanged,
  latestKeys,
  newKeys,
  openDataKeys,
  wrapForCurrentAlone,
  type KeyPlace,
  type KeyVersions,
  type Rewrapped,
} from './data-keys';
import { openDatabase, type Database, type DatabaseSettings } from './database';

interface AuditTables {
  audit_entry: {
    chain: string;
    sequence: number;
    at: number;
    caller_kind: string;
    caller: string | null;
    practice: string | null;
    operation: string;
    subjects_json: string;
    outcome: string;
    request_id: string;
    hash: string;
  };
}

const migrations: Record<string, Migration> = {
  '0001-entries': {
    async up(db) {
      await sql`create table audit_entry (
        chain text not null,
        sequence bigint not null,
        at bigint not null,
        caller_kind text not null,
        caller text,
        practice text,
        operation text not null,
        subjects_json text not null,
        outcome text not null,
        request_id text not null,
        hash text not null,
        primary key (chain, sequence)
      )`.execute(db);
    },
  },
  '0002-data-keys': {
    async up(db) {
      await createKeyTable(db, AUDIT_KEYS.table);
    },
  },
};

const AUDIT_KEYS: KeyPlace<AuditKeyUse> = {
  table: 'audit_key',
  owner: 'audit',
  uses: AUDIT_KEY_USES,
};

const PAGE = 1_000;
const MAX_HEADS = 200;

/** The trail alone, which says nothing to whoever has no keys. */
export async function openAuditStore(settings: DatabaseSettings): Promise<AuditStore> {
  return auditStore(await openAuditDatabase(settings));
}

/**
 * The trail, and the keys by which those who write it name callers' ids and addresses.
 * @returns also what throws KeysChanged once the trail has other keys
 * @throws SecretUnknown
 */
export async function openKeyedAuditStore(
  settings: DatabaseSettings,
  secrets: Secrets,
): Promise<{ store: AuditStore; versions: KeyVersions<AuditKeyUse>; unchanged: () => Promise<void> }> {
  const database = await openAuditDatabase(settings);
  try {
    const versions = await openAuditKeys(database, secrets);
    const unchanged = await keysUnchanged(database, AUDIT_KEYS);
    return { store: auditStore(database), versions, unchanged };
  } catch (error) {
    await database.close();
    throw error;
  }
}

function openAuditDatabase(settings: DatabaseSettings): Promise<Database<AuditTables>> {
  return openDatabase<AuditTables>(settings, 'audit', migrations);
}

/**
 * A trail from before it had keys was written under keys that were derived from the secret: those stay its first. Which secret
 * that was cannot be seen from it, so of several it is the last, which is the oldest.
 */
function openAuditKeys({ db, now }: Pick<Database<AuditTables>, 'db' | 'now'>, secrets: Secrets) {
  return openDataKeys({ db, now }, AUDIT_KEYS, secrets, async () => {
    const any = await db.selectFrom('audit_entry').select('chain').limit(1).executeTakeFirst();
    return any === undefined ? null : derivedKeys(AUDIT_KEY_USES, secrets.at(-1) ?? secrets[0]);
  });
}

/** Leaves the trail's keys wrapped for the current secret alone; safe beside gateways that run. @throws SecretUnknown */
export async function rewrapAudit(settings: DatabaseSettings, secrets: Secrets): Promise<Rewrapped> {
  const database = await openAuditDatabase(settings);
  try {
    await openAuditKeys(database, secrets);
    return await wrapForCurrentAlone(database, AUDIT_KEYS, secrets);
  } finally {
    await database.close();
  }
}

/** New keys for what is written from the next start on; the earlier ones stay, since what they named is not written anew. */
export async function rekeyAudit(settings: DatabaseSettings, secrets: Secrets): Promise<void> {
  const database = await openAuditDatabase(settings);
  try {
    const versions = await openAuditKeys(database, secrets);
    const version = latestKeys(versions).version + 1;
    const keys = newKeys(AUDIT_KEY_USES);
    await insertKeys(database, AUDIT_KEYS, [secrets[0]], { version, keys, inUse: true });
  } finally {
    await database.close();
  }
}

function auditStore({ db, close }: Database<AuditTables>): AuditStore {
  return {
    async append(entries, after) {
      const rows = entries.map(({ callerKind, subjects, requestId, ...entry }) => ({
        ...entry,
        caller_kind: callerKind,
        subjects_json: JSON.stringify(subjects),
        request_id: requestId,
      }));
      return db.transaction().execute(async (transaction) => {
        if (after !== null && !(await isThere(transaction, after))) return false;
        await transaction
          .insertInto('audit_entry')
          .values(rows)
          .onConflict((conflict) => conflict.doNothing())
          .execute();
        return true;
      });
    },
    async heads() {
      const last = db
        .selectFrom('audit_entry')
        .select(({ fn }) => ['chain', fn.max('sequence').as('sequence')])
        .groupBy('chain')
        .as('last');
      return db
        .selectFrom('audit_entry as entry')
        .innerJoin(last, (join) =>
          join.onRef('last.chain', '=', 'entry.chain').onRef('last.sequence', '=', 'entry.sequence'),
        )
        .select(['entry.chain', 'entry.sequence', 'entry.hash'])
        .orderBy('entry.at', 'desc')
        .limit(MAX_HEADS)
        .execute();
    },
    async *entries() {
      let after = { chain: '', sequence: 0 };
      for (;;) {
        const { chain, sequence } = after;
        const rows = await db
          .selectFrom('audit_entry')
          .selectAll()
          .where(({ eb, or, and }) =>
            or([eb('chain', '>', chain), and([eb('chain', '=', chain), eb('sequence', '>', sequence)])]),
          )
          .orderBy('chain')
          .orderBy('sequence')
          .limit(PAGE)
          .execute();
        for (const { caller_kind, subjects_json, request_id, ...row } of rows)
          yield {
            ...row,
            callerKind: caller_kind,
            subjects: subjectsIn(subjects_json),
            requestId: request_id,
          };
        const last = rows.at(-1);
        if (last === undefined) return;
        after = last;
      }
    },
    close,
  };
}

async function isThere(reader: Kysely<AuditTables>, { chain, sequence, hash }: Head): Promise<boolean> {
  const found = await reader
    .selectFrom('audit_entry')
    .select('hash')
    .where('chain', '=', chain)
    .where('sequence', '=', sequence)
    .executeTakeFirst();
  return found?.hash === hash;
}

const Subjects = z.array(z.string());

/** A value that somebody has spoilt is not what was written, whatever it is. */
function subjectsIn(json: string): string[] {
  try {
    return Subjects.parse(JSON.parse(json));
  } catch {
    return [json];
  }
}
