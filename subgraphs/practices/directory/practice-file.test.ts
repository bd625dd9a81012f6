// cspell:ignore Anneâ
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOf, type RowReading } from './csv-rows';
import { DirectoryFileError } from './directory-file-error';
import { readOutcodes, readPostcodes } from './postcode-files';
import { readPractices } from './practice-file';

const folder = mkdtempSync(join(tmpdir(), 'directory-files-'));
const nobody = () => undefined;
const TODAY = '2026-01-10';

describe('readPractices', () => {
  it('reads an active GP practice in England', async () => {
    const file = write('one.csv', row({ 15: '20250423' }));
    await expect(all(readPractices(file, nobody, TODAY))).resolves.toEqual([
      {
        at: 'one.csv:1',
        kind: 'read',
        odsCode: 'Z90001',
        name: 'Headland Row Surgery',
        opened: '1988-04-01',
        dates: ['1988-04-01', '2025-04-23'],
        value: {
          odsCode: 'Z90001',
          name: 'Headland Row Surgery',
          addressLines: ['1 Weaver Street', 'Leeds'],
          postcode: { outward: 'WY1', inward: '1AA' },
          phone: '01632 960001',
          areas: { region: 'Y63', icb: 'QWO', subIcb: '15F' },
        },
      },
    ]);
  });

  it.each<[string, 'skipped' | 'refused', Record<number, string>]>([
    ['not active', 'skipped', { 12: 'C' }],
    ['closed, though its status is A', 'skipped', { 11: '20250331' }],
    ['not a GP practice (prescribing setting is not 4)', 'skipped', { 25: '9' }],
    ['not in England', 'skipped', { 2: 'W00' }],
    ['the status is none of A, C, D, P', 'refused', { 12: '' }],
    ['the prescribing setting is no number', 'refused', { 25: '' }],
    ['the region is none of England or Wales', 'refused', { 2: '' }],
    ['a date is not of the form 20250423', 'refused', { 11: '2025-03-31' }],
    ['a date is not of the form 20250423', 'refused', { 10: '20250231' }],
    ['it opens later than today, though its status is A', 'refused', { 10: '20261128' }],
    ['the code is not an ODS code', 'refused', { 0: 'Z9/001' }],
    ['the name is missing', 'refused', { 1: '' }],
    ['the name is missing', 'refused', { 1: '-' }],
    ['a text is longer than 200 characters', 'refused', { 1: 'Surgery'.repeat(29) }],
    ['letters are broken: the file was saved in another encoding', 'refused', { 1: 'St Anneâ€™s CafÃ©' }],
    ['the postcode is not a full postcode', 'refused', { 9: 'WY1' }],
  ])('says of a row that it is left out: %s', async (reason, kind, cells) => {
    const file = write('rows.csv', row({ 0: 'Z90009' }) + row(cells));
    await expect(all(readPractices(file, nobody, TODAY))).resolves.toMatchObject([
      { kind: 'read' },
      { at: 'rows.csv:2', kind, reason },
    ]);
  });

  it('takes a practice that closes later for an open one, and names the day of one that has closed', async () => {
    const file = write('rows.csv', row({ 11: '20260111' }) + row({ 0: 'Z90002', 11: '20260110', 12: 'C' }));
    await expect(all(readPractices(file, nobody, TODAY))).resolves.toMatchObject([
      { kind: 'read' },
      { kind: 'skipped', odsCode: 'Z90002', closedOn: '2026-01-10' },
    ]);
  });

  it('offers the first half of a mistyped postcode instead', async () => {
    const file = write('rows.csv', row({ 9: 'LA14 2IB' }));
    await expect(all(readPractices(file, nobody, TODAY))).resolves.toMatchObject([
      { kind: 'refused', instead: { postcode: { outward: 'LA14', mistyped: 'LA14 2IB' } } },
    ]);
  });

  it('writes names and addresses on one line', async () => {
    const file = write('rows.csv', row({ 1: ' Headland\r\n Row\u00a0 Surgery\t', 4: ' ', 6: '' }));
    await expect(all(readPractices(file, nobody, TODAY))).resolves.toMatchObject([
      { value: { name: 'Headland Row Surgery', addressLines: [] } },
    ]);
  });

  it.each([
    ['01632 960001', '01632 960001'],
    ['(01632) 960-001', '(01632) 960-001'],
    ['1632 960001', '01632 960001'],
    ['+44 1632 960001', '01632 960001'],
    ['', null],
    ['see website', undefined],
    ['0163', undefined],
  ])('reads the telephone number %j as %j', async (text, phone) => {
    const file = write('rows.csv', row({ 17: text }));
    const [reading] = await all(readPractices(file, nobody, TODAY));
    expect(reading).toMatchObject({ kind: 'read', value: { phone } });
    expect(reading).toEqual(
      phone === undefined
        ? expect.objectContaining({ doubt: 'the telephone number is none' })
        : expect.not.objectContaining({ doubt: expect.anything() as string }),
    );
  });

  it('refuses a code that was there before, and a row of another width', async () => {
    const file = write('rows.csv', `${row({})}${row({})}"Z90002","short"\n`);
    await expect(all(readPractices(file, nobody, TODAY))).resolves.toMatchObject([
      { kind: 'read' },
      { kind: 'refused', reason: 'the code was there before' },
      { at: 'rows.csv:3', kind: 'refused', reason: 'the number of columns is wrong' },
    ]);
  });

  it.each([
    ['another layout', 'code,name\nZ90001,Surgery\n', 'its first row has 2'],
    ['an empty file', '', 'is empty'],
    [
      'an unfinished quote',
      `${row({})}"Z90002`,
      'is not a CSV file that can be read: CSV_QUOTE_NOT_CLOSED at line 2.',
    ],
    ['a stray quote', row({}) + row({ 1: 'St "X" Surgery' }), 'CSV_INVALID_CLOSING_QUOTE at line 2.'],
  ])('refuses %s as a whole, in a sentence', async (_, text, sentence) => {
    const file = write('whole.csv', text);
    await expect(all(readPractices(file, nobody, TODAY))).rejects.toThrow(DirectoryFileError);
    await expect(all(readPractices(file, nobody, TODAY))).rejects.toThrow(sentence);
  });

  it('says which file is not there', async () => {
    const file = join(folder, 'nowhere.csv');
    await expect(all(readPractices(file, nobody, TODAY))).rejects.toThrow(`${file} cannot be read (ENOENT).`);
    await expect(bytesOf([file])).rejects.toThrow(`${file} cannot be read (ENOENT).`);
  });
});

describe('readPostcodes', () => {
  it('compares without spaces and skips rows that have no coordinates', async () => {
    const file = write(
      'WY.csv',
      'Postcode,lat,long\nWY1 1AA,53.79787,-1.54860\nWY101AB,53.9,-1.4\nWY1 1AB,,0.00000\nWY1 1AD,0.00000,0.00000\nBT1 1AA,54.6,-5.9\nnonsense,53.8,-1.5\nWY1 1AE,-53.8,-1.5\nWY1 1AF,abc,-1.5\n',
    );
    await expect(all(readPostcodes(file, nobody))).resolves.toMatchObject([
      { at: 'WY.csv:2', kind: 'read', value: { key: 'WY11AA', latitude: 53.79787, longitude: -1.5486 } },
      { kind: 'read', value: { key: 'WY101AB' } },
      { kind: 'skipped', reason: 'no coordinates' },
      { kind: 'skipped', reason: 'no coordinates' },
      { kind: 'skipped', reason: 'Northern Ireland' },
      { kind: 'refused', reason: 'not a full postcode' },
      { kind: 'refused', reason: 'the coordinates are not in Great Britain' },
      { kind: 'refused', reason: 'the coordinates are not in Great Britain' },
    ]);
  });

  it.each([
    ['a row of another width', 'WY1 1AA,53.79787\n', 'the number of columns is wrong'],
    ['a last row that may have been cut inside', 'WY1 1AA,53.79787,-1.', 'the file ends inside this row'],
  ])('refuses %s', async (_, text, reason) => {
    const file = write('WY.csv', `Postcode,lat,long\n${text}`);
    await expect(all(readPostcodes(file, nobody))).resolves.toEqual([
      { at: 'WY.csv:2', kind: 'refused', reason },
    ]);
  });

  it('refuses a file that has nothing but its header', async () => {
    const file = write('WY.csv', 'Postcode,lat,long\n');
    await expect(all(readPostcodes(file, nobody))).rejects.toThrow('has no row below its header.');
  });

  it('refuses a file with other columns', async () => {
    const file = write('other.csv', 'pcd,lat,long\nWY1 1AA,53.79787,-1.54860\n');
    await expect(all(readPostcodes(file, nobody))).rejects.toThrow(
      'must begin with the columns Postcode, lat, long.',
    );
  });
});

describe('readOutcodes', () => {
  it('reads centres of outward codes', async () => {
    const file = write(
      'outcodes.csv',
      'outcode,lat,long,unit_postcodes\nWY1,53.79861,-1.54717,13\nNPT,51.6,-3.0,5\nWY1 2,53.8,-1.5,5\n',
    );
    await expect(all(readOutcodes(file, nobody))).resolves.toEqual([
      {
        at: 'outcodes.csv:2',
        kind: 'read',
        value: { key: 'WY1', latitude: 53.79861, longitude: -1.54717, unitPostcodes: 13 },
      },
      { at: 'outcodes.csv:3', kind: 'refused', reason: 'not an outward code' },
      { at: 'outcodes.csv:4', kind: 'refused', reason: 'not an outward code' },
    ]);
  });
});

/** An epraccur row, with some cells changed. */
function row(changes: Record<number, string>): string {
  const cells: Record<number, string> = {
    ...{
      0: 'Z90001',
      1: 'Headland Row Surgery',
      2: 'Y63',
      3: 'QWO',
      4: '1 Weaver Street',
      6: 'Leeds',
      9: 'WY1 1AA',
    },
    ...{ 10: '19880401', 12: 'A', 14: '15F', 17: '01632 960001', 25: '4' },
    ...changes,
  };
  return `${Array.from({ length: 27 }, (_, column) => `"${cells[column] ?? ''}"`).join()}\n`;
}

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

async function all<Value>(readings: AsyncIterable<RowReading<Value>>): Promise<RowReading<Value>[]> {
  const list: RowReading<Value>[] = [];
  for await (const reading of readings) list.push(reading);
  return list;
}
