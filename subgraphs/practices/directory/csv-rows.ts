import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { z } from 'zod';
import { DirectoryFileError, unusable } from './directory-file-error';
import { decodedText, type ByteCounter } from './text-file';

export interface CsvRow {
  /** The name of the file and the line, as `<file>:12`, for people who look for the row. */
  at: string;
  cells: string[];
  /** True of a last row that no line break follows: the file may have been cut inside its last cell. */
  isUnfinished: boolean;
}

/**
 * Result of reading one row of a file: left out on purpose (`skipped`), or because it is wrong (`refused`). A value
 * that was read may have a doubt: something of the row was left out or put right.
 */
export type RowResult<Value> =
  | { kind: 'read'; value: Value; doubt?: string }
  | { kind: 'skipped' | 'refused'; reason: string; odsCode?: string };

/** Result with the place of the row, `<file>:12`. */
export type RowReading<Value> = { at: string } & RowResult<Value>;

export function skipped(reason: string): RowResult<never> {
  return { kind: 'skipped', reason };
}

/** @param odsCode the practice that the row is about, where that is known: what is loaded of it is kept. */
export function refused(reason: string, odsCode?: string): RowResult<never> {
  return { kind: 'refused', reason, ...(odsCode !== undefined && { odsCode }) };
}

/** Reason that also says, of a file's last row, that the file was cut short inside it. */
export const WRONG_WIDTH = 'the number of columns is wrong';
export const UNFINISHED = 'the file ends inside this row';

const CsvRecord = z.object({ record: z.array(z.string()), info: z.object({ lines: z.number() }) });

/** Longest row, in characters: a quote that is never closed would take in the rest of the file. */
const MAX_ROW = 20_000;

/**
 * Streams a CSV file row by row; rows may differ in their number of cells.
 * @throws DirectoryFileError when it cannot be read or is not CSV.
 */
export async function* csvRows(file: string, onBytes: ByteCounter): AsyncGenerator<CsvRow> {
  const name = basename(file);
  let last = '';
  const text = async function* () {
    for await (const part of decodedText(file, onBytes)) {
      last = part.at(-1) ?? last;
      yield part;
    }
  };
  const input = Readable.from(text());
  const parser = parse({
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    max_record_size: MAX_ROW,
  });
  // pipe() does not pass errors on.
  input.on('error', (error) => parser.destroy(error));
  const records: AsyncIterable<unknown> = input.pipe(parser);
  let previous: CsvRow | undefined;
  try {
    for await (const row of records) {
      const { record, info } = CsvRecord.parse(row);
      if (previous !== undefined) yield previous;
      previous = { at: `${name}:${info.lines}`, cells: record, isUnfinished: false };
    }
  } catch (error) {
    throw unusable(file, error);
  } finally {
    input.destroy();
  }
  if (previous !== undefined) yield { ...previous, isUnfinished: last !== '\n' && last !== '\r' };
}

/** Layout of a file with a header, and how a row of it is read. */
export interface CsvLayout<Value> {
  header: readonly string[];
  /** A last column that the file may have beside. */
  optional?: string;
  readRow: (cells: readonly string[]) => RowResult<Value>;
  /** Refuses a last row that no line break follows; for files that programs write, whose cells cannot tell. */
  isWrittenWhole?: boolean;
}

/**
 * Reads the rows below the header.
 * @throws DirectoryFileError when the header is another.
 */
export async function* csvReadings<Value>(
  { header, optional, readRow, isWrittenWhole = false }: CsvLayout<Value>,
  file: string,
  onBytes: ByteCounter,
): AsyncGenerator<RowReading<Value>> {
  let headerSeen = false;
  let width = header.length;
  let hasRows = false;
  for await (const { at, cells, isUnfinished } of csvRows(file, onBytes)) {
    if (!headerSeen) width = cells.length;
    const isHeader = cells.join() === header.join() || cells.join() === [...header, optional].join();
    if (!headerSeen && !isHeader)
      throw new DirectoryFileError(`${file} must begin with the columns ${header.join(', ')}.`);
    if (headerSeen && cells.length !== width) yield { at, ...refused(WRONG_WIDTH) };
    else if (headerSeen && isWrittenWhole && isUnfinished) yield { at, ...refused(UNFINISHED) };
    else if (headerSeen) yield { at, ...readRow(cells) };
    hasRows = headerSeen;
    headerSeen = true;
  }
  if (!headerSeen) throw new DirectoryFileError(`${file} is empty.`);
  if (!hasRows) throw new DirectoryFileError(`${file} has no row below its header.`);
}

/** @throws DirectoryFileError when one of the files cannot be read. */
export async function bytesOf(files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(files.map(bytesOfOne));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function bytesOfOne(file: string): Promise<number> {
  const found = await stat(file).catch((error: unknown) => {
    throw unusable(file, error);
  });
  if (!found.isFile()) throw new DirectoryFileError(`${file} is not a file.`);
  return found.size;
}
