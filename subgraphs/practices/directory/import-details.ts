import { sql, type Kysely, type RawBuilder, type Transaction } from 'kysely';
import { ACCESS_NEEDS } from '../../../domain/access-needs';
import type { BankHolidays } from '../../../domain/bank-holidays';
import type { PracticesTables } from '../database/tables';
import type { FiledAccess } from './accessibility-file';
import type { PracticeGpSystem } from './directory-practice';
import { writeBatch } from './edition';
import { IMPORT_BATCH, inBatches } from './in-batches';
import type { FiledOpening } from './opening-hours-file';

/** @returns the number of practices with systems. */
export async function importGpSystems(
  db: Kysely<PracticesTables>,
  edition: number,
  systems: AsyncIterable<PracticeGpSystem>,
): Promise<number> {
  let loaded = 0;
  for await (const batch of inBatches(systems, IMPORT_BATCH)) {
    await writeBatch(db, edition, batch.length, async (trx) => {
      await trx
        .insertInto('directory_gp_system')
        .values(
          batch.map((system) => ({
            edition,
            ods_code: system.odsCode,
            clinical_system: system.clinicalSystem,
            patient_session: system.patientSession,
            network: system.network,
            registered_patients: system.registeredPatients,
          })),
        )
        .execute();
    });
    loaded += batch.length;
  }
  return loaded;
}

/** @returns the number of practices with opening hours. */
export async function importOpeningHours(
  db: Kysely<PracticesTables>,
  edition: number,
  hours: AsyncIterable<FiledOpening>,
): Promise<number> {
  const practices = new Set<string>();
  for await (const batch of inBatches(hours, IMPORT_BATCH)) {
    await writeBatch(db, edition, batch.length, async (trx) => {
      await trx
        .insertInto('directory_opening')
        .values(
          batch.map(({ odsCode, day, opens, closes }) => ({
            edition,
            ods_code: odsCode,
            day,
            opens,
            closes,
          })),
        )
        .execute();
    });
    for (const { odsCode } of batch) practices.add(odsCode);
  }
  return practices.size;
}

/** @returns the number of practices of which something is known. */
export async function importAccess(
  db: Kysely<PracticesTables>,
  edition: number,
  practices: AsyncIterable<FiledAccess>,
): Promise<number> {
  let loaded = 0;
  for await (const batch of inBatches(practices, IMPORT_BATCH / ACCESS_NEEDS.length)) {
    const rows = batch.flatMap(({ odsCode, met, notMet }) => [
      ...met.map((need) => ({ edition, ods_code: odsCode, need, is_met: 1 as const })),
      ...notMet.map((need) => ({ edition, ods_code: odsCode, need, is_met: 0 as const })),
    ]);
    await writeBatch(db, edition, rows.length, async (trx) => {
      await trx.insertInto('directory_access').values(rows).execute();
    });
    loaded += batch.length;
  }
  return loaded;
}

export async function importBankHolidays(
  db: Kysely<PracticesTables>,
  edition: number,
  { days }: BankHolidays,
): Promise<void> {
  await writeBatch(db, edition, days.length, async (trx) => {
    await trx
      .insertInto('directory_bank_holiday')
      .values(days.map((day) => ({ edition, day })))
      .execute();
  });
}

/** Details of practices that an edition has beside the practices themselves. */
export type PracticeDetails = 'gp-systems' | 'opening-hours' | 'accessibility';

const TABLE_OF: Record<PracticeDetails, string> = {
  'gp-systems': 'directory_gp_system',
  'opening-hours': 'directory_opening',
  accessibility: 'directory_access',
};

/** Copies the details for which an import brings no file, those of practices that have left too. */
export async function carryOver(
  db: Kysely<PracticesTables>,
  edition: number,
  from: number,
  what: PracticeDetails | 'bank-holidays',
): Promise<void> {
  const practices = sql`select ods_code from directory_practice where edition = ${edition}`;
  await writeBatch(db, edition, 0, (trx) => copy(trx, { edition, from, practices }, what));
}

/**
 * Keeps the details of some practices as they were, though the import brings a file: of those that have left, for the
 * day on which they are back, and of those with a row that was refused.
 */
export async function keepAsBefore(
  db: Kysely<PracticesTables>,
  { edition, from }: { edition: number; from: number },
  what: PracticeDetails,
  odsCodes: readonly string[],
): Promise<void> {
  const table = sql.table(TABLE_OF[what]);
  for (let start = 0; start < odsCodes.length; start += IMPORT_BATCH) {
    const batch = sql.join(odsCodes.slice(start, start + IMPORT_BATCH));
    const practices = sql`select distinct ods_code from ${table} where edition = ${from} and ods_code in (${batch})`;
    await writeBatch(db, edition, 0, async (trx) => {
      await sql`delete from ${table} where edition = ${edition} and ods_code in (${practices})`.execute(trx);
      await copy(trx, { edition, from, practices }, what);
    });
  }
}

/** Editions to copy to and from, and a query of the practices that are copied. */
interface Copied {
  edition: number;
  from: number;
  practices: RawBuilder<unknown>;
}

async function copy(
  trx: Transaction<PracticesTables>,
  { edition, from, practices }: Copied,
  what: PracticeDetails | 'bank-holidays',
): Promise<void> {
  switch (what) {
    case 'gp-systems':
      await sql`insert into directory_gp_system
        select ${edition}, ods_code, clinical_system, patient_session, network, registered_patients
        from directory_gp_system where edition = ${from} and ods_code in (${practices})`.execute(trx);
      break;
    case 'opening-hours':
      await sql`insert into directory_opening select ${edition}, ods_code, day, opens, closes
        from directory_opening where edition = ${from} and ods_code in (${practices})`.execute(trx);
      break;
    case 'accessibility':
      await sql`insert into directory_access select ${edition}, ods_code, need, is_met
        from directory_access where edition = ${from} and ods_code in (${practices})`.execute(trx);
      break;
    case 'bank-holidays':
      await sql`insert into directory_bank_holiday select ${edition}, day
        from directory_bank_holiday where edition = ${from}`.execute(trx);
      break;
  }
}
