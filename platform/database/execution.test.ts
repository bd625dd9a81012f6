import type { Kysely, Transaction } from 'kysely';
import { testDatabases } from '../../tests/databases';
import { isUniqueViolation, openDatabase, type Database } from './database';
import { executedBy } from './execution';

interface Tables {
  note: { id: number };
}

const migrations = {
  '0001': {
    up: (db: Kysely<unknown>) =>
      db.schema
        .createTable('note')
        .addColumn('id', 'integer', (id) => id.primaryKey())
        .execute(),
  },
};

describe.each(testDatabases())('a statement that is not awaited, on $name', ({ settings }) => {
  let database: Database<Tables>;
  beforeAll(async () => {
    database = await openDatabase<Tables>(await settings(), 'notes', migrations);
  });
  afterAll(() => database.close());

  const note = (db: Kysely<Tables>, id: number) =>
    db.executeQuery(executedBy(db.insertInto('note').values({ id }).compile(), { isAwaited: false }));
  const noted = async () =>
    (await database.db.selectFrom('note').select('id').orderBy('id').execute()).map(({ id }) => id);
  const write = (work: (transaction: Transaction<Tables>) => Promise<unknown>) =>
    database.db.transaction().execute(work);

  beforeEach(() => database.db.deleteFrom('note').execute());

  test('is carried out in its turn, and read by what comes after', async () => {
    const seen = await write(async (transaction) => {
      await note(transaction, 1);
      await note(transaction, 2);
      const rows = await transaction.selectFrom('note').select('id').execute();
      await note(transaction, 3);
      return rows.length;
    });
    expect(seen).toBe(2);
    expect(await noted()).toEqual([1, 2, 3]);
  });

  test('fails the commit with its own error, and nothing is kept', async () => {
    const failing = write(async (transaction) => {
      await note(transaction, 1);
      await note(transaction, 1);
    });
    expect(await failing.catch(isUniqueViolation)).toBe(true);
    expect(await noted()).toEqual([]);
  });

  test('fails the statement after it with its own error', async () => {
    const failing = write(async (transaction) => {
      await note(transaction, 1);
      await note(transaction, 1);
      await transaction.selectFrom('note').select('id').execute();
      await note(transaction, 2);
    });
    expect(await failing.catch(isUniqueViolation)).toBe(true);
    expect(await noted()).toEqual([]);
  });

  test('is carried out outside a transaction too', async () => {
    await note(database.db, 1);
    expect(await noted()).toEqual([1]);
  });

  test('is undone with its transaction, and leaves nothing to the next one', async () => {
    const undone = new Error('undone');
    for (let time = 0; time < 30; time++) {
      const failing = write(async (transaction) => {
        await note(transaction, 1);
        throw undone;
      });
      await expect(failing).rejects.toBe(undone);
    }
    await Promise.all(Array.from({ length: 30 }, (_, id) => write((transaction) => note(transaction, id))));
    expect(await noted()).toHaveLength(30);
  });
});
