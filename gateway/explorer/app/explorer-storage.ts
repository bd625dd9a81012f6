import type { GraphQLSchema } from 'graphql';
import { isObject } from './answer-table';
import { impersonal } from './impersonal';

/** Keys under which GraphiQL keeps its history. */
const HISTORY = new Map([
  ['graphiql:queries', 'queries'],
  ['graphiql:favorites', 'favorites'],
]);
const MAX_ENTRIES = 50;

/** The part of a browser's storage that GraphiQL uses. */
export type KeyStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'clear' | 'length'>;

/**
 * Keeps what is typed until the tab is closed. The history stays longer, so that a query is found again tomorrow; of it is
 * kept only what cannot be about a person: no headers, no labels, and no query whose text or variables could be.
 * @param schema the schema as far as it is known, by which variables are judged
 */
export function explorerStorage(
  tab: KeyStorage,
  browser: KeyStorage,
  schema: () => GraphQLSchema | null,
): KeyStorage {
  return {
    getItem: (key) => (HISTORY.has(key) ? browser : tab).getItem(key),
    setItem(key, value) {
      const list = HISTORY.get(key);
      if (list === undefined) tab.setItem(key, value);
      else {
        const kept = entriesIn(browser.getItem(key), list);
        browser.setItem(key, JSON.stringify({ [list]: keptEntries(entriesIn(value, list), kept, schema()) }));
      }
    },
    removeItem: (key) => {
      (HISTORY.has(key) ? browser : tab).removeItem(key);
    },
    clear: () => {
      tab.clear();
      for (const key of HISTORY.keys()) browser.removeItem(key);
    },
    get length() {
      return tab.length;
    },
  };
}

interface Entry {
  query: string;
  variables: string;
  operationName?: string;
  favorite?: boolean;
}

function keptEntries(
  entries: readonly Entry[],
  before: readonly Entry[],
  schema: GraphQLSchema | null,
): Entry[] {
  const known = new Set(before.map(identity));
  return entries
    .flatMap((entry): Entry[] => {
      // Judged when it came, when the schema was known.
      if (known.has(identity(entry))) return [entry];
      const kept = impersonal(entry.query, entry.variables, schema);
      return kept === null || kept.variables === null
        ? []
        : [{ ...entry, query: kept.query, variables: kept.variables === '{}' ? '' : kept.variables }];
    })
    .slice(-MAX_ENTRIES);
}

function identity({ query, variables }: Entry): string {
  return `${query}\n${variables}`;
}

/** Entries of GraphiQL's list, without what is never kept. */
function entriesIn(json: string | null, list: string): Entry[] {
  const found = new Map<string, unknown>(Object.entries(objectIn(json ?? ''))).get(list);
  return Array.isArray(found) ? found.filter(isObject).map(entryOf) : [];
}

function entryOf(item: object): Entry {
  const { query, variables, operationName, favorite } = item as Partial<Record<string, unknown>>;
  return {
    query: typeof query === 'string' ? query : '',
    variables: typeof variables === 'string' ? variables : '',
    ...(typeof operationName === 'string' ? { operationName } : {}),
    ...(typeof favorite === 'boolean' ? { favorite } : {}),
  };
}

function objectIn(json: string): object {
  try {
    const value: unknown = JSON.parse(json);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
