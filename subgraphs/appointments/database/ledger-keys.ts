import { LEDGER_KEY_USES, type LedgerKeyUse, type Secrets } from '../../../domain/secret';
import {
  derivedKeys,
  latestKeys,
  openDataKeys,
  SecretUnknown,
  type DataKeys,
  type KeyPlace,
} from '../../../platform/database/data-keys';
import type { Database } from '../../../platform/database/database';
import { patientSealer } from '../sealed-patients';
import type { LedgerTables } from './tables';

export const LEDGER_KEYS: KeyPlace<LedgerKeyUse> = {
  table: 'ledger_key',
  owner: 'appointments',
  uses: LEDGER_KEY_USES,
};

/** The keys by which the service seals offers and patients, and matches people and requests. */
export type LedgerKeys = DataKeys<LedgerKeyUse>;

/**
 * The ledger's keys. A ledger from before it had any was written under keys that were derived from the secret: those stay its keys.
 * @throws SecretUnknown, ReplacementUnfinished
 */
export async function openLedgerKeys(
  database: Pick<Database<LedgerTables>, 'db' | 'now'>,
  secrets: Secrets,
): Promise<LedgerKeys> {
  return latestKeys(await openDataKeys(database, LEDGER_KEYS, secrets, () => earlierKeys(database, secrets)));
}

/** The keys' name in values under them: values under the first keys have no name, as from before there were others. */
export function keyName({ version }: Pick<LedgerKeys, 'version'>): string | undefined {
  return version === 1 ? undefined : String(version);
}

async function earlierKeys(
  { db }: Pick<Database<LedgerTables>, 'db'>,
  secrets: Secrets,
): Promise<LedgerKeys['keys'] | null> {
  const latest = await db
    .selectFrom('hold')
    .select('patient_sealed')
    // What was erased opens under no key.
    .orderBy(({ eb }) => eb.case().when('patient_sealed', '=', '').then(1).else(0).end())
    .orderBy('expires_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (latest === undefined) return null;
  // Nothing there depends on which one it was when all is erased: it is the one from before.
  if (latest.patient_sealed === '') return derivedKeys(LEDGER_KEY_USES, secrets.at(-1) ?? secrets[0]);
  for (const secret of secrets) {
    const keys = derivedKeys(LEDGER_KEY_USES, secret);
    if (patientSealer(keys['patient-details']).open(latest.patient_sealed, new Date(0)) !== null) return keys;
  }
  throw new SecretUnknown(LEDGER_KEYS.owner);
}
