import { sql, type Kysely } from 'kysely';
import { testDatabases } from '../../tests/databases';
import { openDatabase, type Database } from './database';

interface Tables {
  note: { id: string; text: string | null; at: number | null };
}

const migrations = {
  '0001': {
    async up(db: Kysely<unknown>) {
      await sql`create table note (id text primary key, text text, at bigint)`.execute(db);
    },
  },
};

describe.each(testDatabases())('rows given to a statement on $name', ({ settings }) => {
  let database: Database<Tables>;
  beforeAll(async () => {
    database = await openDatabase<Tables>(await settings(), 'notes', migrations);
  });
  afterAll(() => database.close());

  const rows = [
    { id: '007', text: `O'Brien said "{}" ; -- Zoë 🩺 \\ \n`, at: 1_764_345_600_123 },
    { id: 'null', text: null, at: null },
    { id: '1e3', text: '["a"]', at: 0 },
    { id: '', text: 'true', at: -1 },
  ];

  test('are what they were, in their types', async () => {
    const read = await database.db
      .selectFrom(database.rows('note', rows))
      .select(['input.id', 'input.text', 'input.at'])
      .execute();
    expect(read).toEqual(rows);
  });

  test('are stored as what they are', async () => {
    await sql`insert into note (id, text, at)
      select input.id, input.text, input.at + 1 from ${database.rows('note', rows)}`.execute(database.db);
    const stored = await database.db.selectFrom('note').selectAll().execute();
    const later = rows.map(({ at, ...row }) => ({ ...row, at: at === null ? null : at + 1 }));
    expect(new Set(stored)).toEqual(new Set(later));
  });

  test('may be some of the columns, and thousands', async () => {
    const ids = Array.from({ length: 5_000 }, (_, number) => ({ id: `${number}` }));
    const read = await database.db.selectFrom(database.rows('note', ids)).select('input.id').execute();
    expect(read).toEqual(ids);
  });
});
