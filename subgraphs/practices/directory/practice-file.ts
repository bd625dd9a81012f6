import { OdsCode } from '../../../domain/ods-code';
import { csvRows, refused, skipped, WRONG_WIDTH, type RowReading, type RowResult } from './csv-rows';
import { DirectoryFileError } from './directory-file-error';
import type { PracticeAreaCodes } from './directory-practice';
import { outwardOfMistyped, parsePostcode } from './postcode';
import type { ByteCounter } from './text-file';

/** A practice as its file has it: not yet on the map. */
export interface FiledPractice {
  odsCode: string;
  name: string;
  addressLines: string[];
  postcode: FiledPostcode;
  /** Null where the file has none; undefined where what it has is no telephone number. */
  phone: string | null | undefined;
  areas: PracticeAreaCodes;
}

/** `mistyped` is the text of a postcode of which only the first half can be read. */
export type FiledPostcode = { outward: string; inward: string } | { outward: string; mistyped: string };

/**
 * Reading of a row of practices. A row that is left out still names its practice, so that one that was loaded before
 * is not taken to have closed; `closedOn` is set where the row says that it has. `instead` is what can be loaded of a
 * refused row when nothing was loaded before.
 */
export type PracticeReading = RowReading<FiledPractice> & {
  odsCode?: string;
  name?: string;
  closedOn?: string | null;
  instead?: FiledPractice;
  /** The row's dates, `2025-04-01`. */
  dates: string[];
  opened: string | null;
};

/**
 * ODS `epraccur`: 27 columns, no header (NHS England, GP and GP practice related data: file specification).
 * Columns count from 0; prescribing setting 4 is a GP practice.
 */
const COLUMNS = 27;
const COLUMN = {
  code: 0,
  name: 1,
  nation: 2,
  icb: 3,
  address: [4, 5, 6, 7, 8],
  postcode: 9,
  subIcb: 14,
} as const;
const DATE_COLUMNS = [10, 11, 15, 16];
const OPENED_COLUMN = 10;
const CLOSED_COLUMN = 11;
const STATUS_COLUMN = 12;
const PHONE_COLUMN = 17;
const SETTING_COLUMN = 25;

/** Active, closed, dormant, proposed. */
const STATUSES = ['A', 'C', 'D', 'P'];
/** Region codes of England begin with Y; the file has Wales under W00 and no other nation. */
const ENGLISH_REGION = /^Y[0-9]{2}$/;
const WALES = 'W00';
/** Longest name and line of an address; those of the ODS have at most 100 characters. */
const MAX_TEXT = 200;
/** UTF-8 that was read as Windows-1252 and saved again: "Ã©" for "é", "â€™" for an apostrophe. */
const BROKEN_LETTERS = /[ÃÂ][\u0080-\u00BF]|â€/;

type Row = (column: number) => string;

/**
 * Reads the practices in England, row by row.
 * @param today rows of practices that close later are still those of open ones.
 * @throws DirectoryFileError when the file cannot be read or is of another layout.
 */
export async function* readPractices(
  file: string,
  onBytes: ByteCounter,
  today: string,
): AsyncGenerator<PracticeReading> {
  const seen = new Set<string>();
  let rows = 0;
  for await (const { at, cells } of csvRows(file, onBytes)) {
    rows += 1;
    if (cells.length !== COLUMNS && rows === 1)
      throw new DirectoryFileError(
        `${file} must have ${COLUMNS} columns and no header (ODS epraccur), but its first row has ${cells.length}.`,
      );
    const row: Row = (column) => tidy(cells[column] ?? '');
    const code = OdsCode.safeParse(row(COLUMN.code));
    yield {
      at,
      ...(code.success && { odsCode: code.data, name: row(COLUMN.name) }),
      dates: DATE_COLUMNS.flatMap((column) => dateIn(row(column)) ?? []),
      opened: dateIn(row(OPENED_COLUMN)),
      ...(cells.length === COLUMNS ? readRow(row, seen, today) : refused(WRONG_WIDTH)),
    };
  }
  if (rows === 0) throw new DirectoryFileError(`${file} is empty.`);
}

type PracticeResult = RowResult<FiledPractice> & Pick<PracticeReading, 'closedOn' | 'instead'>;

function readRow(row: Row, seen: Set<string>, today: string): PracticeResult {
  const leftOut = whyLeftOut(row, today);
  if (leftOut !== null) return leftOut;
  const code = OdsCode.safeParse(row(COLUMN.code));
  if (!code.success) return refused('the code is not an ODS code');
  if (seen.has(code.data)) return refused('the code was there before');
  seen.add(code.data);
  const fault = textFault(row);
  if (fault !== null) return refused(fault);
  const phone = phoneIn(row(PHONE_COLUMN));
  const practice = (postcode: FiledPostcode): FiledPractice => ({
    odsCode: code.data,
    name: row(COLUMN.name),
    addressLines: COLUMN.address.map(row).filter((line) => line !== ''),
    postcode,
    phone,
    areas: {
      region: areaIn(row(COLUMN.nation)),
      icb: areaIn(row(COLUMN.icb)),
      subIcb: areaIn(row(COLUMN.subIcb)),
    },
  });
  const postcode = parsePostcode(row(COLUMN.postcode));
  if (postcode?.kind !== 'unit') {
    const mistyped = row(COLUMN.postcode);
    const outward = outwardOfMistyped(mistyped);
    return {
      ...refused('the postcode is not a full postcode'),
      ...(outward !== null && { instead: practice({ outward, mistyped }) }),
    };
  }
  const value = practice({ outward: postcode.outward, inward: postcode.inward });
  return phone === undefined
    ? { kind: 'read', value, doubt: 'the telephone number is none' }
    : { kind: 'read', value };
}

/** Only what a row states closes a practice: a value that the file specification does not have is a mistake. */
function whyLeftOut(row: Row, today: string): PracticeResult | null {
  const status = row(STATUS_COLUMN);
  if (!STATUSES.includes(status)) return refused(`the status is none of ${STATUSES.join(', ')}`);
  const unreadable = DATE_COLUMNS.find((column) => row(column) !== '' && dateIn(row(column)) === null);
  if (unreadable !== undefined) return refused('a date is not of the form 20250423');
  const closed = dateIn(row(CLOSED_COLUMN));
  const closedOn = closed !== null && closed <= today ? closed : null;
  if (status !== 'A') return { ...skipped('not active'), closedOn };
  if (closedOn !== null) return { ...skipped('closed, though its status is A'), closedOn };
  if (!/^[0-9]{1,2}$/.test(row(SETTING_COLUMN))) return refused('the prescribing setting is no number');
  if (row(SETTING_COLUMN) !== '4')
    return { ...skipped('not a GP practice (prescribing setting is not 4)'), closedOn };
  if (row(COLUMN.nation) === WALES) return { ...skipped('not in England'), closedOn };
  if (!ENGLISH_REGION.test(row(COLUMN.nation))) return refused('the region is none of England or Wales');
  const opens = dateIn(row(OPENED_COLUMN));
  return opens !== null && opens > today
    ? refused('it opens later than today, though its status is A')
    : null;
}

/** The code of an organisation; null where there is none. */
function areaIn(text: string): string | null {
  return /^[A-Z0-9]{3,6}$/.test(text) ? text : null;
}

function textFault(row: Row): string | null {
  const texts = [COLUMN.name, ...COLUMN.address].map(row);
  if (!/\p{L}/u.test(row(COLUMN.name))) return 'the name is missing';
  if (texts.some((text) => text.length > MAX_TEXT)) return `a text is longer than ${MAX_TEXT} characters`;
  return texts.some((text) => BROKEN_LETTERS.test(text))
    ? 'letters are broken: the file was saved in another encoding'
    : null;
}

/** People are shown one line: line breaks, tabs and repeated spaces are one space. */
function tidy(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}

/**
 * Checks a number as Ofcom's numbering plan has it: 0 and nine or ten digits. A spreadsheet takes a leading 0 away,
 * so that is put back.
 * @returns undefined when it is no such number.
 */
function phoneIn(text: string): string | null | undefined {
  if (text === '') return null;
  const national = text.replace(/^\+44 ?(\(0\))? ?/, '0');
  const digits = national.replace(/[ ()-]/g, '');
  if (/^0[1-9][0-9]{8,9}$/.test(digits)) return national;
  return /^[1-9][0-9]{9}$/.test(digits) ? `0${national}` : undefined;
}

/** Reads 20250423 as `2025-04-23`. */
function dateIn(text: string): string | null {
  if (!/^[0-9]{8}$/.test(text)) return null;
  const date = text.replace(/^(....)(..)(..)$/, '$1-$2-$3');
  const day = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date) ? date : null;
}
