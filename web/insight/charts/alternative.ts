import { counted, joined } from '../texts';
import type { ChartData } from './chart-data';

interface Point {
  value: number;
  text: string;
  name: string;
}

/** Most names that one sentence gives for one number. */
const MAX_NAMES = 3;
/** Most lines that are told one by one. */
const MAX_TOLD = 3;

/** Says in sentences what a chart shows, by numbers of the table alone, and what it does not. */
export function sentencesOf(data: ChartData): string[] {
  return [...(data.kind === 'lines' ? linesTold(data) : extremesTold(data)), ...notDrawn(data)];
}

/** For example "12.5%", "45 minutes". */
export function numberWords(text: string, unit: string): string {
  if (unit === '') return text;
  return unit === '%' ? `${text}%` : `${text} ${unit}`;
}

function linesTold(data: ChartData): string[] {
  const told = data.series.slice(0, MAX_TOLD).flatMap(({ title, cells }) => {
    const points = pointsOf({ ...data, series: [{ title: '', cells }] });
    const [first] = points;
    const last = points.at(-1);
    const name = title || data.measure;
    if (first === undefined || last === undefined) return [];
    if (first === last) return [`${name}: ${numberWords(first.text, data.unit)} in ${first.name}.`];
    return [`${name}: ${changeWords(first, last, data.unit)}${between(points, data.unit)}.`];
  });
  const more = data.series.length - MAX_TOLD;
  return more > 0 ? [...told, `${more} more ${more === 1 ? 'line is' : 'lines are'} drawn.`] : told;
}

function changeWords(first: Point, last: Point, unit: string): string {
  const way = last.value > first.value ? 'up from' : last.value < first.value ? 'down from' : 'from';
  const [from, to] = [numberWords(first.text, unit), numberWords(last.text, unit)];
  return `${way} ${from} in ${first.name} to ${to} in ${last.name}`;
}

/** The greatest and the least, where they are neither the first nor the last. */
function between(points: readonly Point[], unit: string): string {
  const ends = new Set([points[0]?.value, points.at(-1)?.value]);
  const { most, least } = extremes(points);
  return [
    { word: 'most', of: most },
    { word: 'least', of: least },
  ]
    .filter(({ of: [point] }) => point !== undefined && !ends.has(point.value))
    .map(({ word, of: at }) => `, ${word} in ${namesOf(at)} (${numberWords(at[0]?.text ?? '', unit)})`)
    .join('');
}

function extremesTold(data: ChartData): string[] {
  const points = pointsOf(data);
  const { most, least } = extremes(points);
  const [top] = most;
  const [bottom] = least;
  if (top === undefined || bottom === undefined) return [];
  const about = data.measure === '' ? '' : `${data.measure}: `;
  const number = (point: Point) => numberWords(point.text, data.unit);
  if (top.value === bottom.value) {
    return points.length === 1
      ? [`${about}${top.name}, ${number(top)}.`]
      : [`${about === '' ? 'Every' : `${about}every`} number shown is ${number(top)}.`];
  }
  return [
    `${about === '' ? 'Most' : `${about}most`} for ${namesOf(most)} (${number(top)}), least for ${namesOf(least)} (${number(bottom)}).`,
  ];
}

function extremes(points: readonly Point[]): { most: Point[]; least: Point[] } {
  const values = points.map(({ value }) => value);
  const [greatest, smallest] = [Math.max(...values), Math.min(...values)];
  return {
    most: points.filter(({ value }) => value === greatest),
    least: points.filter(({ value }) => value === smallest),
  };
}

function namesOf(points: readonly Point[]): string {
  const more = points.length - MAX_NAMES;
  const names = points.slice(0, MAX_NAMES).map(({ name }) => name);
  return joined(more > 0 ? [...names, `${more} more`] : names);
}

function pointsOf({ categories, series }: ChartData): Point[] {
  return series.flatMap(({ title, cells }) =>
    cells.flatMap((cell, at): Point[] => {
      if (cell.kind !== 'number') return [];
      const name = [categories[at]?.title ?? '', title].filter((words) => words !== '').join(', ');
      return [
        {
          value: cell.value,
          text: cell.text,
          name: series.length > 1 ? name : (categories[at]?.title ?? ''),
        },
      ];
    }),
  );
}

function notDrawn({ series }: ChartData): string[] {
  const cells = series.flatMap((one) => one.cells);
  const withheld = cells.filter(({ kind }) => kind === 'withheld').length;
  const missing = cells.filter(({ kind }) => kind === 'none').length;
  return [
    ...(withheld > 0
      ? [
          `${counted(withheld, 'number')} ${withheld === 1 ? 'is' : 'are'} withheld (*): not drawn, and not 0.`,
        ]
      : []),
    ...(missing > 0 ? [`${counted(missing, 'place')} ${missing === 1 ? 'has' : 'have'} no value.`] : []),
  ];
}
