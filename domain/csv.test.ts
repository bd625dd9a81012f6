import { read, utils } from 'xlsx';
import { csv } from './csv';

const line = (cell: string | number | boolean) => csv([[cell]]).replace('\uFEFF', '');

/** Rows as a spreadsheet that opens the file has them: values, not what is shown of them. */
function inSpreadsheet(text: string): { value: unknown; runs: boolean }[][] {
  const { Sheets, SheetNames } = read(new TextEncoder().encode(text), { type: 'array', cellFormula: true });
  const sheet = Sheets[SheetNames[0]!]!;
  return utils.sheet_to_json<unknown[]>(sheet, { header: 1, defval: '' }).map((row, r) =>
    row.map((value, c) => {
      const cell: unknown = sheet[utils.encode_cell({ r, c })];
      return { value, runs: typeof cell === 'object' && cell !== null && 'f' in cell };
    }),
  );
}

describe('csv', () => {
  it('quotes every cell, doubles quotes and ends lines as RFC 4180 does', () => {
    expect(
      csv([
        ['name', 'note'],
        ['A, B', 'says "no"'],
      ]),
    ).toBe('\uFEFF"name","note"\r\n"A, B","says ""no"""\r\n');
  });

  it('begins with the bytes by which Excel knows UTF-8, and keeps letters and signs of money', () => {
    const file = csv([['practice'], ['Zoë’s Surgery – £5']]);
    expect([...new TextEncoder().encode(file).subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(inSpreadsheet(file)[1]![0]!.value).toBe('Zoë’s Surgery – £5');
  });

  it.each([
    ...[
      '=1+1',
      '+44 1632 960001 ext',
      '-cmd',
      '@SUM(A1)',
      '-',
      "=cmd|'/C calc'!A0",
      '=HYPERLINK("http://x","y")',
    ],
    ...['\tx', '\r=1+1', '\n=1+1', '\r\n=1+1', ' =1+1', '\u00a0=1+1', '\u200b=1+1', '\ufeff=1+1'],
    ...['＝1+1', '＋1+1', '－1+1', '＠SUM(A1)'],
  ])('takes the formula out of %j', (cell) => {
    expect(line(cell)).toBe(`"'${cell.replaceAll('"', '""')}"\r\n`);
    expect(inSpreadsheet(csv([['head'], [cell]]))[1]![0]!.runs).toBe(false);
  });

  it.each([
    ...[
      '0-4',
      '5-15',
      '16-39',
      '65+',
      '1/2',
      '1-2-3',
      '12:30',
      'Mar 1',
      'MAR-15',
      '3 May',
      '1 January 2026',
      '10/11',
    ],
    ...[
      '01632960001',
      '+441632960001',
      '01632 960001',
      '007',
      '00',
      '9434765919123456',
      '12345678901234567890',
    ],
    ...['1e5', '1E5', '5%', '£5', '1,234', '(5)', '1.10', '-0', '+5', '.5', '-1+1', '2026-13-45', '2026-1'],
    ...[
      'TRUE',
      'false',
      '#N/A',
      '#REF!',
      '*',
      '5 to 15',
      'WY1 1AA',
      '10 Downing Street',
      '2026-11-02T09:30:00.000Z',
    ],
  ])('is read back by a spreadsheet as the text %j', (cell) => {
    const [, [{ value, runs } = { value: undefined, runs: true }] = []] = inSpreadsheet(
      csv([['head'], [cell]]),
    );
    expect({ value, runs }).toEqual({ value: cell, runs: false });
  });

  it.each([[0], [-1.5486], [12.25], [999_999_999_999_999], [0.1 + 0.2], ['7'], ['-3'], ['53.79']])(
    'leaves the number %j a number',
    (cell) => {
      expect(inSpreadsheet(csv([['head'], [cell]]))[1]![0]!.value).toBe(Number(cell));
    },
  );

  it('writes an id that is too long for a number as text', () => {
    expect(line(9_007_199_254_740_991)).toBe('"=""9007199254740991"""\r\n');
  });

  it('lets a day be a day, and a truth a truth', () => {
    expect([line('2026-11-02'), line(true)]).toEqual(['"2026-11-02"\r\n', '"true"\r\n']);
  });
});
