import DataLoader from 'dataloader';
import { sql, type AliasedRawBuilder, type CompiledQuery, type Kysely, type RawBuilder } from 'kysely';
import { coalesce, type BatchFunction } from './coalesce';
import { executedBy } from './execution';
import type { Database } from './database';
import type { RowsParameter } from './rows-parameter';

/** A database, or one transaction of it, in which statements about one row are run. */
export interface Session<Tables> {
  db: Kysely<Tables>;
  now: RawBuilder<number>;
  rows: RowsParameter<Tables>;
  /** Makes one batch of the calls that come at the same time. */
  batch: <Input, Result>(serve: BatchFunction<Input, Result>) => (input: Input) => Promise<Result>;
}

/** The parts of a statement. Its row is the table `input`. */
export interface ForRow<Tables, Input> {
  db: Kysely<Tables>;
  now: RawBuilder<number>;
  input: AliasedRawBuilder<Input, 'input'>;
  /** Names of the row's columns. */
  columns: readonly string[];
}

/** A statement about one row. @returns the rows of its result. */
export type RowStatement<Tables, Input, Output> = (
  session: Session<Tables>,
  input: Input,
) => Promise<readonly Output[]>;

interface StatementOptions<Tables, Key> {
  /** The table whose columns the row has. */
  table: keyof Tables & string;
  /** The row's key: a result belongs to the row that has the same. Without a key nobody waits for the statement. */
  by: readonly Key[];
  /**
   * `lock` takes the same locks for the same key, in one order everywhere, so that no two transactions wait for each
   * other; of a `write` no two with one key may be under way in one transaction.
   */
  kind: 'lookup' | 'lock' | 'write';
}

/** Reads outside a transaction. */
export function readSession<Tables>(
  database: Pick<Database<Tables>, 'db' | 'now' | 'rows'>,
): Session<Tables> {
  const { db, now, rows } = database;
  return { db, now, rows, batch: (serve) => coalesce(serve) };
}

/**
 * Within a transaction: statements that its operations have come to at the same time are one batch, and whoever waits for
 * anything else than the database makes the others wait.
 */
export function transactionSession<Tables>(
  db: Kysely<Tables>,
  { now, rows }: Pick<Database<Tables>, 'now' | 'rows'>,
): Session<Tables> {
  // A function of its own: by it a statement knows the transaction.
  return { db, now, rows, batch: (serve) => inStep(serve) };
}

function inStep<Input, Result>(serve: BatchFunction<Input, Result>): (input: Input) => Promise<Result> {
  const loader = new DataLoader<Input, Result>(
    async (inputs) => {
      const results = await serve(inputs);
      return inputs.map((input) => results.get(input) ?? new Error('A statement had no result for a row.'));
    },
    { cache: false },
  );
  return (input) => loader.load(input);
}

/**
 * Makes a statement about one row. The rows of those that are run at the same time go to the database as one parameter of
 * one statement.
 */
export function rowStatement<Tables, Input extends object, Output extends object>(
  options: StatementOptions<Tables, keyof Input & keyof Output & string>,
  query: (context: ForRow<Tables, Input>) => Compilable<Output>,
): RowStatement<Tables, Input, Output> {
  return batched(options, query);
}

interface Compilable<Output> {
  compile(): CompiledQuery<Output>;
}

function batched<Tables, Input extends object, Output extends object>(
  { table, by, kind }: StatementOptions<Tables, string>,
  query: (context: ForRow<Tables, Input>) => Compilable<Output>,
): RowStatement<Tables, Input, Output> {
  return perSession(({ db, now, rows }) => async (inputs) => {
    const distinct = kind === 'write' ? inputs : distinctRows(inputs, by, kind === 'lock');
    const columns = Object.keys(distinct[0] ?? {});
    const statement = query({ db, now, input: rows(table, distinct), columns }).compile();
    const execution = { isAwaited: by.length > 0, isReplanned: distinct.length > 1 };
    const { rows: found } = await db.executeQuery(executedBy(statement, execution));
    if (by.length === 0) return new Map(inputs.map((input) => [input, []]));
    const byKey = new Map<string, Output[]>();
    for (const row of found) {
      const key = nameOf(row, by);
      const same = byKey.get(key);
      if (same === undefined) byKey.set(key, [row]);
      else same.push(row);
    }
    return new Map(inputs.map((input) => [input, byKey.get(nameOf(input, by)) ?? []]));
  });
}

/** A row of a table without the columns that a statement computes; it may have them as something to compute them from. */
type Uncomputed<Row, Computed extends keyof Row> = Omit<Row, Computed> & Partial<Pick<Row, Computed>>;

interface InsertionOptions<Key, Computed extends PropertyKey> {
  kind?: 'lock' | 'write';
  /** Without a key nobody waits for the statement. */
  by?: readonly Key[];
  /** Beside the key. */
  returning?: readonly Key[];
  /** SQL for columns; it may read the row's own value as `input.<column>`. */
  computed?: (now: RawBuilder<number>) => Record<Computed, RawBuilder<unknown>>;
  /** The clause after ON CONFLICT. */
  onConflict?: string;
}

/** Makes a statement that inserts a row. @returns the inserted row; none where a conflict kept it out. */
export function insertion<Tables, Table extends keyof Tables & string>(table: Table) {
  return <
    Key extends keyof Tables[Table] & string = never,
    Computed extends keyof Tables[Table] & string = never,
  >({
    kind = 'write',
    by = [],
    returning = [],
    computed,
    onConflict,
  }: InsertionOptions<Key, Computed> = {}): RowStatement<
    Tables,
    Uncomputed<Tables[Table], Computed>,
    Pick<Tables[Table], Key>
  > => {
    const returned = [...by, ...returning];
    const end = sql.raw(
      (onConflict === undefined ? '' : ` on conflict ${onConflict}`) +
        (returned.length === 0 ? '' : ` returning ${columnList(returned)}`),
    );
    return batched({ table, by, kind }, ({ db, now, input, columns }) => {
      const made: Partial<Record<string, RawBuilder<unknown>>> = computed?.(now) ?? {};
      const inserting = [...new Set([...columns, ...Object.keys(made)])];
      const values = inserting.map((column) => made[column] ?? sql.raw(`input."${column}"`));
      // SQLite reads ON CONFLICT after a SELECT only where that has a WHERE.
      const inserted = sql<
        Pick<Tables[Table], Key>
      >`insert into ${sql.table(table)} (${sql.raw(columnList(inserting))})
        select ${sql.join(values)} from ${input} where true${end}`;
      return { compile: () => inserted.compile(db) };
    });
  };
}

/**
 * Makes a statement that draws the next number of a counter, without gaps. The counter stays locked until the transaction
 * ends, in one order everywhere.
 * @param columns the columns of a counter's name and of its last number.
 */
export function counter<Tables>(
  table: keyof Tables & string,
  columns: { name: string; last: string },
): (session: Session<Tables>, name: string) => Promise<number> {
  const [nameColumn, lastColumn] = [sql.ref(columns.name), sql.ref(columns.last)];
  const draw = perSession<Tables, { name: string }, number>(({ db, rows }) => async (inputs) => {
    const counts = new Map<string, number>();
    for (const { name } of inputs) counts.set(name, (counts.get(name) ?? 0) + 1);
    const wanted = [...counts]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, count]) => ({ [columns.name]: name, [columns.last]: count }));
    const { rows: drawn } = await sql<{ name: string; last: number }>`
      insert into ${sql.table(table)} (${nameColumn}, ${lastColumn})
      select input.${nameColumn}, input.${lastColumn} from ${rows(table, wanted)} where true
      on conflict (${nameColumn}) do update set ${lastColumn} = ${sql.table(table)}.${lastColumn} + excluded.${lastColumn}
      returning ${nameColumn} as name, ${lastColumn} as last`.execute(db);
    const next = new Map(drawn.map(({ name, last }) => [name, last - (counts.get(name) ?? 0) + 1]));
    return new Map(
      inputs.map((input) => {
        const number = next.get(input.name) ?? 1;
        next.set(input.name, number + 1);
        return [input, number];
      }),
    );
  });
  return (session, name) => draw(session, { name });
}

/** One batching function for each session. */
function perSession<Tables, Input, Result>(
  serve: (session: Session<Tables>) => BatchFunction<Input, Result>,
): (session: Session<Tables>, input: Input) => Promise<Result> {
  const known = new WeakMap<object, (input: Input) => Promise<Result>>();
  return (session, input) => {
    let run = known.get(session.batch);
    if (run === undefined) {
      run = session.batch(serve(session));
      known.set(session.batch, run);
    }
    return run(input);
  };
}

function distinctRows<Row extends object>(
  rows: readonly Row[],
  by: readonly string[],
  isSorted: boolean,
): readonly Row[] {
  if (rows.length === 1) return rows;
  const named = new Map(rows.map((row) => [nameOf(row, by), row]));
  if (!isSorted) return [...named.values()];
  return [...named].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
}

/** The values of a row's key. No text in PostgreSQL has a NUL in it. */
function nameOf(row: object, by: readonly string[]): string {
  return by.map((column) => String((row as Record<string, unknown>)[column])).join('\0');
}

function columnList(columns: readonly string[]): string {
  return columns.map((column) => `"${column}"`).join(', ');
}
