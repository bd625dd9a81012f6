import { OdsCode } from '../../../domain/ods-code';
import { csvRows, DirectoryFileError, type ByteCounter, type RowReading, type RowResult } from './csv-rows';
import { parsePostcode } from './postcode';

/** A practice as its file has it: not yet on the map. */
export interface FiledPractice {
  odsCode: string;
  name: string;
  addressLines: string[];
  postcode: { outward: string; inward: string };
  phone: string | null;
}

/**
 * ODS `epraccur`: 27 columns, no header (NHS England, GP and GP practice related data: file specification).
 * Columns count from 0; prescribing setting 4 is a GP practice.
 */
const COLUMNS = 27;
const COLUMN = { code: 0, name: 1, nation: 2, address: [4, 5, 6, 7, 8], postcode: 9 } as const;
const DATE_COLUMNS = [10, 11, 15, 16];
const STATUS_COLUMN = 12;
const PHONE_COLUMN = 17;
const SETTING_COLUMN = 25;

/** Region codes of England begin with Y; the file has Wales under W00 and no other nation. */
const ENGLISH_REGION = /^Y[0-9]{2}$/;

/**
 * Active GP practices in England, row by row.
 * @param onDate receives each date, `2025-04-01`, of any entry, closed ones too.
 * @throws DirectoryFileError when the file cannot be read or is of another layout.
 */
export async function* readPractices(
  file: string,
  onBytes: ByteCounter,
  onDate: (date: string) => void,
): AsyncGenerator<RowReading<FiledPractice>> {
  const seen = new Set<string>();
  let rows = 0;
  for await (const { at, cells } of csvRows(file, onBytes)) {
    rows += 1;
    if (cells.length !== COLUMNS && rows === 1)
      throw new DirectoryFileError(
        `${file} must have ${COLUMNS} columns and no header (ODS epraccur), but its first row has ${cells.length}.`,
      );
    dates(cells).forEach(onDate);
    yield { at, ...readRow(cells, seen) };
  }
  if (rows === 0) throw new DirectoryFileError(`${file} is empty.`);
}

function readRow(cells: readonly string[], seen: Set<string>): RowResult<FiledPractice> {
  if (cells.length !== COLUMNS) return refused('the number of columns is wrong');
  const cell = (column: number) => cells[column] ?? '';
  if (cell(STATUS_COLUMN) !== 'A') return skipped('not active');
  if (cell(SETTING_COLUMN) !== '4') return skipped('not a GP practice (prescribing setting is not 4)');
  if (!ENGLISH_REGION.test(cell(COLUMN.nation))) return skipped('not in England');

  const code = OdsCode.safeParse(cell(COLUMN.code));
  if (!code.success) return refused('the code is not an ODS code');
  if (seen.has(code.data)) return refused('the code was there before');
  seen.add(code.data);
  if (cell(COLUMN.name) === '') return refused('the name is missing');
  const postcode = parsePostcode(cell(COLUMN.postcode));
  if (postcode?.kind !== 'unit') return refused('the postcode is not a full postcode');
  return {
    kind: 'read',
    value: {
      odsCode: code.data,
      name: cell(COLUMN.name),
      addressLines: COLUMN.address.map(cell).filter((line) => line !== ''),
      postcode,
      phone: cell(PHONE_COLUMN) || null,
    },
  };
}

/** The file writes 20250423. */
function dates(cells: readonly string[]): string[] {
  return DATE_COLUMNS.map((column) => cells[column] ?? '')
    .filter((text) => /^[0-9]{8}$/.test(text))
    .map((text) => text.replace(/^(....)(..)(..)$/, '$1-$2-$3'));
}

function skipped(reason: string): RowResult<never> {
  return { kind: 'skipped', reason };
}

function refused(reason: string): RowResult<never> {
  return { kind: 'refused', reason };
}
