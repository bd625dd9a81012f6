import { parseArgs } from 'node:util';
import pino from 'pino';
import { readConfig } from '../config';
import {
  ACKNOWLEDGED,
  cutOffHead,
  isWhole,
  CHAIN_RECORD,
  verifyAudit,
  type AuditReport,
  type AuditStore,
} from '../domain/audit';
import { auditLog } from '../gateway/audit/audit-log';
import { openAuditStore } from '../platform/database/audit-store';
import { runScript } from './run-script';

const USAGE = `Say what to do:
  npm run audit:verify [-- --json]                                  whether the audit trail is what was written
  npm run audit:verify -- --acknowledge <chain> --reason "<why>"    why the end of that chain is lost, for example a restore`;
const MAX_REASON = 300;

/**
 * `npm run audit:verify`: verifies the audit trail. Exit code 1 where it was changed, or where the end of a chain
 * is lost and nobody has acknowledged it.
 */
runScript(async () => {
  const { json, acknowledge, reason } = argumentsOf();
  if ((acknowledge === undefined) !== (reason === undefined)) throw new Error(USAGE);
  const store = await openAuditStore(readConfig(process.env).databases.audit);
  try {
    if (acknowledge !== undefined && reason !== undefined) await answerFor(acknowledge, reason, store);
    const report = await verifyAudit(store);
    console.log(json ? JSON.stringify(report) : inWords(report));
    if (!isWhole(report)) process.exitCode = 1;
  } finally {
    await store.close();
  }
});

function argumentsOf() {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      options: { json: { type: 'boolean', default: false }, acknowledge: text, reason: text },
    }).values;
  } catch {
    throw new Error(USAGE);
  }
}

/** Acknowledges a loss in the trail itself, in a chain of its own: the loss stays listed, with the reason. */
async function answerFor(chain: string, reason: string, store: AuditStore): Promise<void> {
  if (reason.trim() === '' || reason.length > MAX_REASON)
    throw new Error(`--reason has to say why, in at most ${MAX_REASON} characters.`);
  const head = await cutOffHead(store, chain);
  if (head === null) throw new Error('No process has lost the end of that chain: nothing was acknowledged.');
  const logger = pino({ level: 'silent' });
  const log = await auditLog({ ...store, close: () => Promise.resolve() }, { now: () => new Date(), logger });
  await log.record({ ...CHAIN_RECORD, operation: ACKNOWLEDGED, subjects: [head, reason.trim()] }, true);
  await log.close();
}

function inWords({ entries, chains, open, broken, cutOff }: AuditReport): string {
  return [
    `${entries} entries in ${chains} chains, ${open} of them without an end (a process that runs, or was killed).`,
    ...(broken.length === 0 ? ['Nothing was changed, taken out or put in.'] : broken),
    ...cutOff.map(
      ({ chain, kept, known, noticedAt, acknowledged }) =>
        `chain ${chain}: entries ${kept + 1} to ${known} are lost, noticed at ${noticedAt}. ${
          acknowledged === null
            ? `If a backup was restored then, say so: npm run audit:verify -- --acknowledge ${chain} --reason "…"; if not, somebody has cut it off.`
            : `Acknowledged: ${acknowledged}`
        }`,
    ),
  ].join('\n');
}
