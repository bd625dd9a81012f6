import { EnumValueIcon, useGraphiQL, type GraphiQLPlugin } from '@graphiql/react';
import { useSyncExternalStore } from 'react';
import { answerTable, type AnswerTable } from './answer-table';
import { csv } from './csv';

export const TABLE_PLUGIN: GraphiQLPlugin = { title: 'Table', icon: EnumValueIcon, content: TablePanel };

function TablePanel() {
  const table = answerTable(parsed(useAnswerText()));
  return (
    <section className="side-panel" aria-label="Table">
      <h2>Table</h2>
      {table === null ? (
        <p>Run an operation whose answer holds a list: its rows are shown here.</p>
      ) : (
        <Rows table={table} />
      )}
    </section>
  );
}

function Rows({ table }: { table: AnswerTable }) {
  return (
    <>
      <button
        type="button"
        className="graphiql-button"
        onClick={() => {
          download('answer.csv', csv(table));
        }}
      >
        Download {table.rows.length} rows as CSV
      </button>
      <div className="table-scroll">
        <table>
          <thead>
            <tr>
              {table.columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map((cells, row) => (
              <tr key={row}>
                {cells.map((cell, column) => (
                  <td key={column}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
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

/** Null while there is no answer: the pane is empty, or has an error message. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
