import { CalendarDate } from '../../../domain/london-time';

/** The bank holidays of whole years. What lies outside is not known, which is not the same as "no holiday". */
export interface BankHolidays {
  from: CalendarDate;
  until: CalendarDate;
  days: readonly CalendarDate[];
  /** @throws BankHolidaysNotKnown for a day outside the years that are loaded. */
  has(day: CalendarDate): boolean;
}

/** Opening times on such a day would be a guess. */
export class BankHolidaysNotKnown extends Error {
  constructor(day: CalendarDate, from: CalendarDate, until: CalendarDate) {
    super(
      `Bank holidays are loaded from ${from} to ${until}, not for ${day}: import a newer file with npm run directory:import -- --bank-holidays FILE.`,
    );
    this.name = 'BankHolidaysNotKnown';
  }
}

/** @param days not empty; they are taken to be all of the years that the first and the last of them are in. */
export function bankHolidays(days: readonly CalendarDate[]): BankHolidays {
  const sorted = [...days].sort();
  const yearOf = (day: CalendarDate | undefined) => day?.slice(0, 4) ?? '';
  const from = CalendarDate.parse(`${yearOf(sorted[0])}-01-01`);
  const until = CalendarDate.parse(`${yearOf(sorted.at(-1))}-12-31`);
  const all = new Set(sorted);
  return {
    from,
    until,
    days: sorted,
    has(day) {
      if (day < from || day > until) throw new BankHolidaysNotKnown(day, from, until);
      return all.has(day);
    },
  };
}
