import { chmodSync, mkdirSync, mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOrCreateFile } from '../domain/read-or-create-file';
import { openAuditStore } from '../platform/database/audit-store';

const modeOf = (path: string) => (statSync(path).mode & 0o7777).toString(8);

test('secrets and databases that an older version made are closed to others at the start', async () => {
  const old = join(mkdtempSync(join(tmpdir(), 'gp-booking-')), 'data');
  mkdirSync(old, { mode: 0o755 });
  const files = ['secret', 'audit.db', 'audit.db-wal', 'audit.db-shm'].map((name) => join(old, name));
  // Its WAL is there as long as somebody has it open.
  const older = await openAuditStore({ kind: 'embedded', file: files[1]! });
  writeFileSync(files[0]!, 'a secret');
  for (const file of files) chmodSync(file, 0o644);
  chmodSync(old, 0o755);

  expect(await readOrCreateFile(files[0]!, () => Promise.resolve('another'))).toBe('a secret');
  const store = await openAuditStore({ kind: 'embedded', file: files[1]! });
  expect([old, ...files].map(modeOf)).toEqual(['700', '600', '600', '600', '600']);
  await store.close();
  await older.close();
});
