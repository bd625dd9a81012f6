import { sql, type Kysely, type Migration } from 'kysely';
import { openDatabase } from '../../../platform/database/database';
import { coalesce } from '../../../platform/database/coalesce';
import { copiesIn, keptIn, KEPT_MS, type BookingCopies, type BookingCopy } from './booking-copies';

interface CopyTables {
  booking_copy: { id: string; patient_digest: string; kept_at: number; copy_json: string };
}

export const copyMigrations: Record<string, Migration> = {
  '0001-copies': {
    async up(db) {
      await sql`create table booking_copy (
        id text primary key,
        patient_digest text not null,
        kept_at bigint not null,
        copy_json text not null
      )`.execute(db);
      await sql`create index booking_copy_of on booking_copy (patient_digest)`.execute(db);
      await sql`create index booking_copy_by_age on booking_copy (kept_at)`.execute(db);
    },
  },
};

const PAGE = 500;
/** Interval at which copies that are too old are deleted; they are never answered, however long they lie. */
const PURGE_EVERY_MS = 3_600_000;

/** Copies in a file beside the ledger's, where there is no Redis. Restoring the ledger's leaves this one as it is. */
export async function fileCopies(file: string, now: () => Date): Promise<BookingCopies> {
  const { db, close } = await openDatabase<CopyTables>(
    { kind: 'embedded', file },
    'copies',
    copyMigrations,
    'NORMAL',
  );
  const purge = hourlyPurge(db, now);

  /** Returns a person's copies. */
  const copiesOf = coalesce<string, BookingCopy[]>(async (patientDigests) => {
    const rows = await db
      .selectFrom('booking_copy')
      .select(['patient_digest', 'copy_json'])
      .where('patient_digest', 'in', patientDigests)
      .execute();
    const texts = new Map(patientDigests.map((digest) => [digest, [] as string[]]));
    for (const { patient_digest, copy_json } of rows) texts.get(patient_digest)?.push(copy_json);
    return new Map([...texts].map(([digest, ofOne]) => [digest, copiesIn(ofOne, now())]));
  });

  return {
    async keep(copy) {
      const row = {
        id: copy.booking.id,
        patient_digest: copy.hold.patientDigest,
        kept_at: copy.keptAt,
        copy_json: JSON.stringify(copy),
      };
      await purge();
      await db.transaction().execute((transaction) =>
        transaction
          .insertInto('booking_copy')
          .values(row)
          .onConflict((conflict) => conflict.doNothing())
          .execute(),
      );
    },
    async drop({ id }) {
      await db
        .transaction()
        .execute((transaction) => transaction.deleteFrom('booking_copy').where('id', '=', id).execute());
    },
    of: copiesOf,
    async *all() {
      let after = '';
      for (;;) {
        const rows = await db
          .selectFrom('booking_copy')
          .select(['id', 'copy_json'])
          .where('id', '>', after)
          .orderBy('id')
          .limit(PAGE)
          .execute();
        yield* keptIn(
          rows.map(({ id, copy_json }) => [id, copy_json] as const),
          now(),
        );
        const last = rows.at(-1);
        if (last === undefined) return;
        after = last.id;
      }
    },
    async dropAll() {
      await db.transaction().execute((transaction) => transaction.deleteFrom('booking_copy').execute());
    },
    close,
  };
}

/** Returns a function that deletes copies that are too old, once an hour however often it is called. */
function hourlyPurge(db: Kysely<CopyTables>, now: () => Date): () => Promise<void> {
  let purgedAt = 0;
  return async () => {
    const at = now().getTime();
    if (at - purgedAt < PURGE_EVERY_MS) return;
    purgedAt = at;
    await db.transaction().execute((transaction) =>
      transaction
        .deleteFrom('booking_copy')
        .where('kept_at', '<', at - KEPT_MS)
        .execute(),
    );
  };
}
