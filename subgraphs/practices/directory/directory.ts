import type { DirectoryPractice } from './directory-practice';
import { practicesWithin, type PracticesWithin } from './nearest';
import { practiceSearch, type PracticeSearch } from './practice-search';

/** One edition of the practice directory, in memory, with its indexes. Never changes. */
export interface Directory {
  /** `2025-04-23`: the day its entries are from. */
  asOf: string;
  size: number;
  /** @param odsCode in capitals. */
  practice(odsCode: string): DirectoryPractice | undefined;
  within: PracticesWithin;
  search: PracticeSearch;
}

export function directoryOf(practices: readonly DirectoryPractice[], asOf: string): Directory {
  const byCode = new Map(practices.map((practice) => [practice.odsCode, practice]));
  return {
    asOf,
    size: practices.length,
    practice: (odsCode) => byCode.get(odsCode),
    within: practicesWithin(practices),
    search: practiceSearch(practices),
  };
}
