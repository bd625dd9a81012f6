import { randomBytes, randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { demoFamily } from '../../../demo/people';
import { deriveKey, LEDGER_KEY_USES, type Secrets } from '../../../domain/secret';
import { NOON, newPractice } from '../../../tests/booking-laboratory';
import { testDatabases } from '../../../tests/databases';
import { openBooking, openLedger } from '../../../tests/ledger-bookings';
import {
  derivedKeys,
  keyRows,
  KeysChanged,
  keysUnchanged,
  ReplacementUnfinished,
  SecretUnknown,
  wrapForCurrentAlone,
} from '../../../platform/database/data-keys';
import { openDatabase, type Database, type DatabaseSettings } from '../../../platform/database/database';
import { contactSealer } from '../sealed-contacts';
import { identifiedPatient, patients } from '../sealed-patients';
import { LEDGER_KEYS, openLedgerKeys } from './ledger-keys';
import { ledgerMigrations } from './migrations';
import { replaceLedgerKeys } from './replace-keys';
import type { LedgerTables } from './tables';

const [OLD, NEW, STRANGE] = ['old', 'new', 'strange'].map(
  (name) => `${name} ${randomBytes(24).toString('base64')}`,
) as [string, string, string];

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function opened(settings: DatabaseSettings): Promise<Database<LedgerTables>> {
  const database = await openDatabase<LedgerTables>(settings, 'appointments', ledgerMigrations);
  open.push(database);
  return database;
}

const patient = (serial: number) => identifiedPatient(demoFamily(newPractice(), serial, NOON).son);

/** A ledger as the version before data keys left it: everything under keys that were derived from the secret. */
async function fromBefore(settings: DatabaseSettings, isErased = false): Promise<Database<LedgerTables>> {
  const { books, database } = await openLedger(settings);
  open.push(database);
  await openBooking(books);
  const derived = derivedKeys(LEDGER_KEY_USES, OLD);
  const people = patients({ details: derived['patient-details'], digest: derived['patient-digest'] });
  const patient_sealed = isErased ? '' : people.seal(patient(1));
  await database.db.updateTable('hold').set({ patient_sealed }).execute();
  return database;
}

describe.each(testDatabases())("a ledger's keys, on $name", (kind) => {
  test('are made once, by whichever of two processes comes first', async () => {
    const settings = await kind.settings();
    const [one, two] = [await opened(settings), await opened(settings)];
    const [first, second] = await Promise.all([openLedgerKeys(one, [OLD]), openLedgerKeys(two, [NEW, OLD])]);
    expect(second).toEqual(first);
    expect(await keyRows(one.db, LEDGER_KEYS)).toHaveLength(1);
  });

  test('are the same under every secret of a rotation, and open under no other', async () => {
    const database = await opened(await kind.settings());
    const keys = await openLedgerKeys(database, [OLD]);
    expect(await openLedgerKeys(database, [NEW, OLD])).toEqual(keys);
    // Those that have only one of the two start again meanwhile.
    expect(await openLedgerKeys(database, [OLD])).toEqual(keys);
    expect(await openLedgerKeys(database, [NEW])).toEqual(keys);
    await expect(openLedgerKeys(database, [STRANGE])).rejects.toThrow(SecretUnknown);
    expect(await wrapForCurrentAlone(database, LEDGER_KEYS, [NEW, OLD])).toMatchObject({ removed: 1 });
    expect(await openLedgerKeys(database, [NEW])).toEqual(keys);
    await expect(openLedgerKeys(database, [OLD])).rejects.toThrow(SecretUnknown);
  });

  test('do not lie there to be read', async () => {
    const database = await opened(await kind.settings());
    const { keys } = await openLedgerKeys(database, [OLD]);
    const stored = JSON.stringify(await keyRows(database.db, LEDGER_KEYS));
    for (const use of LEDGER_KEY_USES)
      for (const encoding of ['base64url', 'base64', 'hex'] as const)
        expect(stored).not.toContain(Buffer.from(keys[use]).toString(encoding));
    expect(stored).not.toContain(OLD);
  });

  test('of a wrapping that belongs elsewhere, or was tampered with, are none', async () => {
    const [database, other] = [await opened(await kind.settings()), await opened(await kind.settings())];
    await openLedgerKeys(database, [OLD]);
    await openLedgerKeys(other, [OLD]);
    await sql`update ledger_key set version = 2`.execute(database.db);
    await expect(openLedgerKeys(database, [OLD])).rejects.toThrow(SecretUnknown);
    await sql`update ledger_key set wraps_json = replace(wraps_json, 'e', 'f')`.execute(other.db);
    await expect(openLedgerKeys(other, [OLD])).rejects.toThrow(SecretUnknown);
  });

  test.each<[string, Secrets]>([
    ['with the secret that it was written under', [OLD]],
    ['with a new secret before that one', [NEW, OLD]],
    ['with a new secret after that one', [OLD, NEW]],
  ])('of a ledger from before there were any are those that it was written under, %s', async (_, secrets) => {
    const database = await fromBefore(await kind.settings());
    const expected = { version: 1, keys: derivedKeys(LEDGER_KEY_USES, OLD) };
    expect(await openLedgerKeys(database, secrets)).toEqual(expected);
    expect(Buffer.from(expected.keys.offer)).toEqual(Buffer.from(deriveKey(OLD, 'offer')));
  });

  test('of a ledger from before are not made anew because the secret is wrong', async () => {
    const database = await fromBefore(await kind.settings());
    await expect(openLedgerKeys(database, [STRANGE])).rejects.toThrow(SecretUnknown);
    expect(await keyRows(database.db, LEDGER_KEYS)).toEqual([]);
    expect(await openLedgerKeys(database, [OLD])).toMatchObject({ version: 1 });
  });

  test('of a ledger from before whose details are all erased are those of the oldest secret', async () => {
    const database = await fromBefore(await kind.settings(), true);
    expect((await openLedgerKeys(database, [NEW, OLD])).keys).toEqual(derivedKeys(LEDGER_KEY_USES, OLD));
  });

  test('are watched: a process is not ready on a database that has others, and is while secrets are rotated', async () => {
    const settings = await kind.settings();
    const database = await opened(settings);
    const keys = await openLedgerKeys(database, [OLD]);
    const unchanged = await keysUnchanged(database, LEDGER_KEYS);
    await openLedgerKeys(database, [NEW, OLD]);
    await wrapForCurrentAlone(database, LEDGER_KEYS, [NEW]);
    await unchanged();
    await replaceLedgerKeys(database, [NEW], () => undefined);
    await expect(unchanged()).rejects.toThrow(KeysChanged);
    expect(await openLedgerKeys(database, [NEW])).not.toEqual(keys);
  });

  describe('are replaced', () => {
    /** Five bookings of five people, the last one's details erased. */
    async function booked() {
      const { books, database } = await openLedger(await kind.settings());
      open.push(database);
      const { keys } = await openLedgerKeys(database, [OLD]);
      const before = patients({ details: keys['patient-details'], digest: keys['patient-digest'] });
      const contactsBefore = contactSealer(keys['patient-details']);
      for (const serial of [1, 2, 3, 4, 5]) {
        const { holdId, id } = await openBooking(books);
        const patient_sealed = serial === 5 ? '' : before.seal(patient(serial));
        const patient_digest = before.digest(patient(serial));
        await database.db
          .updateTable('hold')
          .set({ patient_sealed, patient_digest })
          .where('id', '=', holdId)
          .execute();
        const contact_sealed = [1, 5].includes(serial) ? null : contactsBefore.seal(contact(serial));
        await database.db
          .updateTable('booking')
          .set({ patient_digest, contact_sealed })
          .where('id', '=', id)
          .execute();
      }
      return { database, before, contactsBefore };
    }
    const contact = (serial: number) => ({ phone: `01632 96000${serial}`, reason: `Words ${serial}` });
    const contacts = async ({ db }: Database<LedgerTables>) => {
      const rows = await db
        .selectFrom('booking')
        .select('contact_sealed')
        .where('contact_sealed', 'is not', null)
        .execute();
      return rows.map(({ contact_sealed }) => contact_sealed!);
    };
    const digests = async ({ db }: Database<LedgerTables>) => {
      const rows = await db
        .selectFrom('booking')
        .innerJoin('hold', 'hold.id', 'booking.hold_id')
        .select(['hold.patient_sealed', 'hold.patient_digest as held', 'booking.patient_digest as booked'])
        .execute();
      return rows;
    };

    test('in batches, and go on where they were interrupted', async () => {
      const { database, before, contactsBefore } = await booked();
      const left: number[] = [];
      const interrupted = replaceLedgerKeys(
        database,
        [OLD],
        (holds) => {
          left.push(holds);
          throw new Error('killed');
        },
        { atOnce: 2 },
      );
      await expect(interrupted).rejects.toThrow('killed');
      await expect(openLedgerKeys(database, [OLD])).rejects.toThrow(ReplacementUnfinished);
      await replaceLedgerKeys(database, [OLD], (holds) => left.push(holds), { atOnce: 2 });
      expect(left).toEqual([3, 3, 1, 0]);

      const after = await openLedgerKeys(database, [OLD]);
      expect(after.version).toBe(2);
      const people = patients({
        details: after.keys['patient-details'],
        digest: after.keys['patient-digest'],
        name: '2',
      });
      const rows = await digests(database);
      for (const { patient_sealed, held, booked: digest } of rows) {
        expect(digest).toBe(held);
        const opened = people.open(patient_sealed, NOON);
        expect(digest).toMatch(opened === null ? /^erased / : /^[\w-]{43}$/);
        if (opened !== null) expect(digest).toBe(people.digest(opened));
        expect(before.open(patient_sealed, NOON)).toBeNull();
      }
      expect(rows.filter(({ patient_sealed }) => patient_sealed === '')).toHaveLength(1);
      const sealed = await contacts(database);
      const contactsAfter = contactSealer(after.keys['patient-details'], '2');
      const opened = sealed.map((one) => contactsAfter.open(one, NOON));
      expect(opened.sort((one, other) => one!.phone!.localeCompare(other!.phone!))).toEqual(
        [2, 3, 4].map(contact),
      );
      expect(sealed.map((one) => contactsBefore.open(one, NOON))).toEqual([null, null, null]);
      const requests = await database.db.selectFrom('idempotency').select('fingerprint').execute();
      expect(new Set(requests.map(({ fingerprint }) => fingerprint))).toEqual(new Set(['']));
    });

    test('for good: those before them are not there any more', async () => {
      const { database } = await booked();
      await replaceLedgerKeys(database, [NEW, OLD], () => undefined);
      expect(await keyRows(database.db, LEDGER_KEYS)).toMatchObject([{ version: 2, in_use: 1 }]);
      await expect(openLedgerKeys(database, [OLD])).rejects.toThrow(SecretUnknown);
    });

    test('only where all details open: nothing has changed where some do not, and each is named', async () => {
      const { database } = await booked();
      const rows = await database.db
        .selectFrom('hold')
        .select('id')
        .where('patient_sealed', '<>', '')
        .orderBy('id')
        .execute();
      const spoilt = [rows[1]!.id, rows[3]!.id];
      await database.db
        .updateTable('hold')
        .set({ patient_sealed: 'spoilt' })
        .where('id', 'in', spoilt)
        .execute();
      const state = async () => [await digests(database), await keyRows(database.db, LEDGER_KEYS)];
      const before = await state();
      const replaced = replaceLedgerKeys(database, [OLD], () => undefined, { atOnce: 2 });
      await expect(replaced).rejects.toThrow(`of the holds ${spoilt.join(', ')}: restore`);
      expect(await state()).toEqual(before);
      expect(await openLedgerKeys(database, [OLD])).toMatchObject({ version: 1 });

      await replaceLedgerKeys(database, [OLD], () => undefined, { unreadable: 'erase' });
      const after = await digests(database);
      expect(after.filter(({ booked: digest }) => digest.startsWith('erased '))).toHaveLength(3);
      expect(await openLedgerKeys(database, [OLD])).toMatchObject({ version: 2 });
    });

    test('only where what people gave with their bookings opens, too', async () => {
      const { database } = await booked();
      const [spoilt] = await database.db
        .selectFrom('booking')
        .select(['id', 'hold_id'])
        .where('contact_sealed', 'is not', null)
        .execute();
      await database.db
        .updateTable('booking')
        .set({ contact_sealed: 'spoilt' })
        .where('id', '=', spoilt!.id)
        .execute();
      const replaced = replaceLedgerKeys(database, [OLD], () => undefined);
      await expect(replaced).rejects.toThrow(`of the holds ${spoilt!.hold_id}: restore`);
      await replaceLedgerKeys(database, [OLD], () => undefined, { unreadable: 'erase' });
      expect(await contacts(database)).toHaveLength(2);
    });

    test('and a request that is sent again still leads to what it led to', async () => {
      const { books, database } = await openLedger(await kind.settings());
      open.push(database);
      await openLedgerKeys(database, [OLD]);
      const request = { callerId: 'somebody', operation: 'confirm', key: randomUUID() } as const;
      await database.db
        .insertInto('idempotency')
        .values({
          caller_id: request.callerId,
          operation: request.operation,
          key: request.key,
          fingerprint: 'of the first',
          result_id: 'the booking',
          refused: null,
          created_at: 0,
        })
        .execute();
      await replaceLedgerKeys(database, [OLD], () => undefined);
      expect(await books.earlier({ ...request, fingerprint: 'under another key' })).toEqual({
        kind: 'repeated',
        resultId: 'the booking',
      });
    });
  });
});
