import { EnumValueIcon, useGraphiQL, type GraphiQLPlugin } from '@graphiql/react';
import { useMemo, useSyncExternalStore } from 'react';
import { isInterfaceType, type GraphQLSchema } from 'graphql';
import type { Cell } from '../../../domain/csv';
import { csvFile, factsTable, type CsvFile } from './csv-file';
import { ASKED } from './fetcher';
import { inWords, readAnswer, type Answered, type NamedTable } from './read-answer';

export const TABLE_PLUGIN: GraphiQLPlugin = { title: 'Table', icon: EnumValueIcon, content: TablePanel };

/** A browser shows no more rows of a table at once; the file has them all. */
const MAX_SHOWN = 1_000;

function TablePanel() {
  const text = useAnswerText();
  const { schema, isFetching } = useGraphiQL(({ schema, isFetching }) => ({ schema, isFetching }));
  const read = useMemo(() => readAnswer(text, problemTypes(schema)), [text, schema]);
  const words = isFetching ? ['The operation is running.'] : inWords(read);
  return (
    <section className="side-panel table-panel" aria-label="Table">
      <h2>Table</h2>
      <div role="status">
        {words.map((sentence, place) => (
          <p key={place}>{sentence}</p>
        ))}
      </div>
      {read.kind === 'answered' ? <Tables answered={read} text={text} /> : null}
    </section>
  );
}

function Tables({ answered, text }: { answered: Answered; text: string }) {
  const single = answered.tables.length === 0;
  const tables = single && answered.facts.length > 0 ? [factsTable(answered)] : answered.tables;
  return (
    <>
      {single ? null : <Facts facts={answered.facts} />}
      {tables.map((table) => (
        <Rows
          key={table.name}
          table={table}
          label={tables.length > 1 ? `${countRows(table)} of ${table.name}` : countRows(table)}
          file={() => csvFile(table, answered, ASKED.find(text))}
        />
      ))}
    </>
  );
}

function Facts({ facts }: Pick<Answered, 'facts'>) {
  if (facts.length === 0) return null;
  return (
    <dl className="facts">
      {facts.map(([path, cell]) => (
        <div key={path}>
          <dt>{path}</dt>
          <dd>{cell === '' ? 'nothing' : String(cell)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Rows({ table, label, file }: { table: NamedTable; label: string; file: () => CsvFile }) {
  const { name, columns, rows } = table;
  const title = name === '' ? 'Values of the answer' : name;
  return (
    <>
      <h3>{title}</h3>
      <button
        type="button"
        className="graphiql-button"
        onClick={() => {
          download(file());
        }}
      >
        Download {label} as CSV
      </button>
      {rows.length > MAX_SHOWN ? <p>The first {MAX_SHOWN} rows are shown. The file has them all.</p> : null}
      {/* What scrolls has to take the focus, so that the arrow keys can scroll it. */}
      <div className="table-scroll" role="region" aria-label={`Rows of ${title}`} tabIndex={0}>
        <table>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, MAX_SHOWN).map((cells, row) => (
              <tr key={row}>
                {cells.map((cell, column) => (
                  <td key={column} className={isNumber(cell) ? 'number' : undefined}>
                    {String(cell)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function countRows({ rows }: NamedTable): string {
  return rows.length === 1 ? '1 row' : `${rows.length} rows`;
}

/** Numbers stand under each other; what is withheld stands among them. */
function isNumber(cell: Cell): boolean {
  return typeof cell === 'number' || cell === '*' || /^-?\d+(\.\d+)?$/.test(String(cell));
}

function problemTypes(schema: GraphQLSchema | null | undefined): ReadonlySet<string> {
  const problem = schema?.getType('Problem');
  if (!schema || !isInterfaceType(problem)) return new Set();
  return new Set(schema.getPossibleTypes(problem).map(({ name }) => name));
}

/** Returns the text of the response pane, and follows its changes. */
function useAnswerText(): string {
  const editor = useGraphiQL(({ responseEditor }) => responseEditor);
  return useSyncExternalStore(
    (changed) => {
      const listening = editor?.onDidChangeModelContent(changed);
      return () => listening?.dispose();
    },
    () => editor?.getValue() ?? '',
  );
}

function download({ name, text }: CsvFile): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
