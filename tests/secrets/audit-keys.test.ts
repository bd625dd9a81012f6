import { randomBytes } from 'node:crypto';
import { auditHash, CHAIN_RECORD } from '../../domain/audit';
import { AUDIT_KEY_USES } from '../../domain/secret';
import {
  openAuditStore,
  openKeyedAuditStore,
  rekeyAudit,
  rewrapAudit,
} from '../../platform/database/audit-store';
import { derivedKeys, SecretUnknown } from '../../platform/database/data-keys';
import type { DatabaseSettings } from '../../platform/database/database';
import { testDatabases } from '../databases';

const [OLD, NEW] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];

async function versions(settings: DatabaseSettings, secrets: [string, ...string[]]) {
  const { store, versions: opened } = await openKeyedAuditStore(settings, secrets);
  await store.close();
  return opened;
}

describe.each(testDatabases())('the keys of the audit trail, on $name', (kind) => {
  test('of a trail from before there were any are those that it was written under', async () => {
    const settings = await kind.settings();
    const store = await openAuditStore(settings);
    const entry = { ...CHAIN_RECORD, operation: 'a', subjects: [], at: 1, chain: 'a', sequence: 1 };
    await store.append([{ ...entry, hash: auditHash(null, entry) }], null);
    await store.close();
    expect(await versions(settings, [NEW, OLD])).toEqual([
      { version: 1, keys: derivedKeys(AUDIT_KEY_USES, OLD) },
    ]);
  });

  test('are replaced for what is written next, and go on finding what was written before', async () => {
    const settings = await kind.settings();
    const [first] = await versions(settings, [OLD]);
    await rekeyAudit(settings, [NEW, OLD]);
    await rewrapAudit(settings, [NEW, OLD]);
    const both = await versions(settings, [NEW]);
    expect(both[0]).toEqual(first);
    expect(both.map(({ version }) => version)).toEqual([1, 2]);
    expect(both[1]?.keys).not.toEqual(first.keys);
    await expect(versions(settings, [OLD])).rejects.toThrow(SecretUnknown);
  });
});
