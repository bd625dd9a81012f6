import { OdsCode } from '../../../domain/ods-code';
import { OPENING_DAYS, type OpeningDay, type OpeningRule } from '../opening/opening-hours';
import { csvReadings, refused, type RowReading, type RowResult } from './csv-rows';
import type { ByteCounter } from './text-file';

export type FiledOpening = OpeningRule & { odsCode: string };

/** One period a row; a day without a row is closed, and so is a bank holiday without a `BANK_HOLIDAY` row. */
export const OPENING_COLUMNS = ['ods_code', 'day', 'opens', 'closes'] as const;

const TIME = /^([01][0-9]|2[0-3]):[0-5][0-9]$/;

/**
 * When practices are open, in London time: `08:00`, `18:30`; over midnight the end is the smaller one.
 * @param practices codes of the practices that there are.
 * @throws DirectoryFileError
 */
export function readOpeningHours(
  file: string,
  onBytes: ByteCounter,
  practices: ReadonlySet<string>,
): AsyncGenerator<RowReading<FiledOpening>> {
  const seen = new Set<string>();
  const readRow = (cells: readonly string[]) => readPeriod(cells, practices, seen);
  return csvReadings({ header: OPENING_COLUMNS, readRow }, file, onBytes);
}

function readPeriod(
  cells: readonly string[],
  practices: ReadonlySet<string>,
  seen: Set<string>,
): RowResult<FiledOpening> {
  const [text = '', day = '', opens = '', closes = ''] = cells;
  const code = OdsCode.safeParse(text);
  if (!code.success) return refused('the code is not an ODS code');
  if (!practices.has(code.data)) return refused('there is no such active GP practice in England');
  if (!isDay(day)) return refused(`the day is none of ${OPENING_DAYS.join(', ')}`, code.data);
  if (!TIME.test(opens) || !(TIME.test(closes) || closes === '24:00'))
    return refused('a time is not of the form 08:00', code.data);
  if (opens === closes) return refused('it opens and closes at the same time', code.data);
  const key = `${code.data} ${day} ${opens}`;
  if (seen.has(key)) return refused('the period was there before');
  seen.add(key);
  return { kind: 'read', value: { odsCode: code.data, day, opens, closes } };
}

function isDay(text: string): text is OpeningDay {
  return OPENING_DAYS.some((day) => day === text);
}
