import type { Directory } from '../directory/directory';
import type { DirectoryPractice } from '../directory/directory-practice';
import type { PracticeFields } from '../types/practice';

export function practiceView(entry: DirectoryPractice, directory: Directory): PracticeFields {
  const { odsCode, name, addressLines, postcode, phone, location } = entry;
  const access = directory.access(odsCode);
  return {
    odsCode,
    name,
    address: { lines: addressLines, postcode },
    phone,
    location,
    directoryAsOf: directory.asOf,
    leftDirectoryOn: directory.formerPractice(odsCode)?.leftOn ?? null,
    accessNeedsMet: access?.met ?? null,
    accessNeedsNotMet: access?.notMet ?? null,
  };
}

/** The practice with this code, however it is typed, also one that has left; null when the directory never had it. */
export function practiceByCode(directory: Directory, odsCode: string): PracticeFields | null {
  const code = odsCode.replace(/[\p{Cf}\s]/gu, '').toUpperCase();
  const entry = directory.practice(code) ?? directory.formerPractice(code);
  return entry === undefined ? null : practiceView(entry, directory);
}
