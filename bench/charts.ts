import { drawChart } from '../web/insight/charts/draw-chart';
import type { ChartTable, TableColumn } from '../web/insight/charts/chart-table';
import { runScript } from '../scripts/run-script';

/** `npm run bench:charts`: CPU time and size of each kind of chart, as full as it may be. */
const WARM_UP = 20;
const DRAWINGS = 100;
const MAX_MS = 30;

const dimension = (name: string): TableColumn => ({ name, title: name, kind: 'DIMENSION' });
const count = (name: string): TableColumn => ({ name, title: `Number of ${name}`, kind: 'COUNT' });

/** Every combination of the values, with numbers of which each seventh is withheld. */
function full(dimensions: readonly [string, readonly string[]][], measures: number): ChartTable {
  const labels = dimensions.reduce<string[][]>(
    (rows, [, values]) => rows.flatMap((row) => values.map((value) => [...row, value])),
    [[]],
  );
  const number = (at: number) => (at % 7 === 3 ? '*' : String(((at * 37) % 400) * 5));
  return {
    columns: [
      ...dimensions.map(([name]) => dimension(name)),
      ...Array.from({ length: measures }, (_, at) => count(`things-${at}`)),
    ],
    rows: labels.map((row, at) => [
      ...row,
      ...Array.from({ length: measures }, (_, place) => number(at * measures + place)),
    ]),
  };
}

const named = (name: string, many: number) => Array.from({ length: many }, (_, at) => `${name} ${at}`);
const TABLES: Readonly<Record<string, ChartTable>> = {
  'lines: 106 weeks, 6 series': full([['period', named('2026-W', 106)]], 6),
  'lines: 60 months of 20,000 rows': full(
    [
      ['period', named('2026-', 60)],
      ['practice', named('Practice', 333)],
    ],
    1,
  ),
  'bars: 20 of 6,300 practices, 3 series': full([['practice', named('Practice', 6_300)]], 3),
  'stacked: 15 of 6,300 practices, 3 parts': full(
    [
      ['sex', named('Sex', 3)],
      ['practice', named('Practice', 6_300)],
    ],
    1,
  ),
  'heat: 24 hours, 7 weekdays': full(
    [
      ['weekday', named('Day', 7)],
      ['hour', named('Hour', 24)],
    ],
    1,
  ),
  'tiles: 43 integrated care boards': full([['icb', named('Q', 43)]], 1),
};

runScript(() => {
  for (const [name, table] of Object.entries(TABLES)) {
    const draw = () => drawChart(table, { title: name, id: 'chart' });
    for (let drawn = 0; drawn < WARM_UP; drawn += 1) draw();
    const before = process.cpuUsage();
    for (let drawn = 0; drawn < DRAWINGS; drawn += 1) draw();
    const { user, system } = process.cpuUsage(before);
    const each = (user + system) / 1_000 / DRAWINGS;
    const drawing = draw();
    const size = drawing.kind === 'none' ? 0 : drawing.svg.length / 1_024;
    console.log(`${name.padEnd(42)} ${each.toFixed(1).padStart(5)} ms CPU ${size.toFixed(0).padStart(4)} KB`);
    if (each > MAX_MS) process.exitCode = 1;
  }
  return Promise.resolve();
});
