import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { TextDecoder } from 'node:util';
import { DirectoryFileError, unusable } from './directory-file-error';

/** Callback that receives how many more bytes have been read. */
export type ByteCounter = (bytes: number) => void;

/**
 * Decodes a file while it is read: UTF-8, or UTF-16 with the mark that Excel's "Unicode text" begins with.
 * @throws DirectoryFileError when it cannot be read, and for bytes of any other encoding, with their line: a lenient
 * decoder would store names with holes in them.
 */
export async function* decodedText(file: string, onBytes: ByteCounter): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let line = 1;
  const chunks: AsyncIterable<Buffer> = createReadStream(file);
  try {
    for await (const chunk of chunks) {
      onBytes(chunk.length);
      decoder ??= decoderFor(chunk);
      const text = decoded(decoder, chunk);
      if (text === null) throw notText(file, line + linesBeforeFault(decoder, chunk));
      line += lineBreaksIn(text);
      yield text;
    }
  } catch (error) {
    throw unusable(file, error);
  }
  if (decoder !== undefined && decoded(decoder) === null) throw notText(file, line);
}

/** @throws DirectoryFileError */
export async function readTextFile(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw unusable(file, error);
  });
  const decoder = decoderFor(bytes);
  const text = decoded(decoder, bytes);
  if (text === null || decoded(decoder) === null) throw notText(file, 1 + linesBeforeFault(decoder, bytes));
  return text;
}

function decoderFor([first, second]: Uint8Array): TextDecoder {
  return new TextDecoder(first === 0xff && second === 0xfe ? 'utf-16le' : 'utf-8', { fatal: true });
}

/** NUL is UTF-16 without its mark; U+FFFD was put there by another program that could not read the name. */
const NOT_TEXT = /[\0\uFFFD]/;

/** @returns null when the bytes are not text in this encoding; without a chunk, at the end of the file. */
function decoded(decoder: TextDecoder, chunk?: Uint8Array): string | null {
  try {
    const text = decoder.decode(chunk, { stream: chunk !== undefined });
    return NOT_TEXT.test(text) ? null : text;
  } catch {
    return null;
  }
}

function linesBeforeFault({ encoding }: TextDecoder, chunk: Uint8Array): number {
  const text = new TextDecoder(encoding).decode(chunk);
  return lineBreaksIn(text.slice(0, Math.max(0, text.search(NOT_TEXT))));
}

function lineBreaksIn(text: string): number {
  return text.split('\n').length - 1;
}

function notText(file: string, line: number): DirectoryFileError {
  return new DirectoryFileError(
    `${file} is not text in UTF-8 at line ${line}, as when Excel saves "CSV": save it as "CSV UTF-8".`,
  );
}
