import { sql, type Migration } from 'kysely';
import { z } from 'zod';
import type { AuditStore } from '../domain/audit';
import { openDatabase, type DatabaseSettings } from './database';

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
};

const PAGE = 1_000;
const MOST_HEADS = 200;

export async function openAuditStore(settings: DatabaseSettings): Promise<AuditStore> {
  const { db, close } = await openDatabase<AuditTables>(settings, 'audit', migrations);
  return {
    async append(entries) {
      const rows = entries.map(({ callerKind, subjects, requestId, ...entry }) => ({
        ...entry,
        caller_kind: callerKind,
        subjects_json: JSON.stringify(subjects),
        request_id: requestId,
      }));
      await db
        .insertInto('audit_entry')
        .values(rows)
        .onConflict((conflict) => conflict.doNothing())
        .execute();
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
        .limit(MOST_HEADS)
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

const Subjects = z.array(z.string());

/** What somebody has spoilt is not what was written, whatever it is. */
function subjectsIn(json: string): string[] {
  try {
    return Subjects.parse(JSON.parse(json));
  } catch {
    return [json];
  }
}
