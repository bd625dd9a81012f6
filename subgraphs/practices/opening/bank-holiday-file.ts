import { z } from 'zod';
import { addLondonDays, CalendarDate, londonDate, startOfLondonDay } from '../../../domain/london-time';
import { DirectoryFileError } from '../directory/directory-file-error';
import { readTextFile } from '../directory/text-file';
import { bankHolidays, isComplete, yearsOf, type BankHolidays } from '../../../domain/bank-holidays';

const SOURCE = 'https://www.gov.uk/bank-holidays.json';
/** A slip in one date must not name thousands of years. */
const MAX_YEARS = 30;

/** GOV.UK's feed. */
const Feed = z.object({
  'england-and-wales': z.object({ events: z.array(z.object({ date: CalendarDate })).min(1) }),
});

/** The feed goes on for a year or more: one that ends sooner is an old copy. */
const AHEAD_DAYS = 90;

/**
 * Reads the feed as a whole: every year from its first to its last, and today and the next months among them.
 * @throws DirectoryFileError
 */
export async function readBankHolidays(file: string, today: CalendarDate): Promise<BankHolidays> {
  const feed = Feed.safeParse(parseJson(await readTextFile(file)));
  if (!feed.success)
    throw new DirectoryFileError(`${file} is not GOV.UK's file of bank holidays (bank-holidays.json).`);
  const holidays = bankHolidays(feed.data['england-and-wales'].events.map(({ date }) => date));
  const listed = yearsOf(feed.data['england-and-wales'].events.map(({ date }) => date));
  const missing = yearsBetween(listed).filter((year) => !isComplete(year, holidays.days));
  if (missing.length > 0)
    throw new DirectoryFileError(
      `${file} does not have all bank holidays of England and Wales in ${missing.join(', ')}: download it again from ${SOURCE}.`,
    );
  const end = londonDate(addLondonDays(startOfLondonDay(today), AHEAD_DAYS));
  if (today < holidays.from || end > holidays.until)
    throw new DirectoryFileError(
      `${file} has bank holidays from ${holidays.from} to ${holidays.until}, and they are needed from ${today} to ${end}: download it again from ${SOURCE}.`,
    );
  return holidays;
}

/** The years from the first to the last, those that are not listed too. */
function yearsBetween(listed: readonly string[]): string[] {
  const [first, last] = [Number(listed[0]), Number(listed.at(-1))];
  return Array.from({ length: Math.min(last - first + 1, MAX_YEARS) }, (_, at) => String(first + at));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
