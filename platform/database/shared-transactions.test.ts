import { sql, type Kysely } from 'kysely';
import { testDatabases } from '../../tests/databases';
import { isUniqueViolation, openDatabase, type Database } from './database';
import { counter, insertion, readSession, rowStatement, type ForRow } from './row-statement';
import { Rollback, sharedTransactions, type OperationSession } from './shared-transactions';

interface Tables {
  note: { id: string; author: string; text: string };
  author: { name: string; last: number };
}

const migrations = {
  '0001': {
    async up(db: Kysely<unknown>) {
      await sql`create table note (id text primary key, author text not null, text text not null)`.execute(
        db,
      );
      await sql`create table author (name text primary key, last bigint not null)`.execute(db);
    },
  },
};

const insertNote = insertion<Tables, 'note'>('note')({
  by: ['id'],
  returning: ['text'],
  computed: () => ({ text: sql`upper(input.text)` }),
});
const insertNewNote = insertion<Tables, 'note'>('note')({ by: ['id'], onConflict: 'do nothing' });
const nextNumber = counter<Tables>('author', { name: 'name', last: 'last' });

describe.each(testDatabases())('operations that share a transaction, on $name', ({ settings }) => {
  let database: Database<Tables>;
  let statements: number;
  let transactions: ReturnType<typeof sharedTransactions<Tables>>;

  /** Reads an author's notes, and counts the statements that this takes. */
  const notesOf = rowStatement(
    { table: 'note', by: ['author'], kind: 'lookup' },
    ({ db, input }: ForRow<Tables, { author: string }>) => {
      statements++;
      return db
        .selectFrom(input)
        .crossJoin('note')
        .whereRef('note.author', '=', 'input.author')
        .select(['note.id', 'note.author'])
        .orderBy('note.id');
    },
  );

  beforeAll(async () => {
    database = await openDatabase<Tables>(await settings(), 'notes', migrations);
    transactions = sharedTransactions(database);
  });
  beforeEach(async () => {
    statements = 0;
    await database.db.deleteFrom('note').execute();
    await database.db.deleteFrom('author').execute();
  });
  afterAll(() => database.close());

  const ids = async () =>
    (await database.db.selectFrom('note').select('id').orderBy('id').execute()).map(({ id }) => id);
  const note = (id: string, author = 'a') => ({ id, author, text: `text of ${id}` });

  const run = <Answer>(
    inputs: readonly string[],
    operation: (transaction: OperationSession<Tables>, input: string) => Promise<Answer>,
  ) => {
    const shared = transactions.shared(operation);
    return Promise.allSettled(inputs.map((input) => shared(input)));
  };
  const values = (outcomes: readonly PromiseSettledResult<unknown>[]) =>
    outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : 'failed'));

  test('each gets the results of its own row', async () => {
    const outcomes = await run(['1', '2', '3'], async (transaction, id) => {
      const [inserted] = await insertNote(transaction, note(id));
      return inserted;
    });
    expect(values(outcomes)).toEqual(['1', '2', '3'].map((id) => ({ id, text: `TEXT OF ${id}` })));
  });

  test('a statement that all have come to is one', async () => {
    await run(['1', '2'], (transaction, id) => insertNote(transaction, note(id, `author ${id}`)));
    const outcomes = await run(['author 1', 'author 2', 'author 1', 'nobody'], async (transaction, author) =>
      (await notesOf(transaction, { author })).map(({ id }) => id),
    );
    expect(values(outcomes)).toEqual([['1'], ['2'], ['1'], []]);
    expect(statements).toBe(1);
  });

  test('a read outside a transaction joins those that come while another is under way', async () => {
    await run(['1'], (transaction, id) => insertNote(transaction, note(id)));
    const reader = readSession(database);
    const found = await Promise.all(['a', 'b', 'a'].map((author) => notesOf(reader, { author })));
    expect(found.map((notes) => notes.map(({ id }) => id))).toEqual([['1'], [], ['1']]);
    expect(statements).toBe(1);
  });

  test('a conflict keeps out one row, and no other', async () => {
    await run(['2'], (transaction, id) => insertNote(transaction, note(id)));
    const outcomes = await run(['1', '2', '3'], async (transaction, id) => {
      const inserted = await insertNewNote(transaction, note(id));
      return inserted.length;
    });
    expect(values(outcomes)).toEqual([1, 0, 1]);
  });

  test('one that cannot be written fails alone', async () => {
    await run(['2'], (transaction, id) => insertNote(transaction, note(id)));
    const outcomes = await run(['1', '2', '3'], async (transaction, id) => {
      await insertNote(transaction, note(id));
      return 'written';
    });
    expect(values(outcomes)).toEqual(['written', 'failed', 'written']);
    const [, failed] = outcomes;
    expect(failed?.status === 'rejected' && isUniqueViolation(failed.reason)).toBe(true);
    expect(await ids()).toEqual(['1', '2', '3']);
  });

  test('one that rolls back gives its answer, and writes nothing', async () => {
    const outcomes = await run(['1', '2', '3'], async (transaction, id) => {
      await insertNote(transaction, note(id));
      if (id === '2') throw new Rollback('rolled back');
      return 'written';
    });
    expect(values(outcomes)).toEqual(['written', 'rolled back', 'written']);
    expect(await ids()).toEqual(['1', '3']);
  });

  test('of those that ask for one key each sees what the one before has written', async () => {
    const outcomes = await run(['1', '2', '3', '4'], async (transaction, id) => {
      if (id !== '3') transaction.exclusively('the same');
      const before = await notesOf(transaction, { author: 'a' });
      await insertNote(transaction, note(id));
      return before.length;
    });
    // The third shares the transaction of the first, which it cannot see.
    expect(values(outcomes)).toEqual([0, 2, 0, 3]);
  });

  test('numbers are drawn without gaps, for each name on its own', async () => {
    const names = ['a', 'b', 'a', 'a', 'b'];
    const first = await run(names, (transaction, name) => nextNumber(transaction, name));
    expect(values(first)).toEqual([1, 1, 2, 3, 2]);
    const second = await run(['b', 'a'], (transaction, name) => nextNumber(transaction, name));
    expect(values(second)).toEqual([3, 4]);
  });
});
