import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { BankHolidays } from '../opening/bank-holidays';
import type { PracticesTables } from '../database/tables';
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

/**
 * Copies the details for which an import brings no file, for the practices that still exist.
 * @param from the edition before.
 */
export async function carryOver(
  db: Kysely<PracticesTables>,
  edition: number,
  from: number,
  what: 'gp-systems' | 'opening-hours' | 'bank-holidays',
): Promise<void> {
  await writeBatch(db, edition, 0, async (trx) => {
    const isThere = sql`ods_code in (select ods_code from directory_practice where edition = ${edition})`;
    switch (what) {
      case 'gp-systems':
        await sql`insert into directory_gp_system
          select ${edition}, ods_code, clinical_system, patient_session, network, registered_patients
          from directory_gp_system where edition = ${from} and ${isThere}`.execute(trx);
        break;
      case 'opening-hours':
        await sql`insert into directory_opening select ${edition}, ods_code, day, opens, closes
          from directory_opening where edition = ${from} and ${isThere}`.execute(trx);
        break;
      case 'bank-holidays':
        await sql`insert into directory_bank_holiday select ${edition}, day
          from directory_bank_holiday where edition = ${from}`.execute(trx);
        break;
    }
  });
}
