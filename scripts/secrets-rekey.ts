import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pino from 'pino';
import { readConfig, type Config } from '../config';
import { secretName, type Secrets } from '../domain/secret';
import { knownSecrets } from '../settings/known-secrets';
import { dropAllCopies } from '../subgraphs/appointments/recovery/open-copies';
import { rekeyLedger, rewrapLedger } from '../subgraphs/appointments/database/rekey';
import { rekeyAudit, rewrapAudit } from '../platform/database/audit-store';
import type { DatabaseSettings } from '../platform/database/database';
import { alone } from '../platform/database/database-users';
import { runScript } from './run-script';

const USAGE = 'Usage: npm run secrets:rekey [-- --replace-keys [--erase-unreadable]]';

/**
 * `npm run secrets:rekey`: from then on the current secret alone opens the databases' keys; beside parts that run. With
 * `--replace-keys` the keys themselves are new, too; with every part stopped. With `--erase-unreadable` details that do not
 * open are given up for erased.
 */
runScript(async () => {
  const options = readOptions();
  const config = readConfig(process.env);
  const { appointments, audit } = config.databases;
  const secrets = await knownSecrets(config);
  if (options['replace-keys']) {
    const isDone = await alone(
      [
        { ...appointments, owner: 'appointments' },
        { ...audit, owner: 'audit' },
      ],
      () => replaceKeys(config, secrets, options['erase-unreadable'] ? 'erase' : 'refuse'),
    );
    if (!isDone)
      throw new Error(
        'Keys are replaced while nobody else uses the database: stop every part, end other sessions, and run this again.',
      );
  }
  for (const { owner, removed } of [
    await rewrapLedger(appointments, secrets),
    await rewrapAudit(audit, secrets),
  ])
    console.log(
      `${owner}: the current secret alone opens its keys; ${removed} for other secrets were removed.`,
    );
  console.log('Nothing is left: start every part with the current secret alone.');
});

async function replaceKeys(
  { databases, redisUrl, dataDir }: Config,
  secrets: Secrets,
  unreadable: 'refuse' | 'erase',
): Promise<void> {
  const [current, ...earlier] = secrets;
  const reserved = (settings: DatabaseSettings) => ({ ...settings, isReserved: true });
  console.log(`The new keys are opened by the secret that is named ${secretName(current)} in them.`);
  if (earlier.length === 0)
    console.warn(
      'Only one secret is given, so that it opens the new keys, too: when it is the one that has leaked, run this again with GATEWAY_SECRETS="$NEW,$OLD".',
    );
  const sayLeft = (left: number) => console.log(`appointments: ${left} holds are left.`);
  await rekeyLedger(reserved(databases.appointments), secrets, sayLeft, { unreadable });
  console.log('appointments: everything is sealed and matched under new keys.');
  await dropAllCopies({ redisUrl, copiesFile: join(dataDir, 'copies.db') }, pino({ level: 'silent' }));
  console.log('copies: those under the keys from before are dropped.');
  await rekeyAudit(reserved(databases.audit), secrets);
  console.log('audit: entries are written under new keys from the next start on.');
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        'replace-keys': { type: 'boolean', default: false },
        'erase-unreadable': { type: 'boolean', default: false },
      },
    });
    if (values['replace-keys'] || !values['erase-unreadable']) return values;
  } catch {
    // Told below.
  }
  throw new Error(USAGE);
}
