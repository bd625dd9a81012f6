import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOf, DirectoryFileError, type RowReading } from './csv-rows';
import { readOutcodes, readPostcodes } from './postcode-files';
import { readPractices } from './practice-file';

const folder = mkdtempSync(join(tmpdir(), 'directory-files-'));
const nobody = () => undefined;

describe('readPractices', () => {
  it('reads an active GP practice in England', async () => {
    const dates: string[] = [];
    const file = write('one.csv', row({ 11: '20250423' }));
    await expect(all(readPractices(file, nobody, (date) => dates.push(date)))).resolves.toEqual([
      {
        at: 'one.csv:1',
        kind: 'read',
        value: {
          odsCode: 'Z90001',
          name: 'Headland Row Surgery',
          addressLines: ['1 Weaver Street', 'Leeds'],
          postcode: { kind: 'unit', outward: 'WY1', inward: '1AA' },
          phone: '01632 960001',
        },
      },
    ]);
    expect(dates).toEqual(['1988-04-01', '2025-04-23']);
  });

  it.each([
    ['not active', 'skipped', { 12: 'C' }],
    ['not a GP practice (prescribing setting is not 4)', 'skipped', { 25: '9' }],
    ['not in England', 'skipped', { 2: 'W00' }],
    ['the code is not an ODS code', 'refused', { 0: 'Z9/001' }],
    ['the name is missing', 'refused', { 1: '' }],
    ['the postcode is not a full postcode', 'refused', { 9: 'WY1' }],
  ])('says of a row that it is left out: %s', async (reason, kind, cells) => {
    const file = write('rows.csv', row({ 0: 'Z90009' }) + row(cells));
    await expect(all(readPractices(file, nobody, nobody))).resolves.toMatchObject([
      { kind: 'read' },
      { at: 'rows.csv:2', kind, reason },
    ]);
  });

  it('refuses a code that was there before, and a row of another width', async () => {
    const file = write('rows.csv', `${row({})}${row({})}"Z90002","short"\n`);
    await expect(all(readPractices(file, nobody, nobody))).resolves.toMatchObject([
      { kind: 'read' },
      { kind: 'refused', reason: 'the code was there before' },
      { at: 'rows.csv:3', kind: 'refused', reason: 'the number of columns is wrong' },
    ]);
  });

  it.each([
    ['another layout', 'code,name\nZ90001,Surgery\n', 'its first row has 2'],
    ['an empty file', '', 'is empty'],
    ['an unfinished quote', `${row({})}"Z90002`, 'is not a CSV file that can be read'],
  ])('refuses %s as a whole, in a sentence', async (_, text, sentence) => {
    const file = write('whole.csv', text);
    await expect(all(readPractices(file, nobody, nobody))).rejects.toThrow(DirectoryFileError);
    await expect(all(readPractices(file, nobody, nobody))).rejects.toThrow(sentence);
  });

  it('says which file is not there', async () => {
    const file = join(folder, 'nowhere.csv');
    await expect(all(readPractices(file, nobody, nobody))).rejects.toThrow(
      `${file} cannot be read (ENOENT).`,
    );
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
      'outcode,lat,long,unit_postcodes\nWY1,53.79861,-1.54717,13\nNPT,51.6,-3.0,5\n',
    );
    await expect(all(readOutcodes(file, nobody))).resolves.toEqual([
      { at: 'outcodes.csv:2', kind: 'read', value: { key: 'WY1', latitude: 53.79861, longitude: -1.54717 } },
      { at: 'outcodes.csv:3', kind: 'refused', reason: 'not an outward code' },
    ]);
  });
});

/** An epraccur row, with some cells changed. */
function row(changes: Record<number, string>): string {
  const cells: Record<number, string> = {
    ...{ 0: 'Z90001', 1: 'Headland Row Surgery', 2: 'Y63', 4: '1 Weaver Street', 6: 'Leeds', 9: 'WY1 1AA' },
    ...{ 10: '19880401', 12: 'A', 17: '01632 960001', 25: '4' },
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
