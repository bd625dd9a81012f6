import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ledgerMigrations } from '../subgraphs/appointments/database/migrations';
import { copyMigrations } from '../subgraphs/appointments/recovery/file-copies';
import { openAuditStore } from '../platform/database/audit-store';
import { openDatabase } from '../platform/database/database';
import { openPracticesDatabase } from '../subgraphs/practices/database/open-database';
import { openTriageDatabase } from '../subgraphs/triage/database/open-database';
import { EMBEDDED, testDatabases } from './databases';

/** The names in the second column of the table of docs/operate.md. */
function tablesInDocs(): string[] {
  const page = readFileSync(join(__dirname, '..', 'docs', 'operate.md'), 'utf8');
  const [, section = ''] = page.split('## Retention');
  const rows = section
    .split('\n## ')[0]!
    .split('\n')
    .filter((line) => line.startsWith('|'));
  return rows.flatMap((row) => [...(row.split('|')[2] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name!));
}

test.each(testDatabases())(
  'docs/operate.md says of every table on $name how long it is kept',
  async (kind) => {
    const settings = await kind.settings();
    await (await openAuditStore(settings)).close();
    await (await openPracticesDatabase(settings)).close();
    await (await openTriageDatabase(settings)).close();
    const { db, close } = await openDatabase(settings, 'appointments', ledgerMigrations);
    const tables = await db.introspection.getTables();
    await close();
    // Always a file: where there is Redis, that has the copies.
    const copies = await openDatabase(await EMBEDDED.settings(), 'copies', copyMigrations);
    tables.push(...(await copies.db.introspection.getTables()));
    await copies.close();
    const names = tables.map(({ name }) => name).filter((name) => !/_migration(_lock)?$/.test(name));
    expect(names.sort()).toEqual(tablesInDocs().sort());
  },
);
