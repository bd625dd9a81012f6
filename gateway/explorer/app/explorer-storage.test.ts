import { buildSchema, type GraphQLSchema } from 'graphql';
import { explorerStorage, type KeyStorage } from './explorer-storage';

const SCHEMA = buildSchema(`
  enum By { WEEK }
  type Query { statistics(by: By, words: String): Int }
`);
const STATISTICS = 'query S($by: By, $words: String) {\n  statistics(by: $by, words: $words)\n}';

function memory(): KeyStorage & { all: Map<string, string> } {
  const all = new Map<string, string>();
  return {
    all,
    getItem: (key) => all.get(key) ?? null,
    setItem: (key, value) => void all.set(key, value),
    removeItem: (key) => void all.delete(key),
    clear: () => {
      all.clear();
    },
    get length() {
      return all.size;
    },
  };
}

function storages(schema: () => GraphQLSchema | null = () => SCHEMA) {
  const [tab, browser] = [memory(), memory()];
  return { tab, browser, storage: explorerStorage(tab, browser, schema) };
}

describe('explorerStorage', () => {
  it('keeps what is typed in the tab alone', () => {
    const { tab, browser, storage } = storages();
    storage.setItem('graphiql:tabState', 'typed');
    expect([storage.getItem('graphiql:tabState'), tab.all.size, browser.all.size]).toEqual(['typed', 1, 0]);
  });

  it('keeps of the history no token, no label, and no entry that may be about a person', () => {
    const { tab, browser, storage } = storages();
    const queries = [
      {
        query: `# Ruth\n${STATISTICS}`,
        variables: '{"by": "WEEK"}',
        headers: '{"authorization":"Bearer eyJ"}',
        label: 'Ruth',
        operationName: 'S',
      },
      { query: STATISTICS, variables: '{"words": "Ruth"}' },
      { query: '{ statistics(words: "Ruth") }', variables: '' },
      { query: '{ statistics }' },
    ];
    storage.setItem('graphiql:queries', JSON.stringify({ queries }));
    expect(JSON.parse(storage.getItem('graphiql:queries')!)).toEqual({
      queries: [
        { query: STATISTICS, variables: '{"by":"WEEK"}', operationName: 'S' },
        { query: '{\n  statistics\n}', variables: '' },
      ],
    });
    expect([tab.all.size, browser.all.size]).toEqual([0, 1]);
    expect(JSON.stringify([...browser.all])).not.toMatch(/Ruth|Bearer/);
  });

  it('keeps what it had before while the schema is not known, and adds nothing with variables', () => {
    let known = true;
    const { storage } = storages(() => (known ? SCHEMA : null));
    const had = { query: STATISTICS, variables: '{"by":"WEEK"}' };
    storage.setItem('graphiql:favorites', JSON.stringify({ favorites: [had] }));
    known = false;
    const more = { query: STATISTICS, variables: '{"by": "WEEK"}' };
    storage.setItem('graphiql:favorites', JSON.stringify({ favorites: [had, more] }));
    expect(JSON.parse(storage.getItem('graphiql:favorites')!)).toEqual({ favorites: [had] });
  });

  it('keeps the mark of a favourite, and forgets favourites when asked', () => {
    const { browser, storage } = storages();
    const favorites = [{ query: '{\n  statistics\n}', variables: '', favorite: true }];
    storage.setItem('graphiql:favorites', JSON.stringify({ favorites }));
    expect(JSON.parse(storage.getItem('graphiql:favorites')!)).toEqual({ favorites });
    storage.removeItem('graphiql:favorites');
    expect(browser.all.size).toBe(0);
  });

  it('keeps the last fifty entries, forgets everything when asked, and reads no other text', () => {
    const { tab, browser, storage } = storages();
    storage.setItem('graphiql:tabState', 'typed');
    const queries = [...Array(60).keys()].map((n) => ({ query: `{ a${n}: statistics }` }));
    storage.setItem('graphiql:queries', JSON.stringify({ queries }));
    expect(storage.getItem('graphiql:queries')!.match(/statistics/g)).toHaveLength(50);
    expect(storage.getItem('graphiql:queries')).toContain('a59: statistics');
    storage.setItem('graphiql:favorites', 'no JSON');
    expect(storage.getItem('graphiql:favorites')).toBe('{"favorites":[]}');
    storage.clear();
    expect([tab.all.size, browser.all.size]).toEqual([0, 0]);
  });
});
