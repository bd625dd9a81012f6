import * as Plot from './plot';
import type { ChartData, Series } from './chart-data';
import { valueOf } from './chart-table';
import { GRID, INK, QUIET_INK, WHITE } from './palette';
import { colourOf, legend, letterOf, LINE, SMALL, svgOf, words, type Named } from './sheet';

const PLOT_HEIGHT = 240;
const LEFT = 66;
const RIGHT = 28;
const TOP = 28;
/** Lines of the axis and its words. */
const AXIS = 28;
const MAX_LABELS = 5;
const SYMBOLS = ['circle', 'square2', 'triangle2', 'diamond2', 'star', 'wye'] as const;
const DASHES = [undefined, '8 4', '2 4', '10 3 2 3', '5 5', '1 3'] as const;
/** Letters at the ends of lines keep this apart. */
const APART = 15;

/** Lines over periods, with a gap where a number is withheld, and a row of `*` below that says where. */
export function drawLines(data: ChartData, named: Named): string {
  const { series, categories } = data;
  const several = series.length > 1;
  const withheld = series.map((one, at) => ({ ...one, at })).filter(hasWithheld);
  const strips = withheld.length * LINE;
  const legendHeight = several ? LINE * (series.length + 0.5) : 0;
  const below = strips + AXIS + legendHeight + 4;
  const { top, step } = scaleFor(Math.max(1, ...series.flatMap(({ cells }) => cells.map(valueOf))));
  const periods = categories.map(({ title: period }) => period);
  return svgOf(
    {
      marginLeft: LEFT,
      marginRight: RIGHT,
      marginTop: TOP,
      marginBottom: below,
      x: { type: 'point', domain: periods, axis: null, padding: 0.2 },
      y: { domain: [0, top], axis: null },
      marks: [
        Plot.gridY({ stroke: GRID, strokeOpacity: 1, interval: step }),
        Plot.axisY({ interval: step, tickSize: 0, fontSize: SMALL, label: null }),
        Plot.ruleY([0], { stroke: QUIET_INK }),
        Plot.axisX(labelled(periods), {
          tickSize: 0,
          fontSize: SMALL,
          label: null,
          tickPadding: 8 + strips,
        }),
        Plot.text([axisWords(data)], {
          text: (one: string) => one,
          frameAnchor: 'top-left',
          dx: -LEFT + 4,
          dy: -TOP + 4,
          textAnchor: 'start',
          lineAnchor: 'top',
          fontSize: SMALL,
        }),
        ...series.flatMap((one, at) => lineOf(one, at, periods)),
        ...(several ? endLetters(series, periods, top) : []),
        ...withheld.flatMap(({ cells, at }, row) => strip({ cells, at, row, several }, periods)),
        ...(several
          ? legend(
              series.map((one) => one.title),
              {
                below: strips + AXIS,
                sign: (at, { dx, dy }) =>
                  Plot.dot([0], {
                    frameAnchor: 'bottom-left',
                    dx,
                    dy,
                    r: 5,
                    symbol: SYMBOLS[at % SYMBOLS.length] ?? 'circle',
                    fill: colourOf(at),
                  }),
                left: -LEFT + 4,
              },
            )
          : []),
      ],
    },
    { ...named, height: TOP + PLOT_HEIGHT + below, patterns: 0 },
  );
}

/** Whole steps of 1, 2 or 5 and zeros, of which five or six reach the greatest number. */
function scaleFor(most: number): { top: number; step: number } {
  const ten = 10 ** Math.floor(Math.log10(most / 5));
  const step = Math.max(1, [1, 2, 5, 10].map((one) => one * ten).find((one) => one * 5 >= most) ?? ten);
  return { top: Math.ceil(most / step) * step, step };
}

function hasWithheld({ cells }: Series): boolean {
  return cells.some(({ kind }) => kind === 'withheld');
}

function axisWords({ measure, unit }: ChartData): string {
  const of = unit === '' ? '' : ` (${unit})`;
  return measure === '' ? `Number${of}` : `${measure}${of}`;
}

/** Picks periods whose names do not run into each other. */
function labelled(periods: readonly string[]): string[] {
  const step = Math.ceil(periods.length / MAX_LABELS);
  return periods.filter((_, at) => at % step === 0);
}

interface Spot {
  period: string;
  value: number;
}

function lineOf({ cells }: Series, at: number, periods: readonly string[]): Plot.Markish[] {
  const spots: Spot[] = cells.map((cell, place) => ({
    period: periods[place] ?? '',
    value: cell.kind === 'number' ? cell.value : Number.NaN,
  }));
  const stroke = colourOf(at);
  const dash = DASHES[at % DASHES.length];
  return [
    Plot.lineY(spots, {
      x: 'period',
      y: 'value',
      stroke,
      strokeWidth: 2.5,
      ...(dash !== undefined && { strokeDasharray: dash }),
    }),
    Plot.dot(
      spots.filter(({ value }) => !Number.isNaN(value)),
      {
        x: 'period',
        y: 'value',
        symbol: SYMBOLS[at % SYMBOLS.length] ?? 'circle',
        fill: stroke,
        stroke: WHITE,
        r: periods.length > 40 ? 2.5 : 4.5,
      },
    ),
  ];
}

/** The letter of each line beside its last number, moved where two would lie on each other. */
function endLetters(series: readonly Series[], periods: readonly string[], top: number): Plot.Markish[] {
  const ends = series
    .flatMap(({ cells }, at) => {
      const last = cells.findLastIndex(({ kind }) => kind === 'number');
      const cell = cells[last];
      return cell === undefined ? [] : [{ at, last, height: (valueOf(cell) / top) * PLOT_HEIGHT }];
    })
    .sort((one, other) => one.height - other.height);
  let above = -Infinity;
  return ends.map(({ at, last, height }) => {
    const placed = Math.max(height, above + APART);
    above = placed;
    return Plot.text([periods[last] ?? ''], {
      x: (period: string) => period,
      frameAnchor: 'bottom',
      text: () => letterOf(at),
      dx: 10,
      dy: -placed,
      textAnchor: 'start',
      lineAnchor: 'middle',
      fontSize: SMALL,
      fontWeight: 'bold',
      fill: colourOf(at),
    });
  });
}

function strip(
  { cells, at, row, several }: { cells: Series['cells']; at: number; row: number; several: boolean },
  periods: readonly string[],
): Plot.Markish[] {
  const dy = LINE * (row + 0.5) + 4;
  const places = periods.filter((_, place) => cells[place]?.kind === 'withheld');
  return [
    words({
      text: several ? `${letterOf(at)} withheld` : 'withheld',
      dx: -4,
      dy,
      size: SMALL,
      anchor: 'end',
    }),
    Plot.text(places, {
      x: (period: string) => period,
      frameAnchor: 'bottom',
      text: () => '*',
      dy: dy + 2,
      lineAnchor: 'middle',
      fontSize: SMALL + 4,
      fill: several ? colourOf(at) : INK,
    }),
  ];
}
