import { testDatabases } from '../../../tests/databases';
import { openPracticesDatabase } from '..';
import { NOT_OPTED_IN } from './not-opted-in';
import { releasePolicies } from './policies';

describe.each(testDatabases())('releasePolicies on $name', (testDatabase) => {
  it('answers with what the practice has set, else with the default', async () => {
    const database = await openPracticesDatabase(await testDatabase.settings());
    const { version, ...rules } = { ...NOT_OPTED_IN, version: 3, status: 'CLOSED', dailyQuota: 2 } as const;
    const updatedAt = new Date('2026-01-10T12:00:00Z');
    await database.db
      .insertInto('release_policy')
      .values({ ods_code: 'Z90001', version, rules: JSON.stringify(rules), updated_at: updatedAt.getTime() })
      .execute();
    const policies = releasePolicies(database.db, () => NOT_OPTED_IN);
    await expect(Promise.all([policies.of('Z90001'), policies.of('Z90002')])).resolves.toEqual([
      { ...rules, version: 3, updatedAt },
      { ...NOT_OPTED_IN, updatedAt: null },
    ]);
    await database.close();
  });

  it('fails loudly on rules that it cannot read, rather than release anything', async () => {
    const database = await openPracticesDatabase(await testDatabase.settings());
    await database.db
      .insertInto('release_policy')
      .values({ ods_code: 'Z90001', version: 1, rules: '{"status":"OPEN"}', updated_at: 0 })
      .execute();
    await expect(releasePolicies(database.db, () => NOT_OPTED_IN).of('Z90001')).rejects.toThrow();
    await database.close();
  });
});
