import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { CsvError, parse } from 'csv-parse';
import { z } from 'zod';

/** A file that cannot be used at all; its message is one sentence that says which and why. */
export class DirectoryFileError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'DirectoryFileError';
  }
}

export interface CsvRow {
  /** The name of the file and the line, as `<file>:12`, for people who look for the row. */
  at: string;
  cells: string[];
}

/** Result of reading one row of a file: left out on purpose (`skipped`), or because it is wrong (`refused`). */
export type RowResult<Value> =
  { kind: 'read'; value: Value } | { kind: 'skipped' | 'refused'; reason: string };

/** Result with the place of the row, `<file>:12`. */
export type RowReading<Value> = { at: string } & RowResult<Value>;

/** Callback that receives how many more bytes have been read. */
export type ByteCounter = (bytes: number) => void;

const CsvRecord = z.object({ record: z.array(z.string()), info: z.object({ lines: z.number() }) });

/**
 * Streams a CSV file row by row; rows may differ in their number of cells.
 * @throws DirectoryFileError when it cannot be read or is not CSV.
 */
export async function* csvRows(file: string, onBytes: ByteCounter): AsyncGenerator<CsvRow> {
  const name = basename(file);
  const input = createReadStream(file);
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
  });
  // pipe() does not pass errors on.
  input.on('error', (error) => parser.destroy(error));
  const records: AsyncIterable<unknown> = input.pipe(parser);
  try {
    let counted = 0;
    for await (const row of records) {
      if (input.bytesRead > counted) onBytes(input.bytesRead - counted);
      counted = input.bytesRead;
      const { record, info } = CsvRecord.parse(row);
      yield { at: `${name}:${info.lines}`, cells: record };
    }
  } catch (error) {
    throw unusable(file, error);
  } finally {
    input.destroy();
  }
}

/**
 * The rows below the header.
 * @throws DirectoryFileError when the header is another.
 */
export async function* csvRowsBelow(
  header: readonly string[],
  file: string,
  onBytes: ByteCounter,
): AsyncGenerator<CsvRow> {
  let headerSeen = false;
  for await (const row of csvRows(file, onBytes)) {
    if (headerSeen) yield row;
    else if (row.cells.join() !== header.join())
      throw new DirectoryFileError(`${file} must begin with the columns ${header.join(', ')}.`);
    headerSeen = true;
  }
  if (!headerSeen) throw new DirectoryFileError(`${file} is empty.`);
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

/** Error that Node throws when the operating system refuses. */
const SystemError = z.object({ code: z.string(), syscall: z.string() });

/** Errors that are not about the file, such as those of the reader of the rows, pass unchanged. */
export function unusable(file: string, error: unknown): unknown {
  if (error instanceof CsvError)
    return new DirectoryFileError(`${file} is not a CSV file that can be read: ${error.code}.`, error);
  const failed = SystemError.safeParse(error);
  if (failed.success) return new DirectoryFileError(`${file} cannot be read (${failed.data.code}).`, error);
  return error;
}
