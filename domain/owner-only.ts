import { chmodSync, closeSync, lstatSync, mkdirSync, openSync } from 'node:fs';
import { z } from 'zod';

/**
 * Data on disk is for the account that runs the service alone: it holds dates of birth, places and answers (UK GDPR
 * Art. 32). Modes are set when a file is made, and corrected when others may read a file that exists.
 */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const FOR_OTHERS = 0o077;
/** Sticky bit, which marks folders that many share, such as `/tmp`: those are not ours to close. */
const STICKY = 0o1000;

const AlreadyThere = z.object({ code: z.literal('EEXIST') });
const Missing = z.object({ code: z.literal('ENOENT') });
const NotOurs = z.object({ code: z.enum(['EPERM', 'EROFS']) });

/** Makes a folder with all above it, or removes others' access to one that exists. */
export function makeOwnerOnlyFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: FOLDER_MODE });
  closeToOthers(path, FOLDER_MODE);
}

/** Makes an empty file, or removes others' access to one that exists. */
export function makeOwnerOnlyFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', FILE_MODE));
  } catch (error) {
    if (!AlreadyThere.safeParse(error).success) throw error;
    closeFileToOthers(path);
  }
}

/** Does nothing where there is none. */
export function closeFileToOthers(path: string): void {
  closeToOthers(path, FILE_MODE);
}

/** Removes the access of other accounts. A file of another owner, or on a read-only disk, keeps its mode. */
function closeToOthers(path: string, mode: number): void {
  try {
    const found = lstatSync(path);
    const isOpen = (found.mode & FOR_OTHERS) !== 0 && (found.mode & STICKY) === 0;
    if (isOpen && !found.isSymbolicLink()) chmodSync(path, mode);
  } catch (error) {
    if (!Missing.safeParse(error).success && !NotOurs.safeParse(error).success) throw error;
  }
}
