import { parseArgs } from 'node:util';
import { readConfig } from '../config';
import { verifyAudit } from '../domain/audit';
import { openAuditStore } from '../subgraphs/audit-store';
import { runScript } from './run-script';

/** `npm run audit:verify [-- --json]`: whether the audit trail is what was written. Exit code 1 where it is not. */
runScript(async () => {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
  const store = await openAuditStore(readConfig(process.env).databases.audit);
  try {
    const report = await verifyAudit(store);
    const { entries, chains, open, broken } = report;
    const words = [
      `${entries} entries in ${chains} chains, ${open} of them without an end (a process that runs, or was killed).`,
      ...(broken.length === 0 ? ['Nothing was changed, taken out or put in.'] : broken),
    ];
    console.log(values.json ? JSON.stringify(report) : words.join('\n'));
    if (broken.length > 0) process.exitCode = 1;
  } finally {
    await store.close();
  }
});
