import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { CalendarDate } from '../../../domain/london-time';
import { DirectoryFileError, unusable } from '../directory/csv-rows';
import { bankHolidays, type BankHolidays } from './bank-holidays';

/** GOV.UK's feed, https://www.gov.uk/bank-holidays.json. */
const Feed = z.object({
  'england-and-wales': z.object({ events: z.array(z.object({ date: CalendarDate })).min(1) }),
});

/** @throws DirectoryFileError */
export async function readBankHolidays(file: string): Promise<BankHolidays> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw unusable(file, error);
  });
  const feed = Feed.safeParse(parseJson(text));
  if (!feed.success)
    throw new DirectoryFileError(`${file} is not GOV.UK's file of bank holidays (bank-holidays.json).`);
  return bankHolidays(feed.data['england-and-wales'].events.map(({ date }) => date));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
