import type { Migration } from 'kysely';
import { testDatabases } from '../../tests/databases';
import { openDatabase } from './database';

const table = (name: string): Migration => ({
  up: (db) => db.schema.createTable(name).addColumn('id', 'text').execute(),
});
const OURS = { '0001-first': table('first') };
const NEWER = { ...OURS, '0002-second': table('second'), '0003-third': table('third') };

describe.each(testDatabases())('a database on $name', (kind) => {
  it('that a newer version has brought up to date is refused for that reason, and still serves that version', async () => {
    const settings = await kind.settings();
    await (await openDatabase(settings, 'triage', OURS)).close();
    await (await openDatabase(settings, 'triage', NEWER)).close();
    const refusal = openDatabase(settings, 'triage', OURS);
    await expect(refusal).rejects.toThrow(
      /^The triage database was brought up to date by a newer version .* \(0002-second, 0003-third\): start that version/,
    );
    await expect(refusal).rejects.not.toThrow(/DATABASE_URL|check the file/);
    await (await openDatabase(settings, 'triage', NEWER)).close();
    // Another subgraph's tables are no business of this one.
    await (await openDatabase(settings, 'practices', { '0001-other': table('other') })).close();
  });
});
