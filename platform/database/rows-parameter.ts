import { sql, type AliasedRawBuilder } from 'kysely';

/**
 * Rows of a table's columns, as a table named `input` that a statement may read. They are one parameter, so that the
 * statement's text does not grow with them. At least one, and all with the same columns. Cross join other tables to it:
 * then SQLite begins with it, and does not read whole tables.
 */
export type RowsParameter<Tables> = <Row extends object>(
  table: keyof Tables & string,
  rows: readonly Row[],
) => AliasedRawBuilder<Row, 'input'>;

/** In SQLite values bring their types with them. */
export function sqliteRows<Tables>(): RowsParameter<Tables> {
  return <Row extends object>(_table: string, rows: readonly Row[]) => {
    // As text: made of nodes, the columns alone would cost as much as all the rest of a statement.
    const columns = Object.keys(rows[0] ?? {}).map((name) => `value->>'${name}' as "${name}"`);
    return sql<Row>`(select ${sql.raw(columns.join(', '))} from json_each(${JSON.stringify(rows)}))`.as(
      'input',
    );
  };
}

/** In PostgreSQL they have those of the table. It takes a set for a hundred rows, so one row is read by another function. */
export function postgresRows<Tables>(): RowsParameter<Tables> {
  return <Row extends object>(table: string, rows: readonly Row[]) => {
    const [first, ...others] = rows;
    const read =
      others.length === 0
        ? sql<Row>`json_populate_record(null::${sql.table(table)}, ${JSON.stringify(first)}::json)`
        : sql<Row>`json_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(rows)}::json)`;
    return read.as('input');
  };
}
