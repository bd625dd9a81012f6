import { parseArgs } from 'node:util';
import { readConfig } from '../config';
import { knownSecrets } from '../settings/known-secrets';
import { rekeyLedger, rewrapLedger } from '../subgraphs/appointments/rekey';
import { rekeyAudit, rewrapAudit } from '../subgraphs/audit-store';
import { isInUse } from '../subgraphs/database-users';
import { runScript } from './run-script';

/**
 * `npm run secrets:rekey`: from then on the current secret alone opens the databases' keys; beside parts that run. With
 * `--replace-keys` the keys themselves are new, too; with every part stopped.
 */
runScript(async () => {
  const replaces = replaceAsked();
  const config = readConfig(process.env);
  const { appointments, audit } = config.databases;
  const secrets = await knownSecrets(config);
  if (replaces) {
    if ((await isInUse(appointments)) || (await isInUse(audit)))
      throw new Error(
        'Keys are replaced while nobody else uses the database: stop every part, end other sessions, and run this again.',
      );
    await rekeyLedger(appointments, secrets, (left) => console.log(`appointments: ${left} holds are left.`));
    console.log('appointments: everything is sealed and matched under new keys.');
    await rekeyAudit(audit, secrets);
    console.log('audit: entries are written under new keys from the next start on.');
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

function replaceAsked(): boolean {
  try {
    const { values } = parseArgs({ options: { 'replace-keys': { type: 'boolean', default: false } } });
    return values['replace-keys'];
  } catch {
    throw new Error('Usage: npm run secrets:rekey [-- --replace-keys]');
  }
}
