import * as Plot from './plot';
import { numberWords } from './alternative';
import type { ChartData } from './chart-data';
import { valueOf, type Cell } from './chart-table';
import {
  colourOf,
  fillOf,
  legend,
  letterOf,
  LINE,
  MAX_EMS,
  SMALL,
  svgOf,
  swatch,
  WIDTH,
  type Named,
} from './sheet';
import { INK, QUIET_INK, WHITE } from './palette';

const TOP = 8;
const TITLE = 20;
const BAR = 18;
const GAP = 8;
/** Room for the words behind the longest bar. */
const RIGHT = 96;

/** Bars below their titles, as long as their numbers, which stand behind them. */
export function drawBars(data: ChartData, named: Named): string {
  const { id } = named;
  const { categories, series, unit } = data;
  const several = series.length > 1;
  const left = several ? 22 : 2;
  const each = TITLE + BAR * series.length + GAP;
  const most = greatestOf(series.flatMap(({ cells }) => cells));
  const legendHeight = several ? LINE * (series.length + 0.5) : 0;
  const top = (category: number, at: number) => category * each + TITLE + at * BAR;
  const bars = categories.flatMap((_, category) =>
    series.map(({ cells }, at) => ({ at, y: top(category, at), cell: cells[category] })),
  );
  const frame = categories.length * each;
  return svgOf(
    {
      ...frameOf({ left, frame, most, below: legendHeight }),
      marks: [
        titles(categories, each, left),
        ...series.map((_, at) =>
          Plot.rect(
            bars.filter((bar) => bar.at === at && bar.cell !== undefined && valueOf(bar.cell) > 0),
            {
              x1: 0,
              x2: ({ cell }: Bar) => (cell === undefined ? 0 : valueOf(cell)),
              y1: ({ y }: Bar) => y + 1,
              y2: ({ y }: Bar) => y + BAR - 2,
              fill: fillOf(id, at, series.length),
              stroke: colourOf(at),
            },
          ),
        ),
        zero(
          categories.map((_, category) => ({ y1: top(category, 0), y2: top(category, series.length) - 1 })),
        ),
        ...(several
          ? [
              Plot.text(bars, {
                x: 0,
                y: ({ y }: Bar) => y + BAR / 2,
                text: ({ at }: Bar) => letterOf(at),
                dx: -6,
                textAnchor: 'end',
                fontSize: SMALL,
                fontWeight: 'bold',
              }),
            ]
          : []),
        Plot.text(bars, {
          x: ({ cell }: Bar) => (cell === undefined ? 0 : valueOf(cell)),
          y: ({ y }: Bar) => y + BAR / 2,
          text: ({ cell }: Bar) => cellWords(cell, unit),
          dx: 6,
          textAnchor: 'start',
          fontSize: SMALL + 1,
        }),
        ...(several
          ? legend(titlesOf(data), { below: GAP / 2, left: -left, sign: swatch(id, series.length) })
          : []),
      ],
    },
    { ...named, height: TOP + frame + legendHeight, patterns: several ? series.length : 0 },
  );
}

interface Bar {
  at: number;
  y: number;
  cell: Cell | undefined;
}

interface Segment {
  at: number;
  y: number;
  from: number;
  to: number;
  text: string;
}

/** Characters of a number inside its part. */
const DIGIT = 8;

/** Bars of parts that lie behind each other; what is withheld is named behind the bar. */
export function drawStacked(data: ChartData, named: Named): string {
  const { id } = named;
  const { categories, series } = data;
  const left = 2;
  const each = TITLE + BAR + GAP + 4;
  const rows = categories.map((_, category) => {
    let end = 0;
    const segments = series.flatMap(({ cells }, at): Segment[] => {
      const cell = cells[category];
      if (cell?.kind !== 'number' || cell.value === 0) return [];
      const from = end;
      end += cell.value;
      return [{ at, y: category * each + TITLE, from, to: end, text: cell.text }];
    });
    return { segments, end, y: category * each + TITLE, words: notShown(data, category) };
  });
  const most = Math.max(1, ...rows.map(({ end }) => end));
  const legendHeight = LINE * (series.length + 0.5);
  const frame = categories.length * each;
  const all = rows.flatMap(({ segments }) => segments);
  const unitsOf = ({ from, to }: Segment) => ((to - from) / most) * (WIDTH - RIGHT - left);
  return svgOf(
    {
      ...frameOf({ left, frame, most, below: legendHeight }),
      marks: [
        titles(categories, each, left),
        ...series.map((_, at) =>
          Plot.rect(
            all.filter((segment) => segment.at === at),
            {
              x1: 'from',
              x2: 'to',
              y1: 'y',
              y2: ({ y }: Segment) => y + BAR + 2,
              fill: fillOf(id, at, series.length),
              stroke: WHITE,
            },
          ),
        ),
        zero(rows.map(({ y }) => ({ y1: y, y2: y + BAR + 2 }))),
        Plot.text(
          all.filter((segment) => unitsOf(segment) > segment.text.length * DIGIT + 6),
          {
            x: ({ from, to }: Segment) => (from + to) / 2,
            y: ({ y }: Segment) => y + BAR / 2 + 1,
            text: 'text',
            fontSize: SMALL + 1,
            fontWeight: 'bold',
            fill: INK,
            stroke: WHITE,
            strokeWidth: 4,
          },
        ),
        Plot.text(rows, {
          x: 'end',
          y: ({ y }: { y: number }) => y + BAR / 2 + 1,
          text: 'words',
          dx: 6,
          textAnchor: 'start',
          fontSize: SMALL + 1,
        }),
        ...legend(titlesOf(data), { below: GAP / 2, left: -left, sign: swatch(id, series.length) }),
      ],
    },
    { ...named, height: TOP + frame + legendHeight, patterns: series.length },
  );
}

/** "A, C: *" behind a bar, or what stands in place of one. */
function notShown({ series, unit }: ChartData, category: number): string {
  const cells = series.map(({ cells: all }) => all[category]);
  if (cells.every((cell) => cell?.kind === 'number' && cell.value === 0)) return '0';
  if (cells.every((cell) => cell === undefined || cell.kind === 'none')) return cellWords(undefined, unit);
  const letters = cells.flatMap((cell, at) => (cell?.kind === 'withheld' ? [letterOf(at)] : []));
  return letters.length === 0 ? '' : `${letters.join(', ')}: *`;
}

function cellWords(cell: Cell | undefined, unit: string): string {
  switch (cell?.kind) {
    case 'number':
      return numberWords(cell.text, unit);
    case 'withheld':
      return '* withheld';
    case 'none':
    case undefined:
      return 'no value';
  }
}

function frameOf({
  left,
  frame,
  most,
  below,
}: {
  left: number;
  frame: number;
  most: number;
  below: number;
}): Plot.PlotOptions {
  return {
    marginLeft: left,
    marginRight: RIGHT,
    marginTop: TOP,
    marginBottom: below,
    x: { domain: [0, most], axis: null },
    // From the top down, one unit for one of the drawing.
    y: { domain: [0, frame], axis: null, reverse: true },
  };
}

function titles(categories: ChartData['categories'], each: number, left: number): Plot.Markish {
  return Plot.text(
    categories.map(({ title }, at) => ({ title, y: at * each + TITLE / 2 })),
    {
      x: 0,
      y: 'y',
      text: 'title',
      dx: -left,
      textAnchor: 'start',
      textOverflow: 'ellipsis',
      lineWidth: MAX_EMS,
    },
  );
}

/** The line from which bars begin. */
function zero(rows: readonly { y1: number; y2: number }[]): Plot.Markish {
  return Plot.ruleX(rows, { x: 0, y1: 'y1', y2: 'y2', stroke: QUIET_INK });
}

function titlesOf({ series }: ChartData): string[] {
  return series.map(({ title }) => title);
}

function greatestOf(cells: readonly Cell[]): number {
  return Math.max(1, ...cells.map(valueOf));
}
