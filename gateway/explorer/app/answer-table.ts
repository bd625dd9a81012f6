/** A list of the answer as rows; nested fields are columns such as `node.address.postcode`. */
export interface AnswerTable {
  columns: string[];
  /** Rows with one cell for each column; a cell is empty where its row has no such field. */
  rows: string[][];
}

/** The outermost list of objects in an answer, the first where several are as far out; null when there is none. */
export function answerTable(answer: unknown): AnswerTable | null {
  const list = outermostList(answer);
  if (list === null) return null;
  const rows = list.map((item) => new Map(cellsOf(item, '')));
  const columns = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  return { columns, rows: rows.map((row) => columns.map((column) => row.get(column) ?? '')) };
}

function outermostList(answer: unknown): object[] | null {
  let level: unknown[] = [answer];
  while (level.length > 0) {
    const list = level.find(isListOfObjects);
    if (list !== undefined) return list;
    level = level.filter(isObject).flatMap((object): unknown[] => Object.values(object));
  }
  return null;
}

function cellsOf(item: object, path: string): [string, string][] {
  return Object.entries(item).flatMap(([name, value]: [string, unknown]): [string, string][] => {
    // It is there for clients' caches, and says nothing to who reads a table.
    if (name === '__typename') return [];
    const column = `${path}${name}`;
    if (isListOfObjects(value)) return [[`${column} (how many)`, String(value.length)]];
    if (Array.isArray(value)) return [[column, value.map(String).join('; ')]];
    if (isObject(value)) return cellsOf(value, `${column}.`);
    if (value === null) return [[column, '']];
    return [[column, typeof value === 'string' ? value : JSON.stringify(value)]];
  });
}

function isListOfObjects(value: unknown): value is object[] {
  return Array.isArray(value) && value.length > 0 && value.every(isObject);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
