import type { Kysely } from 'kysely';
import type { AccessNeed, PracticeAccess } from '../../../domain/access-needs';
import { CalendarDate } from '../../../domain/london-time';
import { bankHolidays, type BankHolidays } from '../../../domain/bank-holidays';
import { ENGLAND_2024_TO_2027 } from '../../../domain/england-bank-holidays';
import type { OpeningRule } from '../opening/opening-hours';
import type { PracticesTables } from '../database/tables';
import { directoryOf, type Directory } from './directory';
import type { FormerPractice, PracticeGpSystem, DirectoryPractice } from './directory-practice';
import type { EditionPractices } from './next-practices';
import type { DirectoryEdition } from './edition';

/** Reads an edition into memory. Its rows never change once it is published. */
export async function editionDirectory(
  db: Kysely<PracticesTables>,
  { id, asOf }: DirectoryEdition,
): Promise<Directory> {
  const [{ current, former }, gpSystems, openingHours, access, holidays] = await Promise.all([
    practicesOf(db, id),
    gpSystemsOf(db, id),
    openingHoursOf(db, id),
    accessOf(db, id),
    bankHolidaysOf(db, id),
  ]);
  return directoryOf(current, asOf, { gpSystems, openingHours, access, bankHolidays: holidays, former });
}

export async function practicesOf(db: Kysely<PracticesTables>, edition: number): Promise<EditionPractices> {
  const rows = await db.selectFrom('directory_practice').selectAll().where('edition', '=', edition).execute();
  return {
    current: rows.filter(({ left_on: leftOn }) => leftOn === null).map(toPractice),
    former: rows.flatMap((row): FormerPractice[] =>
      row.left_on === null ? [] : [{ ...toPractice(row), leftOn: row.left_on }],
    ),
  };
}

async function gpSystemsOf(
  db: Kysely<PracticesTables>,
  edition: number,
): Promise<Map<string, PracticeGpSystem> | null> {
  const rows = await db
    .selectFrom('directory_gp_system')
    .selectAll()
    .where('edition', '=', edition)
    .execute();
  if (rows.length === 0) return null;
  return new Map(
    rows.map((row) => [
      row.ods_code,
      {
        odsCode: row.ods_code,
        clinicalSystem: row.clinical_system,
        patientSession: row.patient_session,
        network: row.network,
        registeredPatients: row.registered_patients,
      },
    ]),
  );
}

async function openingHoursOf(
  db: Kysely<PracticesTables>,
  edition: number,
): Promise<Map<string, OpeningRule[]>> {
  const rows = await db.selectFrom('directory_opening').selectAll().where('edition', '=', edition).execute();
  const hours = new Map<string, OpeningRule[]>();
  for (const { ods_code: odsCode, day, opens, closes } of rows) {
    const rules = hours.get(odsCode) ?? [];
    rules.push({ day, opens, closes });
    hours.set(odsCode, rules);
  }
  return hours;
}

async function accessOf(db: Kysely<PracticesTables>, edition: number): Promise<Map<string, PracticeAccess>> {
  const rows = await db
    .selectFrom('directory_access')
    .selectAll()
    .where('edition', '=', edition)
    .orderBy('need')
    .execute();
  const access = new Map<string, { met: AccessNeed[]; notMet: AccessNeed[] }>();
  for (const { ods_code: odsCode, need, is_met: isMet } of rows) {
    const known = access.get(odsCode) ?? { met: [], notMet: [] };
    (isMet === 1 ? known.met : known.notMet).push(need);
    access.set(odsCode, known);
  }
  return access;
}

/** Returns the built-in bank holidays until others have been imported. */
export async function bankHolidaysOf(db: Kysely<PracticesTables>, edition: number): Promise<BankHolidays> {
  const rows = await db
    .selectFrom('directory_bank_holiday')
    .select('day')
    .where('edition', '=', edition)
    .execute();
  return rows.length === 0
    ? ENGLAND_2024_TO_2027
    : bankHolidays(
        rows.map(({ day }) => CalendarDate.parse(day)),
        ENGLAND_2024_TO_2027,
      );
}

function toPractice(row: PracticesTables['directory_practice']): DirectoryPractice {
  const { latitude, longitude, placed_by: placedBy } = row;
  const placed = latitude !== null && longitude !== null && placedBy !== null;
  return {
    odsCode: row.ods_code,
    name: row.name,
    addressLines: row.address.split('\n').filter((line) => line !== ''),
    postcode: row.postcode,
    phone: row.phone,
    location: placed ? { latitude, longitude, placedBy } : null,
    areas: { region: row.region, icb: row.icb, subIcb: row.sub_icb },
  };
}
