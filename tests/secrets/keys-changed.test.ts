import { sql } from 'kysely';
import { KeysChanged } from '../../platform/database/data-keys';
import { openDatabase } from '../../platform/database/database';
import { testDatabases } from '../databases';
import { eventually } from '../../domain/eventually';
import { partsOn, type PartsUnderTest } from './parts';

const SECRET = { GATEWAY_SECRET: 'a secret of this suite alone, and long enough' };
const NOWHERE = 'http://127.0.0.1:1/graphql';

/** Replaces the keys, as a restore does, which puts other rows in the place of those that a part has read. */
async function otherKeys({ databases }: PartsUnderTest, owner: 'appointments' | 'audit', table: string) {
  const { db, close } = await openDatabase(databases[owner], 'restoring', {});
  await sql`update ${sql.table(table)} set created_at = created_at - 1`.execute(db);
  await close();
}

describe.each(testDatabases())('a part whose database has other keys than it, on $name', (kind) => {
  test.each([
    ['appointments', 'ledger_key'],
    ['audit', 'audit_key'],
  ] as const)('ends its process, with or without requests: %s', async (owner, table) => {
    const ended: Error[] = [];
    const parts = await partsOn(await kind.settings(), (why) => ended.push(why));
    const urls = { triage: NOWHERE, practices: NOWHERE, appointments: NOWHERE };
    const part =
      owner === 'appointments'
        ? await parts.start('appointments', SECRET)
        : await parts.startGateway(SECRET, urls);
    await otherKeys(parts, owner, table);
    await eventually('it is to end', () => ended.length > 0);
    expect(ended[0]).toBeInstanceOf(KeysChanged);
    expect(ended[0]?.message).toContain(owner);
    await part.close();
    await parts.close();
  });
});
