import { readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { closeFileToOthers, makeOwnerOnlyFolder } from './owner-only';

const AlreadyThere = z.object({ code: z.literal('EEXIST') });

/** A file that is made on first use, readable by its owner alone, and kept; two processes at once agree on one. */
export async function readOrCreateFile(path: string, make: () => Promise<string>): Promise<string> {
  makeOwnerOnlyFolder(dirname(path));
  try {
    await writeFile(path, await make(), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!AlreadyThere.safeParse(error).success) throw error;
    closeFileToOthers(path);
  }
  return readFile(path, 'utf8');
}
