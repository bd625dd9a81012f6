import * as Plot from './plot';
import type { ChartData } from './chart-data';
import { valueOf, type Cell } from './chart-table';
import { ICB_TILES, TILE_COLUMNS, TILE_ROWS } from './icb-tiles';
import { inkOn, QUIET_INK, shade, WHITE } from './palette';
import { legend, letterOf, LINE, MAX_EMS, SMALL, svgOf, TEXT, WIDTH, type Named } from './sheet';

/** A coloured field with its number; withheld is white with `*`. */
interface Field {
  x: number;
  y: number;
  width: number;
  height: number;
  cell: Cell | undefined;
  /** Words above the number. */
  name?: string;
}

const TOP = 30;
const ROW = 24;
/** Titles of rows that are longer stand above their fields. */
const SHORT_ROW = 10;
const SHORT_COLUMN = 9;
const ROW_TITLES = 72;

/** Numbers of two dimensions, the darker the greater. */
export function drawHeat(data: ChartData, named: Named): string {
  const { categories, series } = data;
  const isShort = categories.every(({ title }) => title.length <= SHORT_ROW);
  const hasLetters = series.some(({ title }) => title.length > SHORT_COLUMN);
  const left = isShort ? ROW_TITLES : 0;
  const each = isShort ? ROW : ROW + LINE;
  const width = (WIDTH - left - 2) / series.length;
  const rowTop = (row: number) => row * each + each - ROW;
  const fields = categories.flatMap((_, row) =>
    series.map(({ cells }, column): Field => ({
      x: left + column * width,
      y: rowTop(row),
      width,
      height: ROW,
      cell: cells[row],
    })),
  );
  const frame = categories.length * each;
  const legendHeight = hasLetters ? LINE * (series.length + 0.5) : 0;
  const head = (at: number, title: string) => (hasLetters ? letterOf(at) : title);
  return svgOf(
    {
      ...plain(TOP, frame, legendHeight),
      marks: [
        Plot.text(series, {
          x: (_: unknown, at: number) => left + (at + 0.5) * width,
          y: 0,
          dy: -TOP / 2 + 2,
          text: ({ title }: { title: string }, at: number) => head(at, title),
          fontSize: SMALL - 1,
        }),
        Plot.text(categories, {
          x: 0,
          y: (_: unknown, row: number) => (isShort ? rowTop(row) + ROW / 2 : row * each + LINE / 2),
          text: 'title',
          textAnchor: 'start',
          fontSize: isShort ? SMALL + 1 : TEXT,
          textOverflow: 'ellipsis',
          lineWidth: MAX_EMS,
        }),
        ...fieldMarks(fields),
        ...(hasLetters
          ? legend(
              series.map(({ title }) => title),
              { below: 6, left: -14, sign: () => null },
            )
          : []),
      ],
    },
    { ...named, height: TOP + frame + legendHeight, patterns: 0 },
  );
}

const TILE_WIDTH = 68;
const TILE_HEIGHT = 52;
const TILE_GAP = 4;

/** Integrated care boards as tiles; those that are on no map follow below. */
export function drawTiles(data: ChartData, named: Named): string {
  const cells = data.series[0]?.cells ?? [];
  const byCode = new Map(data.categories.map(({ value }, at) => [value, cells[at]]));
  const elsewhere = data.categories.filter(({ value }) => ICB_TILES[value] === undefined);
  const tile = ([column, row]: readonly [number, number], name: string, cell: Cell | undefined): Field => ({
    x: column * TILE_WIDTH,
    y: row * TILE_HEIGHT,
    width: TILE_WIDTH - TILE_GAP,
    height: TILE_HEIGHT - TILE_GAP,
    cell,
    name,
  });
  const below = TILE_ROWS + 0.5;
  const fields = [
    ...Object.entries(ICB_TILES).map(([code, place]) => tile(place, code, byCode.get(code))),
    ...elsewhere.map(({ value }, at) =>
      tile([at % TILE_COLUMNS, below + Math.floor(at / TILE_COLUMNS)], value, byCode.get(value)),
    ),
  ];
  const rows = elsewhere.length === 0 ? TILE_ROWS : below + Math.ceil(elsewhere.length / TILE_COLUMNS);
  const frame = Math.round(rows * TILE_HEIGHT);
  return svgOf(
    { ...plain(2, frame, 0), marks: fieldMarks(fields) },
    { ...named, height: frame + 2, patterns: 0 },
  );
}

function plain(top: number, frame: number, below: number): Plot.PlotOptions {
  return {
    marginTop: top,
    marginBottom: below,
    x: { domain: [0, WIDTH], axis: null },
    // From the top down, one unit for one of the drawing.
    y: { domain: [0, frame], axis: null, reverse: true },
  };
}

function fieldMarks(fields: readonly Field[]): Plot.Markish[] {
  const most = Math.max(1, ...fields.map(({ cell }) => (cell === undefined ? 0 : valueOf(cell))));
  const fill = ({ cell }: Field) => (cell?.kind === 'number' ? shade(cell.value / most) : WHITE);
  const ink = (field: Field) => inkOn(fill(field));
  const centre = ({ x, width }: Field) => x + width / 2;
  const rectangle = {
    x1: 'x',
    x2: ({ x, width }: Field) => x + width,
    y1: 'y',
    y2: ({ y, height }: Field) => y + height,
  };
  const known = fields.filter(({ cell }) => cell !== undefined);
  return [
    Plot.rect(known, { ...rectangle, fill, stroke: QUIET_INK, strokeWidth: 0.5 }),
    Plot.rect(
      fields.filter(({ cell }) => cell === undefined),
      { ...rectangle, fill: 'none', stroke: QUIET_INK, strokeDasharray: '2 3' },
    ),
    Plot.text(
      fields.filter(({ name }) => name !== undefined),
      {
        x: centre,
        y: ({ y, height }: Field) => y + height * 0.3,
        text: 'name',
        fontSize: SMALL,
        fontWeight: 'bold',
        fill: ink,
        textOverflow: 'ellipsis',
        lineWidth: 6,
      },
    ),
    Plot.text(known, {
      x: centre,
      y: ({ y, height, name }: Field) => y + height * (name === undefined ? 0.5 : 0.7),
      text: ({ cell }: Field) => fieldWords(cell),
      fontSize: SMALL + 1,
      fill: ink,
    }),
  ];
}

function fieldWords(cell: Cell | undefined): string {
  switch (cell?.kind) {
    case 'number':
      return cell.text;
    case 'withheld':
      return '*';
    case 'none':
    case undefined:
      return '–';
  }
}
