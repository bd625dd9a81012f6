import type { Directory } from '../directory/directory';
import type { DirectoryPractice } from '../directory/directory-practice';
import type { PracticeFields } from '../types/practice';

export function practiceView(entry: DirectoryPractice, directory: Directory): PracticeFields {
  const { odsCode, name, addressLines, postcode, phone, location } = entry;
  return {
    odsCode,
    name,
    address: { lines: addressLines, postcode },
    phone,
    location,
    directoryAsOf: directory.asOf,
  };
}

/** The practice with this code, however it is typed; null when the directory has none. */
export function practiceByCode(directory: Directory, odsCode: string): PracticeFields | null {
  const entry = directory.practice(odsCode.trim().toUpperCase());
  return entry === undefined ? null : practiceView(entry, directory);
}
