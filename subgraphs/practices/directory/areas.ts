import type { Kysely } from 'kysely';
import type { PracticeArea } from '../../../domain/practice-areas';
import type { PracticesTables } from '../database/tables';
import { demoDirectory } from './demo-directory';
import type { Directory } from './directory';
import type { DirectoryPractice } from './directory-practice';
import { currentEdition } from './edition';

/** The areas of all practices of a directory, of those that have left as well. */
export function areasOf(directory: Directory): Map<string, PracticeArea> {
  const former = directory.formerCodes().flatMap((code) => directory.formerPractice(code) ?? []);
  const current = directory.odsCodes().flatMap((code) => directory.practice(code) ?? []);
  return new Map([...former, ...current].map((practice) => [practice.odsCode, areaOf(practice)]));
}

function areaOf({ name, areas }: DirectoryPractice): PracticeArea {
  return {
    name,
    pcn: null,
    subIcb: areas?.subIcb ?? null,
    icb: areas?.icb ?? null,
    region: areas?.region ?? null,
  };
}

/** The same from the edition in use, without reading the rest of it; from the demo directory where none is. */
export async function storedAreas(db: Kysely<PracticesTables>): Promise<Map<string, PracticeArea>> {
  const edition = await currentEdition(db);
  if (edition === undefined) return areasOf((await demoDirectory()).directory);
  const rows = await db
    .selectFrom('directory_practice')
    .select(['ods_code', 'name', 'pcn', 'sub_icb', 'icb', 'region'])
    .where('edition', '=', edition.id)
    .execute();
  return new Map(rows.map(({ ods_code, sub_icb, ...area }) => [ods_code, { ...area, subIcb: sub_icb }]));
}
