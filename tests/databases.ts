import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import type { DatabaseSettings } from '../platform/database/database';

/** One database of each kind that this run has: contract suites run on all of them. */
export interface TestDatabase {
  name: string;
  /** A fresh, empty database. */
  settings(): Promise<DatabaseSettings>;
}

export function testDatabases(url = process.env.TEST_POSTGRES_URL): TestDatabase[] {
  return [EMBEDDED, ...(url === undefined ? [] : [postgres(url)])];
}

export const EMBEDDED: TestDatabase = {
  name: 'embedded',
  settings: () =>
    Promise.resolve({ kind: 'embedded', file: join(mkdtempSync(join(tmpdir(), 'gp-booking-')), 'test.db') }),
};

function postgres(url: string): TestDatabase {
  return {
    name: 'PostgreSQL',
    settings: async () => {
      const name = `test_${randomBytes(6).toString('hex')}`;
      const admin = new Client({ connectionString: url });
      await admin.connect();
      await admin.query(`create database ${name}`);
      await admin.end();
      return { kind: 'postgres', url: Object.assign(new URL(url), { pathname: `/${name}` }).href };
    },
  };
}
