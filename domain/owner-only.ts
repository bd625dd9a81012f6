import { chmodSync, closeSync, lstatSync, mkdirSync, openSync } from 'node:fs';
import { z } from 'zod';

/**
 * What is kept on disk is for the account that runs the service alone: it holds dates of birth, places and answers
 * (UK GDPR Art. 32). Modes are set when a file is made, and put right when one is found that others may read.
 */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const FOR_OTHERS = 0o077;
/** Of folders that many share, such as `/tmp`: those are not ours to close. */
const STICKY = 0o1000;

const AlreadyThere = z.object({ code: z.literal('EEXIST') });
const Missing = z.object({ code: z.literal('ENOENT') });
const NotOurs = z.object({ code: z.enum(['EPERM', 'EROFS']) });

/** Makes a folder with all above it, or closes the one that is there to others. */
export function makeOwnerOnlyFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: FOLDER_MODE });
  closeToOthers(path, FOLDER_MODE);
}

/** Makes an empty file, or closes the one that is there to others. */
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

/** What belongs to somebody else, or cannot be written, has the modes that its owner gave it. */
function closeToOthers(path: string, mode: number): void {
  try {
    const found = lstatSync(path);
    const isOpen = (found.mode & FOR_OTHERS) !== 0 && (found.mode & STICKY) === 0;
    if (isOpen && !found.isSymbolicLink()) chmodSync(path, mode);
  } catch (error) {
    if (!Missing.safeParse(error).success && !NotOurs.safeParse(error).success) throw error;
  }
}
