import { XMLValidator } from 'fast-xml-parser';
import fc from 'fast-check';
import { contrast, inkOn, SERIES_COLOURS, shade, WHITE } from './palette';
import { LIMITS } from './chart-data';
import type { ChartTable, TableColumn } from './chart-table';
import { drawChart, type Drawing } from './draw-chart';
import { ICB_TILES } from './icb-tiles';

const dimension = (name: string, title: string): TableColumn => ({ name, title, kind: 'DIMENSION' });
const count = (name: string, title: string): TableColumn => ({ name, title, kind: 'COUNT' });
const PERIOD = dimension('period', 'Period');
const COMPLAINT = dimension('pathway', 'Complaint');
const SEX = dimension('sex', 'Sex');
const STARTED = count('checksStarted', 'Symptom checks started');
const ENDED = count('checksCompleted', 'Symptom checks with an outcome');
const SHARE: TableColumn = { name: 'careShare', title: 'Share of all outcomes', kind: 'SHARE', unit: '%' };
const WEEKS = ['2026-W41', '2026-W42', '2026-W43', '2026-W44'];
const SEXES = ['Female', 'Male', 'Not specified'];
const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const HOURS = Array.from({ length: 24 }, (_, hour) => `Hour ${String(hour).padStart(2, '0')}`);

/** A table with every combination of values, and numbers in their order. */
function tableOf(
  dimensions: readonly [TableColumn, readonly string[]][],
  measures: readonly TableColumn[],
  numbers: readonly (string | null)[],
): ChartTable {
  const labels = dimensions.reduce<string[][]>(
    (rows, [, values]) => rows.flatMap((row) => values.map((value) => [...row, value])),
    [[]],
  );
  const rows = labels.map((row, at) => [
    ...row,
    ...measures.map((_, place) => numbers[(at * measures.length + place) % numbers.length] ?? null),
  ]);
  return { columns: [...dimensions.map(([column]) => column), ...measures], rows };
}

const NUMBERS = ['120', '*', '0', '35', '80', null, '15'];
const SHAPES: [string, ChartTable][] = [
  ['lines', tableOf([[PERIOD, WEEKS]], [STARTED, ENDED], NUMBERS)],
  [
    'lines',
    tableOf(
      [
        [PERIOD, WEEKS],
        [SEX, SEXES],
      ],
      [STARTED],
      NUMBERS,
    ),
  ],
  ['lines', tableOf([[PERIOD, WEEKS]], [SHARE], ['12.5', '*', '40', '33.3'])],
  ['bars', tableOf([[COMPLAINT, ['Cough', 'Rash', 'Fever']]], [STARTED, ENDED], NUMBERS)],
  ['bars', tableOf([[PERIOD, ['2026-W41']]], [STARTED, ENDED], NUMBERS)],
  [
    'stacked',
    tableOf(
      [
        [COMPLAINT, ['Cough', 'Rash', 'Fever', 'Pain']],
        [SEX, SEXES],
      ],
      [STARTED],
      NUMBERS,
    ),
  ],
  [
    'heat',
    tableOf(
      [
        [dimension('weekday', 'Weekday'), DAYS],
        [dimension('hour', 'Hour'), HOURS],
      ],
      [STARTED],
      NUMBERS,
    ),
  ],
  [
    'heat',
    tableOf(
      [
        [COMPLAINT, ['Cough', 'Rash', 'Fever', 'Pain']],
        [SEX, SEXES],
      ],
      [SHARE],
      ['12.5', '*'],
    ),
  ],
  [
    'tiles',
    tableOf(
      [[dimension('icb', 'Integrated care board'), ['QWO', 'QHM', 'QJK', 'Not known']]],
      [STARTED],
      NUMBERS,
    ),
  ],
];

function drawn(table: ChartTable, title = 'How many?') {
  const drawing = drawChart(table, { title, id: 'chart-1' });
  if (drawing.kind === 'none') throw new Error(drawing.sentence);
  return drawing;
}

/** Words that the drawing shows. */
function textsIn(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = '']) => text);
}

/** Elements in the groups with these attributes. */
function childrenOf(svg: string, attributes: string): string[] {
  const groups = [...svg.matchAll(/<g([^>]*)>((?:(?!<g)[^])*?)<\/g>/g)];
  return groups
    .filter(([, own = '']) => own.includes(attributes))
    .flatMap(([, , content = '']) => content.match(/<(?:circle|path|rect)/g) ?? []);
}

const isNumber = (text: string) => /^[\d.]+$/.test(text);

it.each(SHAPES)('draws %s from a table of that shape', (kind, table) => {
  const { kind: chosen, svg } = drawn(table);
  expect(chosen).toBe(kind);
  expect(XMLValidator.validate(svg)).toBe(true);
  // Nothing that the security policy of the website would refuse.
  expect(svg).not.toMatch(/<style|<script|style=|href=|\son[a-z]+=|url\((?!#chart-1-)/);
});

it.each(SHAPES.filter(([kind]) => kind !== 'lines'))(
  'shows numbers of the table alone in %s',
  (kind, table) => {
    const numbers = textsIn(drawn(table).svg)
      .map((text) => text.replace('%', ''))
      .filter(isNumber);
    expect(numbers.length).toBeGreaterThan(0);
    const known = table.rows.flat();
    expect({ kind, invented: numbers.filter((number) => !known.includes(number)) }).toEqual({
      kind,
      invented: [],
    });
  },
);

const CELL = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 400 }).map((five) => String(five * 5)) },
  { weight: 2, arbitrary: fc.constant('*') },
  { weight: 1, arbitrary: fc.constant(null) },
);
const isShown = (drawing: Drawing) => drawing.kind !== 'none';

it('marks every withheld number, and draws none of them', () => {
  fc.assert(
    fc.property(
      fc.array(CELL, { minLength: 4, maxLength: 4 }),
      fc.array(CELL, { minLength: 4, maxLength: 4 }),
      (one, other) => {
        const numbers = one.flatMap((cell, at) => [cell, other[at] ?? null]);
        const withheld = numbers.filter((cell) => cell === '*').length;
        const marks = (svg: string) =>
          textsIn(svg).filter((text) => text === '*' || text === '* withheld').length;
        const lines = drawChart(tableOf([[PERIOD, WEEKS]], [STARTED, ENDED], numbers), {
          title: 'x',
          id: 'a',
        });
        if (!isShown(lines)) return expect(numbers.every((cell) => cell === '*' || cell === null)).toBe(true);
        expect(marks(lines.svg)).toBe(withheld);
        // A dot for each number, and none for anything else.
        const dots = childrenOf(lines.svg, 'stroke="#ffffff" stroke-width="1.5"');
        expect(dots.length).toBe(numbers.filter((cell) => cell !== '*' && cell !== null).length);
        const bars = drawn(tableOf([[COMPLAINT, ['a', 'b', 'c', 'd']]], [STARTED, ENDED], numbers));
        expect(marks(bars.svg)).toBe(withheld);
        const rectangles = bars.svg.match(/<rect x=/g) ?? [];
        expect(rectangles.length).toBe(numbers.filter((cell) => Number(cell) > 0).length);
        for (const { sentences } of [lines, bars])
          expect(sentences.some((words) => words.startsWith(`${withheld} number`))).toBe(withheld > 0);
      },
    ),
  );
});

it('draws a line as high as its numbers are', () => {
  const { svg } = drawn(tableOf([[PERIOD, WEEKS]], [STARTED], ['100', '50', '0', '25']));
  const heights = [...svg.matchAll(/<circle cx="[\d.]+" cy="([\d.]+)"/g)].map(([, y]) => Number(y));
  const [top = 0, half = 0, zero = 0, quarter = 0] = heights;
  expect(heights).toHaveLength(4);
  expect((zero - half) / (zero - top)).toBeCloseTo(0.5, 2);
  expect((zero - quarter) / (zero - top)).toBeCloseTo(0.25, 2);
});

it.each<[string, ChartTable, string[]]>([
  [
    'a change over time',
    tableOf([[PERIOD, WEEKS]], [STARTED], ['100', '120', '*', '110']),
    [
      'Symptom checks started: up from 100 in 2026-W41 to 110 in 2026-W44, most in 2026-W42 (120).',
      '1 number is withheld (*): not drawn, and not 0.',
    ],
  ],
  [
    'the greatest and the least',
    tableOf([[COMPLAINT, ['Cough', 'Rash', 'Fever']]], [STARTED], ['15', '40', '15']),
    ['Symptom checks started: most for Rash (40), least for Cough and Fever (15).'],
  ],
  [
    'shares',
    tableOf([[COMPLAINT, ['Cough', 'Rash', 'Fever']]], [SHARE], ['12.5', '33.3', null]),
    ['Share of all outcomes: most for Rash (33.3%), least for Cough (12.5%).', '1 place has no value.'],
  ],
  [
    'numbers that are all the same',
    tableOf([[COMPLAINT, ['Cough', 'Rash']]], [STARTED], ['0']),
    ['Symptom checks started: every number shown is 0.'],
  ],
])('says %s in words', (_what, table, sentences) => {
  const drawing = drawn(table);
  expect(drawing.sentences).toEqual(sentences);
  expect(drawing.svg).toContain(`<desc>${sentences.join(' ')}</desc>`);
});

it('draws no more than fits, and says so', () => {
  const many = Array.from({ length: 60 }, (_, at) => `Practice ${String(at).padStart(2, '0')}`);
  const bars = drawn(
    tableOf(
      [[dimension('practice', 'Practice'), many]],
      [STARTED],
      many.map((_, at) => String(at * 5)),
    ),
  );
  expect(textsIn(bars.svg).filter((text) => text.startsWith('Practice '))).toEqual(
    many.slice(-LIMITS.bars.categories),
  );
  expect(bars.notes).toEqual(['Practice: the greatest 20 of 60 are drawn. The table has all.']);
  const lines = drawn(
    tableOf(
      [
        [PERIOD, WEEKS],
        [dimension('practice', 'Practice'), many],
      ],
      [STARTED, ENDED, SHARE],
      ['5', '10', '2'],
    ),
  );
  expect(lines.notes).toEqual([
    '“Symptom checks with an outcome” and “Share of all outcomes” are in the table alone.',
    'Practice: the greatest 6 of 60 are drawn. The table has all.',
  ]);
});

it('draws the last period where there are three dimensions', () => {
  const { notes, kind } = drawn(
    tableOf(
      [
        [PERIOD, WEEKS],
        [COMPLAINT, ['Cough', 'Rash', 'Fever']],
        [SEX, ['Female', 'Male']],
      ],
      [STARTED],
      ['5', '10'],
    ),
  );
  expect({ kind, notes }).toEqual({
    kind: 'stacked',
    notes: ['The chart shows 2026-W44, the last period. The table has all.'],
  });
});

it.each<[string, ChartTable, RegExp]>([
  ['one number', tableOf([], [STARTED], ['5']), /needs no chart/],
  ['no rows', { columns: [COMPLAINT, STARTED], rows: [] }, /no numbers to draw/],
  ['nothing that is shown', tableOf([[COMPLAINT, ['Cough', 'Rash']]], [STARTED], ['*', null]), /withheld/],
  [
    'three dimensions without time',
    tableOf(
      [
        [COMPLAINT, ['a', 'b']],
        [SEX, SEXES],
        [dimension('mode', 'Mode'), ['c', 'd']],
      ],
      [STARTED],
      ['5'],
    ),
    /two dimensions at most/,
  ],
])('draws nothing of %s, and says why', (_what, table, sentence) => {
  const drawing = drawChart(table, { title: 'x', id: 'a' });
  expect(drawing.kind === 'none' ? drawing.sentence : drawing).toMatch(sentence);
});

it('keeps hostile words as words', () => {
  const hostile = ['</text><script>alert(1)</script>', 'a & b "c" \u00a0 \u0007 ]]>', '<b>'];
  const { svg } = drawn(
    tableOf([[COMPLAINT, hostile]], [STARTED, ENDED], NUMBERS),
    '</title><script>x</script>',
  );
  expect(XMLValidator.validate(svg)).toBe(true);
  expect(svg).not.toMatch(/<script|<b>|\u0007/);
});

it('writes lines above and below a drawing that leaves its page', () => {
  const caption = {
    above: 'How many symptom checks were started, and how many had an outcome?',
    below: 'Demonstration',
  };
  const drawing = drawChart(SHAPES[0]![1], { title: 'x', id: 'a', caption });
  const texts = drawing.kind === 'none' ? [] : textsIn(drawing.svg);
  expect(texts.slice(0, 2).join(' ')).toBe(caption.above);
  expect(texts.at(-1)).toBe('Demonstration');
});

it('uses colours that can be told from white, and ink that can be read on them', () => {
  expect(SERIES_COLOURS.filter((colour) => contrast(colour, WHITE) < 3)).toEqual([]);
  const shades = Array.from({ length: 101 }, (_, share) => shade(share / 100));
  expect(shades.filter((colour) => contrast(colour, inkOn(colour)) < 4.5)).toEqual([]);
  expect(contrast('#000000', WHITE)).toBeCloseTo(21, 5);
});

it('has one tile for each of the 42 integrated care boards', () => {
  expect(Object.keys(ICB_TILES)).toHaveLength(42);
  expect(new Set(Object.values(ICB_TILES).map((place) => place.join())).size).toBe(42);
});
