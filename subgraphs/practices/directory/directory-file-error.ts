import { CsvError } from 'csv-parse';
import { z } from 'zod';

/** A file that cannot be used at all; its message is one sentence that says which and why. */
export class DirectoryFileError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'DirectoryFileError';
  }
}

/** Error that Node throws when the operating system refuses. */
const SystemError = z.object({ code: z.string(), syscall: z.string() });

const Lines = z.object({ lines: z.number() });

/** Errors that are not about the file, such as those of the reader of the rows, pass unchanged. */
export function unusable(file: string, error: unknown): unknown {
  if (error instanceof CsvError) {
    const at = Lines.safeParse(error);
    const line = at.success ? ` at line ${at.data.lines}` : '';
    return new DirectoryFileError(`${file} is not a CSV file that can be read: ${error.code}${line}.`, error);
  }
  const failed = SystemError.safeParse(error);
  if (failed.success) return new DirectoryFileError(`${file} cannot be read (${failed.data.code}).`, error);
  return error;
}
