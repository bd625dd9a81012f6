import { sql, type Kysely } from 'kysely';
import type { PracticesTables } from '../database/tables';
import type { DirectoryEdition } from './edition';
import { bankHolidaysOf, practicesOf } from './edition-directory';
import type { EditionFacts } from './import-guards';

/** Reads what guards compare of an edition, in use or about to be. */
export async function editionFacts(
  db: Kysely<PracticesTables>,
  { id, asOf }: DirectoryEdition,
): Promise<EditionFacts> {
  const { current } = await practicesOf(db, id);
  const outcodes = await db
    .selectFrom('directory_outcode')
    .select('outcode as code')
    .where('edition', '=', id)
    .execute();
  const connected = await db
    .selectFrom('directory_gp_system')
    .select('ods_code as code')
    .where('edition', '=', id)
    .where((on) => on.or([on('patient_session', 'is not', null), on('network', 'is not', null)]))
    .execute();
  const withHours = await db
    .selectFrom('directory_opening')
    .select('ods_code as code')
    .distinct()
    .where('edition', '=', id)
    .execute();
  const withAccess = await db
    .selectFrom('directory_access')
    .select('ods_code as code')
    .distinct()
    .where('edition', '=', id)
    .execute();
  const { until } = await bankHolidaysOf(db, id);
  return {
    asOf,
    practices: current,
    outcodes: codesOf(outcodes),
    postcodes: await postcodesByArea(db, id),
    connected: codesOf(connected),
    withHours: codesOf(withHours),
    withAccess: codesOf(withAccess),
    bankHolidaysUntil: until,
  };
}

function codesOf(rows: readonly { code: string }[]): Set<string> {
  return new Set(rows.map(({ code }) => code));
}

async function postcodesByArea(db: Kysely<PracticesTables>, edition: number): Promise<Map<string, number>> {
  const start = sql<string>`substr(postcode, 1, 2)`;
  const rows = await db
    .selectFrom('directory_postcode')
    .select(({ fn }) => [start.as('start'), fn.countAll().as('postcodes')])
    .where('edition', '=', edition)
    .groupBy(start)
    .execute();
  return sumByArea(rows.map((row) => [row.start, Number(row.postcodes)]));
}

/** @param counts numbers by codes that begin with the letters of an area, as LS1. */
export function sumByArea(counts: Iterable<readonly [string, number]>): Map<string, number> {
  const areas = new Map<string, number>();
  for (const [code, count] of counts) {
    const area = areaOf(code);
    areas.set(area, (areas.get(area) ?? 0) + count);
  }
  return areas;
}

/** The letters that a postcode begins with. */
export function areaOf(code: string): string {
  return /^[A-Z]{1,2}/.exec(code)?.[0] ?? '';
}
