import type { Kysely } from 'kysely';
import { z } from 'zod';
import { londonDate } from '../../../domain/london-time';
import type { PracticesTables } from '../database/tables';
import type { Directory } from './directory';
import { currentEdition, editionReport } from './edition';
import { editionDirectory } from './edition-directory';
import { refusedPracticesSummary } from './import-summary';
import { RefusedPractice } from './next-practices';

/** Contents of the directory, its date, and what is missing. */
export interface DirectoryStatus {
  /** Null while nothing has been imported, and the demonstration directory stands in. */
  edition: number | null;
  asOf: string;
  importedAt: string | null;
  practices: number;
  byUnitPostcode: number;
  byOutwardCode: number;
  /** ODS codes of practices that are near nothing. */
  notPlaced: string[];
  /** Practices for which there is a GP system; null where no file of connections was imported. */
  connected: number | null;
  withOpeningHours: number;
  /** Practices of which it is known which access needs they meet. */
  withAccess: number;
  bankHolidaysUntil: string;
  /** Below 0: opening times are errors by now. */
  bankHolidayDaysLeft: number;
  /** Practices that have left the directory, whose last known record is kept. */
  former: number;
  /** Practices whose row the last import refused, by name and line. */
  refusedPractices: RefusedPractice[];
  /** Rows of the last import that could not be used, by file and reason. */
  refused: { file: string; reason: string; count: number; at: string[] }[];
}

const Report = z.object({
  practices: z.object({ refused: z.array(RefusedPractice).default([]) }),
  leftOut: z.array(
    z.object({
      kind: z.enum(['skipped', 'refused', 'doubtful']),
      file: z.string(),
      reason: z.string(),
      count: z.number(),
      at: z.array(z.string()),
    }),
  ),
});

const DAY_MS = 24 * 60 * 60_000;

export async function directoryStatus(
  db: Kysely<PracticesTables>,
  whenNone: () => Promise<Directory>,
  now: Date,
): Promise<DirectoryStatus> {
  const edition = await currentEdition(db);
  const directory = edition === undefined ? await whenNone() : await editionDirectory(db, edition);
  const kept = edition && (await editionReport(db, edition.id));
  const report = Report.safeParse(kept?.report).data;
  const leftOut = report?.leftOut ?? [];
  const codes = directory.odsCodes();
  const practices = codes.flatMap((code) => directory.practice(code) ?? []);
  const placed = (by: string) => practices.filter(({ location }) => location?.placedBy === by).length;
  const { until } = directory.bankHolidays;
  return {
    edition: edition?.id ?? null,
    asOf: directory.asOf,
    importedAt: kept?.publishedAt.toISOString() ?? null,
    practices: directory.size,
    byUnitPostcode: placed('UNIT_POSTCODE'),
    byOutwardCode: placed('OUTWARD_CODE'),
    notPlaced: practices.filter(({ location }) => location === null).map(({ odsCode }) => odsCode),
    connected: directory.hasGpSystems ? codes.filter((code) => directory.gpSystem(code)).length : null,
    withOpeningHours: codes.filter((code) => directory.openingHours(code).length > 0).length,
    withAccess: codes.filter((code) => directory.access(code)).length,
    bankHolidaysUntil: until,
    bankHolidayDaysLeft: Math.round((Date.parse(until) - Date.parse(londonDate(now))) / DAY_MS),
    former: directory.formerCodes().length,
    refusedPractices: report?.practices.refused ?? [],
    refused: leftOut
      .filter(({ kind }) => kind === 'refused')
      .map(({ file, reason, count, at }) => ({ file, reason, count, at })),
  };
}

/** The same in words. */
export function statusSummary(status: DirectoryStatus): string {
  const {
    edition,
    asOf,
    importedAt,
    practices,
    notPlaced,
    connected,
    bankHolidayDaysLeft: daysLeft,
  } = status;
  const number = (value: number) => value.toLocaleString('en-GB');
  return [
    edition === null
      ? `The demonstration directory is in use, of ${asOf}: nothing has been imported.`
      : `Directory edition ${edition} is in use; its newest entry is of ${asOf}, imported ${importedAt ?? 'some time ago'}.`,
    `  practices      ${number(practices)}`,
    `    placed by unit postcode  ${number(status.byUnitPostcode)}`,
    `    placed by outward code   ${number(status.byOutwardCode)}`,
    `    cannot be placed         ${number(notPlaced.length)}${notPlaced.length > 0 ? ` (${notPlaced.join(', ')})` : ''}`,
    `  connections    ${connected === null ? 'not imported' : `of ${number(connected)} practices`}`,
    `  opening hours  of ${number(status.withOpeningHours)} practices`,
    `  accessibility  of ${number(status.withAccess)} practices`,
    `  bank holidays  until ${status.bankHolidaysUntil}${daysLeft < 0 ? ': PAST. Opening times are not known until a newer file is imported.' : ''}`,
    ...(status.former === 0
      ? []
      : [`  former         ${number(status.former)} practices have left, and are kept on record`]),
    ...refusedPracticesSummary(status.refusedPractices),
    ...status.refused.map(
      ({ file, reason, count, at }) => `  refused in ${file}: ${reason}: ${number(count)} (${at.join(', ')})`,
    ),
  ].join('\n');
}
