import { csvFile, factsTable, periodIn } from './csv-file';
import { readAnswer, type Answered } from './read-answer';

const answered = (answer: unknown): Answered => {
  const read = readAnswer(JSON.stringify(answer));
  if (read.kind !== 'answered') throw new Error(read.kind);
  return read;
};
const at = new Date('2026-11-30T09:20:45Z');
const asked = {
  operation: 'Statistics',
  variables: { input: { by: ['PERIOD'], period: { grain: 'WEEK', from: '2026-W45', to: '2026-W48' } } },
  at,
};
const statistics = answered({
  data: {
    statistics: {
      columns: [
        { name: 'period', title: 'Week' },
        { name: 'checksStarted', title: 'Symptom checks started' },
      ],
      rows: [['2026-W45', '*']],
      dataUpTo: '2026-11-30T00:00:00.000Z',
    },
  },
});

describe('csvFile', () => {
  it('says in its name and first lines which query it answers, for which period, and when', () => {
    const { name, text } = csvFile(statistics.tables[0]!, statistics, asked);
    expect(name).toBe('Statistics_2026-W45-to-2026-W48_2026-11-30-0920.csv');
    expect(text.replace('\uFEFF', '').split('\r\n')).toEqual([
      '"Query","Statistics"',
      '"Period","2026-W45 to 2026-W48"',
      '"Asked at","2026-11-30 09:20 UTC"',
      '"statistics.dataUpTo","2026-11-30T00:00:00.000Z"',
      '"Note","* stands for a number that is withheld because it is small. It is not 0."',
      '',
      '"Week","Symptom checks started"',
      '"2026-W45","*"',
      '',
    ]);
  });

  it('says which list it is where an answer has several, and what of the answer is missing', () => {
    const several = answered({
      errors: [{ message: 'No.' }],
      data: { offered: [{ id: 1 }], 'not/offered': [{ id: 2 }] },
    });
    const { name, text } = csvFile(several.tables[1]!, several, { operation: 'Options', variables: {}, at });
    expect(name).toBe('Options_not-offered_2026-11-30-0920.csv');
    expect(text).toContain('"List","not/offered"\r\n');
    expect(text).toContain('"Note","Part of the answer failed.');
  });

  it('has a table of the single values of an answer without a list', () => {
    const health = answered({ data: { health: { holds: 3 } } });
    expect(factsTable(health)).toEqual({
      name: '',
      columns: ['field', 'value'],
      rows: [['health.holds', 3]],
    });
  });
});

describe('periodIn', () => {
  it.each([
    [{ from: '2026-11-01T00:00:00.000Z', to: '2026-12-01T00:00:00Z' }, '2026-11-01 to 2026-12-01'],
    [{ from: '2026-11-01T09:30:00Z', to: '2026-11-02' }, '2026-11-01T09:30:00Z to 2026-11-02'],
    [{ input: { period: { from: '2026-10', to: '2026-11' } } }, '2026-10 to 2026-11'],
    [{ input: { period: 'LAST_MONTH' } }, 'LAST_MONTH'],
    [{ near: { postcode: 'WY1 1AA' } }, null],
    [null, null],
  ])('finds in %j the period %j', (variables, period) => {
    expect(periodIn(variables)).toBe(period);
  });
});
