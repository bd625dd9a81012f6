import { sql, type AliasedRawBuilder } from 'kysely';

/**
 * Rows of a table's columns, as a table that a statement may read, named `given`. They are one parameter, so that the
 * statement's text does not grow with them. At least one, and all with the same columns. Other tables are cross
 * joined to them, which makes SQLite begin with them: in an order of its own it would read whole tables.
 */
export type Given<Tables> = <Table extends keyof Tables & string, Row extends Partial<Tables[Table]>>(
  table: Table,
  rows: readonly Row[],
) => AliasedRawBuilder<Row, 'given'>;

/** In SQLite values bring their types with them. */
export function givenToSqlite<Tables>(): Given<Tables> {
  return <Row extends object>(_table: string, rows: readonly Row[]) => {
    // As text: made of nodes, the columns alone would cost as much as all the rest of a statement.
    const columns = Object.keys(rows[0] ?? {}).map((name) => `value->>'${name}' as "${name}"`);
    return sql<Row>`(select ${sql.raw(columns.join(', '))} from json_each(${JSON.stringify(rows)}))`.as(
      'given',
    );
  };
}

const MANY_IN_POSTGRES = 'json_populate_recordset';

/** In PostgreSQL they have those of the table. It takes a set for a hundred rows, and so plans for one by another function. */
export function givenToPostgres<Tables>(): Given<Tables> {
  return <Row extends object>(table: string, rows: readonly Row[]) => {
    const [only, ...others] = rows;
    const read =
      others.length === 0
        ? sql<Row>`json_populate_record(null::${sql.table(table)}, ${JSON.stringify(only)}::json)`
        : sql<Row>`${sql.raw(MANY_IN_POSTGRES)}(null::${sql.table(table)}, ${JSON.stringify(rows)}::json)`;
    return read.as('given');
  };
}

/** Whether a statement for PostgreSQL reads several rows that are given to it. */
export function readsManyGiven(text: string): boolean {
  return text.includes(MANY_IN_POSTGRES);
}
