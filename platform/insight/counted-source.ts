import { sql, type CreateTableBuilder, type Kysely } from 'kysely';
import { z } from 'zod';
import type { Caller } from '../../domain/caller';

/**
 * Facts that one source can add in a day: whoever fills a cell up with checks of their own can then read what was there before.
 * Many people can be behind one address, and a family behind one account.
 */
const COUNTED = { anonymous: 3, signedIn: 10 } as const;

/** The source of a request, to count by. */
export interface FactSource {
  name: string;
  most: number;
}

/** @param source digest of the caller's address */
export function factSource(caller: Caller, source: string | undefined): FactSource {
  return caller.kind === 'anonymous'
    ? { name: `address ${source ?? 'unknown'}`, most: COUNTED.anonymous }
    : { name: `caller ${caller.id}`, most: COUNTED.signedIn };
}

export interface CountedSourceTable {
  day: string;
  source: string;
  facts: number;
}

export function countedSourceColumns<Name extends string>(
  table: CreateTableBuilder<Name>,
): CreateTableBuilder<Name, 'day' | 'source' | 'facts'> {
  return table
    .addColumn('day', 'text', (column) => column.notNull())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('facts', 'integer', (column) => column.notNull());
}

const Counted = z.tuple([z.object({ facts: z.number() })]);

/** Counts one more fact of a source. @returns false when it has had as many as count in a day */
export async function isCounted<Tables>(
  transaction: Kysely<Tables>,
  table: string,
  day: string,
  { name, most }: FactSource,
): Promise<boolean> {
  const { rows } = await sql`insert into ${sql.table(table)} (day, source, facts) values (${day}, ${name}, 1)
    on conflict (day, source) do update set facts = ${sql.table(table)}.facts + 1
    returning facts`.execute(transaction);
  const [{ facts }] = Counted.parse(rows);
  return facts <= most;
}

/** Deletes what earlier days have counted. */
export async function forgetSources<Tables>(
  db: Kysely<Tables>,
  table: string,
  before: string,
): Promise<void> {
  await sql`delete from ${sql.table(table)} where day < ${before}`.execute(db);
}
