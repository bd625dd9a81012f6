import type { Kysely } from 'kysely';
import { londonDate } from '../../../domain/london-time';
import type { PracticesTables } from '../database/tables';
import type { BankHolidays } from '../../../domain/bank-holidays';
import { readBankHolidays } from '../opening/bank-holiday-file';
import { readAccessibility } from './accessibility-file';
import { bytesOf } from './csv-rows';
import { DirectoryFileError } from './directory-file-error';
import type { DirectoryPractice } from './directory-practice';
import {
  beginEdition,
  currentEdition,
  deleteOldEditions,
  publishEdition,
  type DirectoryEdition,
} from './edition';
import { editionDate } from './edition-date';
import { practicesOf } from './edition-directory';
import { editionFacts } from './edition-facts';
import { readGpSystems } from './gp-system-file';
import { changesSince, type ImportChanges } from './import-changes';
import { importOutcodes, importPostcodes, type CodesImported } from './import-codes';
import {
  carryOver,
  importAccess,
  importBankHolidays,
  importGpSystems,
  importOpeningHours,
  keepAsBefore,
  type PracticeDetails,
} from './import-details';
import { IMPORT_GUARDS, type ImportGuard } from './import-guards';
import { factsOfCodes, factsOfRows, refuseTripped } from './import-judgement';
import { placesOfUnits, practicesImported, writePractices, type PracticesImported } from './import-practices';
import { importTally, type ImportTally, type LeftOut } from './import-tally';
import { nextPractices, unitsNeeded, type EditionPractices, type NextPractices } from './next-practices';
import { readOpeningHours } from './opening-hours-file';
import { readOutcodes, readPostcodeFiles } from './postcode-files';
import { readPractices, type PracticeReading } from './practice-file';
import type { ByteCounter } from './text-file';

export interface DirectoryFiles {
  practices: string;
  postcodes: readonly string[];
  outcodes: string;
  /** Files that are left out keep the data of the edition before. */
  connections?: string | undefined;
  openingHours?: string | undefined;
  accessibility?: string | undefined;
  bankHolidays?: string | undefined;
}

export interface ImportLimits {
  /** Ids of the suppliers that a practice can be connected to. */
  suppliers: ReadonlySet<string>;
  /** Guards that this import may trip. */
  accepted: ReadonlySet<ImportGuard>;
}

export interface ImportOptions {
  onProgress?: ImportProgress;
  limits?: ImportLimits;
  /** Practices that were in use without an import: those of the demo directory. They have left after the first. */
  replaced?: () => Promise<readonly DirectoryPractice[]>;
}

const noPractices = () => Promise.resolve([]);
const NO_LIMITS: ImportLimits = { suppliers: new Set(), accepted: new Set(IMPORT_GUARDS) };

export interface ImportReport {
  edition: number;
  /** The newest date, up to today, that the practice file bears, else today: it names no date of its own. */
  asOf: string;
  practices: PracticesImported;
  /** Against the edition before; null when there was none. */
  changes: ImportChanges | null;
  postcodes: CodesImported;
  outcodes: CodesImported;
  /** Practices that there are GP systems for, opening hours, and facts on access; null where it is as in the edition before. */
  connections: number | null;
  openingHours: number | null;
  accessibility: number | null;
  /** `2027-12-31`; null where it is as in the edition before. */
  bankHolidaysUntil: string | null;
  leftOut: LeftOut[];
}

export type ImportProgress = (bytesRead: number, bytesInAll: number) => void;

/** One import, as its steps pass it on. */
interface Import {
  db: Kysely<PracticesTables>;
  edition: number;
  before: DirectoryEdition | undefined;
  files: DirectoryFiles;
  tally: ImportTally;
  onBytes: ByteCounter;
}

/**
 * Imports a whole directory as a new edition, judges it against the one before, and puts it into use at the end.
 * Broken off or refused at any moment, the edition before stays in use; what was written is swept by the next import.
 * @throws DirectoryFileError when a file cannot be used, or the import is refused as a whole
 * @throws ImportOvertaken when another import has begun meanwhile
 */
export async function importDirectory(
  db: Kysely<PracticesTables>,
  files: DirectoryFiles,
  now: () => Date,
  { onProgress = () => undefined, limits = NO_LIMITS, replaced = noPractices }: ImportOptions = {},
): Promise<ImportReport> {
  const onBytes = progressOver(await bytesOf(csvFilesOf(files)), onProgress);
  const today = londonDate(now());
  const holidays =
    files.bankHolidays === undefined ? null : await readBankHolidays(files.bankHolidays, today);
  const tally = importTally();
  // Practices come first: they are few, and what is wrong with them shows before all postcodes have been written.
  const readings: PracticeReading[] = [];
  for await (const reading of tally.readings('practices', readPractices(files.practices, onBytes, today)))
    readings.push(reading);
  const asOf = editionDate(readings, today) ?? today;

  const before = await currentEdition(db);
  const edition = await beginEdition(db, now());
  await deleteOldEditions(db);
  const running: Import = { db, edition, before, files, tally, onBytes };
  const outcodes = await importOutcodes(
    db,
    edition,
    tally.values('outcodes', readOutcodes(files.outcodes, onBytes)),
  );
  const postcodeRows = tally.values('postcodes', readPostcodeFiles(files.postcodes, onBytes));
  const postcodes = await importPostcodes(db, edition, postcodeRows);

  const old: EditionPractices =
    before === undefined
      ? { current: [], former: (await replaced()).map((practice) => ({ ...practice, leftOn: today })) }
      : await practicesOf(db, before.id);
  const units = await placesOfUnits(db, edition, unitsNeeded(readings));
  const next = nextPractices(readings, old, { units, outcodes: outcodes.centres }, today);
  if (next.current.length === 0)
    throw new DirectoryFileError(`${files.practices} has no active GP practice in England.`);
  await writePractices(db, edition, next);
  const details = await importDetails(running, next, holidays, limits.suppliers);

  const facts = {
    ...(await editionFacts(db, { id: edition, asOf })),
    ...factsOfRows(tally, readings, asOf),
    ...factsOfCodes(readings, outcodes, postcodes.outwards),
    missing: next.missing,
    left: next.left,
  };
  refuseTripped(facts, before === undefined ? null : await editionFacts(db, before), limits.accepted);
  const report: ImportReport = {
    edition,
    asOf,
    practices: practicesImported(next),
    changes: before === undefined ? null : changesSince(old, next),
    postcodes: { loaded: postcodes.loaded, repeated: postcodes.repeated },
    outcodes: { loaded: outcodes.loaded, repeated: outcodes.repeated },
    ...details,
    leftOut: tally.leftOut(),
  };
  await publishEdition(db, edition, { asOf, publishedAt: now(), report });
  return report;
}

type DetailsImported = Pick<
  ImportReport,
  'connections' | 'openingHours' | 'accessibility' | 'bankHolidaysUntil'
>;

/** Loads the files beside that of the practices; what there is no file of stays as it was. */
async function importDetails(
  running: Import,
  { current, former }: NextPractices,
  holidays: BankHolidays | null,
  suppliers: ReadonlySet<string>,
): Promise<DetailsImported> {
  const { db, edition, before, files, tally, onBytes } = running;
  const practices = new Set(current.map(({ odsCode }) => odsCode));
  const gone = former.map(({ odsCode }) => odsCode);
  const load = async (
    what: PracticeDetails,
    file: string | undefined,
    read: (file: string) => Promise<number>,
  ) => {
    if (file === undefined) {
      if (before !== undefined) await carryOver(db, edition, before.id, what);
      return null;
    }
    const loaded = await read(file);
    if (loaded === 0) throw new DirectoryFileError(`${file} has no row that can be used.`);
    const tallied = what === 'gp-systems' ? 'connections' : what;
    const unchanged = [...gone, ...tally.practicesRefused(tallied)];
    if (before !== undefined) await keepAsBefore(db, { edition, from: before.id }, what, unchanged);
    return loaded;
  };
  if (holidays !== null) await importBankHolidays(db, edition, holidays);
  else if (before !== undefined) await carryOver(db, edition, before.id, 'bank-holidays');
  return {
    connections: await load('gp-systems', files.connections, (file) => {
      const rows = readGpSystems(file, onBytes, { practices, suppliers });
      return importGpSystems(db, edition, tally.values('connections', rows));
    }),
    openingHours: await load('opening-hours', files.openingHours, (file) =>
      importOpeningHours(
        db,
        edition,
        tally.values('opening-hours', readOpeningHours(file, onBytes, practices)),
      ),
    ),
    accessibility: await load('accessibility', files.accessibility, (file) =>
      importAccess(db, edition, tally.values('accessibility', readAccessibility(file, onBytes, practices))),
    ),
    bankHolidaysUntil: holidays === null ? null : holidays.until,
  };
}

function csvFilesOf({ practices, postcodes, outcodes, ...files }: DirectoryFiles): string[] {
  const details = [files.connections, files.openingHours, files.accessibility].filter(
    (file) => file !== undefined,
  );
  return [outcodes, ...postcodes, practices, ...details];
}

function progressOver(bytesInAll: number, onProgress: ImportProgress): ByteCounter {
  let bytesRead = 0;
  return (bytes) => {
    bytesRead += bytes;
    onProgress(bytesRead, bytesInAll);
  };
}
