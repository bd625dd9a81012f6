import { createInterface } from 'node:readline';
import { readConfig } from '../config';
import { keyedDigest } from '../domain/secret';
import { knownSecrets } from '../settings/known-secrets';
import { openKeyedAuditStore } from '../platform/database/audit-store';
import { runScript } from './run-script';

const MAX_IDS = 1_000;

/**
 * `npm run audit:find`: prints the audit entries about the ids on standard input, one id a line: one entry a line,
 * as JSON. Ids are not arguments, because others on the machine can read those.
 */
runScript(async () => {
  const ids = await idsOnInput();
  const config = readConfig(process.env);
  const { store, versions } = await openKeyedAuditStore(config.databases.audit, await knownSecrets(config));
  try {
    const wanted = new Map(
      versions.flatMap(({ keys }) => {
        const digest = keyedDigest(keys.audit);
        return ids.map((id, index) => [digest(id), index + 1] as const);
      }),
    );
    for await (const { at, subjects, ...entry } of store.entries()) {
      const found = subjects.flatMap((subject) => wanted.get(subject) ?? []);
      // The id is named by its line: the ids themselves are known to the caller alone.
      if (found.length > 0) console.log(JSON.stringify({ lines: found, at: new Date(at), ...entry }));
    }
  } finally {
    await store.close();
  }
});

async function idsOnInput(): Promise<string[]> {
  const ids: string[] = [];
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() !== '') ids.push(line.trim());
    if (ids.length > MAX_IDS) throw new Error(`There are more than ${MAX_IDS} ids: give fewer at a time.`);
  }
  if (ids.length === 0)
    throw new Error(
      'There are no ids: give them on standard input, one a line: npm run --silent audit:find < ids.txt',
    );
  return ids;
}
