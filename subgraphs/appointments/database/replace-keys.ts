import { sql, type Kysely, type Transaction } from 'kysely';
import { LEDGER_KEY_USES, type Secrets } from '../../../domain/secret';
import { sealedPrefix, type Sealer } from '../../../domain/sealed';
import { insertKeys, keyRows, newKeys, unwrapped } from '../../../platform/database/data-keys';
import type { Database } from '../../../platform/database/database';
import { contactSealer, type Contact } from '../sealed-contacts';
import { patients, type Patients } from '../sealed-patients';
import { keyName, LEDGER_KEYS, openLedgerKeys, type LedgerKeys } from './ledger-keys';
import { ERASED, type LedgerTables } from './tables';

const MAX_AT_ONCE = 500;

/**
 * Gives the ledger new keys, and seals and matches everything anew under them: for when somebody may have an old secret and a
 * copy of the database. Nobody else may have the ledger open: what is written under the old keys meanwhile would be lost.
 * All details are opened before anything is changed. Interrupted, it goes on where it was; until it is through no part starts.
 * @param onMoved receives after each batch the number of holds, with their bookings, still under the old keys.
 * @throws SecretUnknown; DetailsUnreadable, with nothing changed
 */
export async function replaceLedgerKeys(
  database: Pick<Database<LedgerTables>, 'db' | 'now'>,
  secrets: Secrets,
  onMoved: (left: number) => void,
  { atOnce = MAX_AT_ONCE, unreadable = 'refuse' }: Replacing = {},
): Promise<void> {
  const { db } = database;
  const { from, to, isBegun } = await keysToMove(database, secrets);
  const [before, after] = [sealersOf(from), sealersOf(to)];
  if (unreadable === 'refuse') await refuseUnreadable(database, before, keyName(to), atOnce);
  if (!isBegun) await insertKeys(database, LEDGER_KEYS, [secrets[0]], { ...to, inUse: false });
  let left = await holds(database);
  let last = '';
  for (;;) {
    const moved = await db
      .transaction()
      .execute((transaction) =>
        moveHolds(transaction, { before, after, newName: keyName(to) }, last, atOnce),
      );
    if (moved.last === null) break;
    last = moved.last;
    left -= moved.count;
    onMoved(left);
  }
  await forgetFingerprints(database, atOnce);
  await db.transaction().execute(async (transaction) => {
    await sql`delete from ${sql.table(LEDGER_KEYS.table)} where version < ${to.version}`.execute(transaction);
    await sql`update ${sql.table(LEDGER_KEYS.table)} set in_use = 1 where version = ${to.version}`.execute(
      transaction,
    );
  });
}

export interface Replacing {
  /** Holds that are moved in one transaction. */
  atOnce?: number | undefined;
  /** The treatment of details that do not open: with `erase` they count as erased. */
  unreadable?: 'refuse' | 'erase' | undefined;
}

/** The holds' details were spoilt, or sealed under keys that the ledger has not. */
export class DetailsUnreadable extends Error {
  constructor(holdIds: readonly string[]) {
    const named = holdIds.slice(0, MAX_NAMED).join(', ');
    const more = holdIds.length > MAX_NAMED ? ` and of ${holdIds.length - MAX_NAMED} more` : '';
    super(
      `Nothing was changed, since details do not open of the holds ${named}${more}: restore the backup from before, or give them up for erased with --erase-unreadable.`,
    );
  }
}

const MAX_NAMED = 20;

/** @throws DetailsUnreadable */
async function refuseUnreadable(
  { db }: Pick<Database<LedgerTables>, 'db'>,
  before: DetailSealers,
  newName: string | undefined,
  atOnce: number,
): Promise<void> {
  const found: string[] = [];
  const opens = ({ open }: Pick<Sealer<unknown>, 'open'>, sealed: string) =>
    sealed === ERASED || isMoved(sealed, newName) || open(sealed, new Date(0)) !== null;
  for (let last: string | undefined = ''; last !== undefined;) {
    const batch: SealedHold[] = await holdsAfter(db, last, atOnce);
    const contacts = await contactsOf(db, batch);
    for (const { id, patient_sealed } of batch) {
      const opensAll = contacts
        .filter(({ hold_id }) => hold_id === id)
        .every(({ contact_sealed }) => opens(before.contacts, contact_sealed));
      if (!opensAll || !opens(before.patients, patient_sealed)) found.push(id);
    }
    last = batch.at(-1)?.id;
  }
  if (found.length > 0) throw new DetailsUnreadable(found);
}

type SealedHold = Pick<LedgerTables['hold'], 'id' | 'patient_sealed'>;

function holdsAfter(db: Kysely<LedgerTables>, last: string, atOnce: number): Promise<SealedHold[]> {
  return db
    .selectFrom('hold')
    .select(['id', 'patient_sealed'])
    .where('id', '>', last)
    .orderBy('id')
    .limit(atOnce)
    .execute();
}

interface SealedContact {
  id: string;
  hold_id: string;
  contact_sealed: string;
}

/** Numbers and words that people gave with the bookings of these holds. */
function contactsOf(db: Kysely<LedgerTables>, holdsOf: readonly SealedHold[]): Promise<SealedContact[]> {
  if (holdsOf.length === 0) return Promise.resolve([]);
  const ids = holdsOf.map(({ id }) => id);
  return db
    .selectFrom('booking')
    .select(['id', 'hold_id', 'contact_sealed'])
    .where('hold_id', 'in', ids)
    .where('contact_sealed', 'is not', null)
    .$narrowType<SealedContact>()
    .execute();
}

function isMoved(sealed: string, newName: string | undefined): boolean {
  return sealed.startsWith(sealedPrefix(newName));
}

/** Returns the keys of an interrupted replacement where there was one, else new ones. */
async function keysToMove(
  database: Pick<Database<LedgerTables>, 'db' | 'now'>,
  secrets: Secrets,
): Promise<{ from: LedgerKeys; to: LedgerKeys; isBegun: boolean }> {
  const rows = await keyRows(database.db, LEDGER_KEYS);
  const [used, unfinished] = [rows.find((row) => row.in_use === 1), rows.find((row) => row.in_use === 0)];
  if (used !== undefined && unfinished !== undefined)
    return {
      from: unwrapped(used, LEDGER_KEYS, secrets),
      to: unwrapped(unfinished, LEDGER_KEYS, secrets),
      isBegun: true,
    };
  const from = await openLedgerKeys(database, secrets);
  const to = { version: from.version + 1, keys: newKeys(LEDGER_KEY_USES) };
  return { from, to, isBegun: false };
}

/** Opens and seals all details of people that the ledger has. */
interface DetailSealers {
  patients: Patients;
  contacts: Sealer<Contact>;
}

function sealersOf(of: LedgerKeys): DetailSealers {
  const { 'patient-details': details, 'patient-digest': digest } = of.keys;
  const name = keyName(of);
  return { patients: patients({ details, digest, name }), contacts: contactSealer(details, name) };
}

/** The keys of people's details before and after, and the name of the new ones. */
interface KeyChange {
  before: DetailSealers;
  after: DetailSealers;
  newName: string | undefined;
}

/** @returns the number of holds it has looked at, and the last of them; null when there are no more. */
async function moveHolds(
  transaction: Transaction<LedgerTables>,
  change: KeyChange,
  last: string,
  atOnce: number,
): Promise<{ count: number; last: string | null }> {
  const batch = await holdsAfter(transaction, last, atOnce);
  for (const { id, patient_sealed } of batch) {
    if (isMoved(patient_sealed, change.newName)) continue;
    const moved = movedPatient(id, patient_sealed, change);
    await transaction.updateTable('hold').set(moved).where('id', '=', id).execute();
    const { patient_digest } = moved;
    await transaction.updateTable('booking').set({ patient_digest }).where('hold_id', '=', id).execute();
  }
  for (const { id, contact_sealed } of await contactsOf(transaction, batch)) {
    if (isMoved(contact_sealed, change.newName)) continue;
    const moved = { contact_sealed: movedContact(contact_sealed, change) };
    await transaction.updateTable('booking').set(moved).where('id', '=', id).execute();
  }
  return { count: batch.length, last: batch.at(-1)?.id ?? null };
}

/** Moves a patient's details to the new keys. Erased details, or details that count as erased, name nobody, so their digest is replaced too. */
function movedPatient(id: string, sealed: string, { before, after }: KeyChange) {
  const patient = sealed === ERASED ? null : before.patients.open(sealed, new Date(0));
  if (patient === null) return { patient_sealed: ERASED, patient_digest: `erased ${id}` };
  return { patient_sealed: after.patients.seal(patient), patient_digest: after.patients.digest(patient) };
}

/** Moves what somebody gave with a booking to the new keys; null where it counts as erased. */
function movedContact(sealed: string, { before, after }: KeyChange): string | null {
  const contact = before.contacts.open(sealed, new Date(0));
  return contact && after.contacts.seal(contact);
}

async function holds({ db }: Pick<Database<LedgerTables>, 'db'>): Promise<number> {
  const { count } = await db
    .selectFrom('hold')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

/** Forgets fingerprints: they cannot be made again under new keys, so repeated requests are no longer compared (requests.ts). */
async function forgetFingerprints({ db }: Pick<Database<LedgerTables>, 'db'>, atOnce: number): Promise<void> {
  for (;;) {
    const forgotten = await sql`update idempotency set fingerprint = ''
      where (caller_id, operation, key) in
        (select caller_id, operation, key from idempotency where fingerprint <> '' limit ${atOnce})`.execute(
      db,
    );
    if (forgotten.numAffectedRows === 0n) return;
  }
}
