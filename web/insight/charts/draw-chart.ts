import { sentencesOf } from './alternative';
import { chartDataOf, type ChartData, type ChartKind } from './chart-data';
import { plainText, type ChartTable } from './chart-table';
import { drawBars, drawStacked } from './draw-bars';
import { drawHeat, drawTiles } from './draw-cells';
import { drawLines } from './draw-lines';
import type { Named } from './sheet';

export type Drawing =
  | {
      kind: ChartKind;
      /** Stands in a page or, as it is, in a file. */
      svg: string;
      /** Text in place of the chart, for those who do not see it. */
      sentences: readonly string[];
      /** Sentences about parts of the table that are not in the chart. */
      notes: readonly string[];
    }
  | { kind: 'none'; sentence: string };

export interface ChartOptions {
  /** The question in words. */
  title: string;
  /** One for each chart of a page; letters, digits and hyphens. */
  id: string;
  /** Lines above and below a drawing that stands by itself. */
  caption?: Named['caption'];
}

/** Draws a table; the kind of chart follows from the table's shape. Every number in it is one of the table's. */
export function drawChart(table: ChartTable, { title, id, caption }: ChartOptions): Drawing {
  const chosen = chartDataOf(table);
  if (chosen.kind === 'none') return chosen;
  const { data } = chosen;
  const sentences = sentencesOf(data);
  const svg = draw(data, {
    id: id.replace(/[^A-Za-z0-9-]/g, '-'),
    title: plainText(title),
    caption,
    description: [...sentences, ...data.notes].join(' '),
  });
  return { kind: data.kind, svg, sentences, notes: data.notes };
}

function draw(data: ChartData, named: Named): string {
  switch (data.kind) {
    case 'lines':
      return drawLines(data, named);
    case 'bars':
      return drawBars(data, named);
    case 'stacked':
      return drawStacked(data, named);
    case 'heat':
      return drawHeat(data, named);
    case 'tiles':
      return drawTiles(data, named);
  }
}
