import type { Kysely } from 'kysely';
import { londonDate } from '../../../domain/london-time';
import type { PracticesTables } from '../database/tables';
import { bytesOf, DirectoryFileError, type ByteCounter } from './csv-rows';
import { beginEdition, currentEdition, publishEdition, deleteOldEditions } from './edition';
import { readGpSystems } from './gp-system-file';
import { changesSince, type ImportChanges } from './import-changes';
import { carryOver, importBankHolidays, importGpSystems, importOpeningHours } from './import-details';
import { readOpeningHours } from './opening-hours-file';
import { readBankHolidays } from '../opening/bank-holiday-file';
import { importOutcodes, importPostcodes, type CodesImported } from './import-codes';
import { importPractices, type PracticesImported } from './import-practices';
import { importTally, type LeftOut } from './import-tally';
import { readOutcodes, readPostcodeFiles } from './postcode-files';
import { readPractices } from './practice-file';

export interface DirectoryFiles {
  practices: string;
  postcodes: readonly string[];
  outcodes: string;
  /** Files that are left out keep the data of the edition before. */
  connections?: string | undefined;
  openingHours?: string | undefined;
  bankHolidays?: string | undefined;
}

export interface ImportLimits {
  /** Ids of the suppliers that a practice can be connected to. */
  suppliers: ReadonlySet<string>;
  /** The largest share of practices that may close at once: a file that was cut short closes nearly all. */
  maxClosedShare: number;
}

export interface ImportOptions {
  onProgress?: ImportProgress;
  limits?: ImportLimits;
}

const NO_LIMITS: ImportLimits = { suppliers: new Set(), maxClosedShare: 1 };

export interface ImportReport {
  edition: number;
  /** The newest date, up to today, that the practice file bears, else today: it names no date of its own. */
  asOf: string;
  practices: PracticesImported;
  /** Against the edition before; null when there was none. */
  changes: ImportChanges | null;
  postcodes: CodesImported;
  outcodes: CodesImported;
  /** Practices that there are GP systems for, and opening hours; null where it is as in the edition before. */
  connections: number | null;
  openingHours: number | null;
  /** `2027-12-31`; null where it is as in the edition before. */
  bankHolidaysUntil: string | null;
  leftOut: LeftOut[];
}

export type ImportProgress = (bytesRead: number, bytesInAll: number) => void;

/**
 * Imports a whole directory as a new edition, and puts it into use at the end. Broken off at any moment, the edition
 * before stays in use; what was written is swept by the next import.
 * @throws DirectoryFileError when a file cannot be used
 * @throws ImportOvertaken when another import has begun meanwhile
 */
export async function importDirectory(
  db: Kysely<PracticesTables>,
  files: DirectoryFiles,
  now: () => Date,
  { onProgress = () => undefined, limits = NO_LIMITS }: ImportOptions = {},
): Promise<ImportReport> {
  const { suppliers, maxClosedShare } = limits;
  const { connections, openingHours, bankHolidays } = files;
  const detailFiles = [connections, openingHours].filter((file) => file !== undefined);
  const onBytes = progressOver(
    await bytesOf([files.outcodes, ...files.postcodes, files.practices, ...detailFiles]),
    onProgress,
  );
  const holidays = bankHolidays === undefined ? null : await readBankHolidays(bankHolidays);
  const today: string = londonDate(now());
  let asOf = '';
  const onDate = (date: string) => {
    if (date > asOf && date <= today) asOf = date;
  };

  const before = await currentEdition(db);
  const edition = await beginEdition(db, now());
  await deleteOldEditions(db);
  const tally = importTally();
  const outcodeRows = tally.values('outcodes', readOutcodes(files.outcodes, onBytes));
  const { centres, ...outcodes } = await importOutcodes(db, edition, outcodeRows);
  const postcodeRows = tally.values('postcodes', readPostcodeFiles(files.postcodes, onBytes));
  const postcodes = await importPostcodes(db, edition, postcodeRows);
  const practiceRows = tally.values('practices', readPractices(files.practices, onBytes, onDate));
  const { codes, ...practices } = await importPractices(db, edition, practiceRows, centres);
  if (practices.loaded === 0)
    throw new DirectoryFileError(`${files.practices} has no active GP practice in England.`);
  const changes = before === undefined ? null : await changesSince(db, before.id, edition);
  refuseToCloseMost(changes, practices.loaded, maxClosedShare);

  const orCarriedOver = async <Loaded>(
    what: Parameters<typeof carryOver>[3],
    load: Promise<Loaded> | null,
  ): Promise<Loaded | null> => {
    if (load !== null) return load;
    if (before !== undefined) await carryOver(db, edition, before.id, what);
    return null;
  };
  const report: ImportReport = {
    edition,
    asOf: asOf || today,
    practices,
    changes,
    postcodes,
    outcodes,
    connections: await orCarriedOver(
      'gp-systems',
      connections === undefined
        ? null
        : importGpSystems(
            db,
            edition,
            tally.values('connections', readGpSystems(connections, onBytes, { practices: codes, suppliers })),
          ),
    ),
    openingHours: await orCarriedOver(
      'opening-hours',
      openingHours === undefined
        ? null
        : importOpeningHours(
            db,
            edition,
            tally.values('opening-hours', readOpeningHours(openingHours, onBytes, codes)),
          ),
    ),
    bankHolidaysUntil: await orCarriedOver(
      'bank-holidays',
      holidays && importBankHolidays(db, edition, holidays).then(() => holidays.until),
    ),
    leftOut: tally.leftOut(),
  };
  await publishEdition(db, edition, { asOf: report.asOf, publishedAt: now(), report });
  return report;
}

/** @throws DirectoryFileError */
function refuseToCloseMost(changes: ImportChanges | null, loaded: number, maxClosedShare: number): void {
  if (changes === null) return;
  const closed = changes.closed.length;
  const before = loaded - changes.added + closed;
  if (closed / before > maxClosedShare)
    throw new DirectoryFileError(
      `The file would close ${closed} of ${before} practices, and with them their books: check that it is whole, or say --accept-closures.`,
    );
}

function progressOver(bytesInAll: number, onProgress: ImportProgress): ByteCounter {
  let bytesRead = 0;
  return (bytes) => {
    bytesRead += bytes;
    onProgress(bytesRead, bytesInAll);
  };
}
