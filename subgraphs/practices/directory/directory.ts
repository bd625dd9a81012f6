import type { PracticeAccess } from '../../../domain/access-needs';
import type { BankHolidays } from '../../../domain/bank-holidays';
import type { OpeningRule } from '../opening/opening-hours';
import type { DirectoryPractice, FormerPractice, PracticeGpSystem } from './directory-practice';
import { isForEverybody } from './special-services';
import { practicesNear, type PracticesNear } from './nearest';
import { practiceSearch, type PracticeSearch } from './practice-search';

/** One edition of the practice directory, in memory, with its indexes. Never changes. */
export interface Directory {
  /** `2025-04-23`: the day its entries are from. */
  asOf: string;
  size: number;
  odsCodes(): string[];
  /** @param odsCode in capitals. */
  practice(odsCode: string): DirectoryPractice | undefined;
  /** A practice that has left: what is booked there still names it. It is in no search, and has no hours or systems. */
  formerPractice(odsCode: string): FormerPractice | undefined;
  formerCodes(): string[];
  /** Practices that see everybody who is registered with them. */
  within: PracticesNear['within'];
  search: PracticeSearch;
  /** False until somebody has imported which GP systems practices use. */
  hasGpSystems: boolean;
  gpSystem(odsCode: string): PracticeGpSystem | undefined;
  /** Empty where they are not known. */
  openingHours(odsCode: string): readonly OpeningRule[];
  /** Undefined where nothing is known of it. */
  access(odsCode: string): PracticeAccess | undefined;
  bankHolidays: BankHolidays;
}

/** Details from the files beside that of the practices. */
export interface DirectoryDetails {
  gpSystems: ReadonlyMap<string, PracticeGpSystem> | null;
  openingHours: ReadonlyMap<string, readonly OpeningRule[]>;
  access?: ReadonlyMap<string, PracticeAccess>;
  bankHolidays: BankHolidays;
  /** Practices that have left the directory. */
  former?: readonly FormerPractice[];
}

export function directoryOf(
  practices: readonly DirectoryPractice[],
  asOf: string,
  { gpSystems, openingHours, access, bankHolidays, former = [] }: DirectoryDetails,
): Directory {
  const byCode = new Map(practices.map((practice) => [practice.odsCode, practice]));
  const formerByCode = new Map(former.map((practice) => [practice.odsCode, practice]));
  return {
    asOf,
    size: practices.length,
    odsCodes: () => [...byCode.keys()],
    practice: (odsCode) => byCode.get(odsCode),
    formerPractice: (odsCode) => formerByCode.get(odsCode),
    formerCodes: () => [...formerByCode.keys()],
    within: practicesNear(practices.filter(isForEverybody)).within,
    search: practiceSearch(practices),
    hasGpSystems: gpSystems !== null,
    gpSystem: (odsCode) => (byCode.has(odsCode) ? gpSystems?.get(odsCode) : undefined),
    openingHours: (odsCode) => (byCode.has(odsCode) ? (openingHours.get(odsCode) ?? []) : []),
    access: (odsCode) => (byCode.has(odsCode) ? access?.get(odsCode) : undefined),
    bankHolidays,
  };
}
