import type { Kysely } from 'kysely';
import { londonDate } from '../../../domain/london-time';
import type { PracticesTables } from '../tables';
import { bytesOf, DirectoryFileError, type ByteCounter } from './csv-rows';
import { beginEdition, publishEdition, sweepEditions } from './edition';
import { importOutcodes, importPostcodes, type CodesImported } from './import-codes';
import { importPractices, type PracticesImported } from './import-practices';
import { importTally, type LeftOut } from './import-tally';
import { readOutcodes, readPostcodeFiles } from './postcode-files';
import { readPractices } from './practice-file';

export interface DirectoryFiles {
  practices: string;
  postcodes: readonly string[];
  outcodes: string;
}

export interface ImportReport {
  edition: number;
  /** The newest date, up to today, that the practice file bears, else today: it names no date of its own. */
  asOf: string;
  practices: PracticesImported;
  postcodes: CodesImported;
  outcodes: CodesImported;
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
  onProgress: ImportProgress = () => undefined,
): Promise<ImportReport> {
  const onBytes = progressOver(
    await bytesOf([files.outcodes, ...files.postcodes, files.practices]),
    onProgress,
  );
  const today: string = londonDate(now());
  let asOf = '';
  const onDate = (date: string) => {
    if (date > asOf && date <= today) asOf = date;
  };

  const edition = await beginEdition(db, now());
  await sweepEditions(db);
  const tally = importTally();
  const outcodeRows = tally.values('outcodes', readOutcodes(files.outcodes, onBytes));
  const { centres, ...outcodes } = await importOutcodes(db, edition, outcodeRows);
  const postcodeRows = tally.values('postcodes', readPostcodeFiles(files.postcodes, onBytes));
  const postcodes = await importPostcodes(db, edition, postcodeRows);
  const practiceRows = tally.values('practices', readPractices(files.practices, onBytes, onDate));
  const practices = await importPractices(db, edition, practiceRows, centres);
  if (practices.loaded === 0)
    throw new DirectoryFileError(`${files.practices} has no active GP practice in England.`);
  asOf ||= today;
  await publishEdition(db, edition, asOf);
  return { edition, asOf, practices, postcodes, outcodes, leftOut: tally.leftOut() };
}

function progressOver(bytesInAll: number, onProgress: ImportProgress): ByteCounter {
  let bytesRead = 0;
  return (bytes) => {
    bytesRead += bytes;
    onProgress(bytesRead, bytesInAll);
  };
}
