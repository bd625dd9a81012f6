import type { Answered, AnswerFile } from './answer-file';
import { drawChart, type Drawing } from './charts/draw-chart';
import { rangeWords } from './periods';
import { capitalised } from './texts';

/** Id of the one chart of an answer's page. */
const CHART = 'chart';

/** The chart of an answer for its page. */
export function chartOf({ table, words }: Pick<Answered, 'table' | 'words'>): Drawing {
  return drawChart(table, { title: words, id: CHART });
}

/** The same drawing by itself, with the question above it and its source below; null where nothing is drawn. */
export function svgFile(
  { question, words, table }: Pick<Answered, 'question' | 'words' | 'table'>,
  { name, isDemonstration }: { name: string; isDemonstration: boolean },
): AnswerFile | null {
  const below = [
    ...(isDemonstration ? ['Demonstration: these people are invented.'] : []),
    '* is withheld, and not 0. Numbers are rounded.',
  ].join(' ');
  const caption = { above: `${words} ${capitalised(rangeWords(question))}.`, below };
  const drawing = drawChart(table, { title: words, id: CHART, caption });
  return drawing.kind === 'none'
    ? null
    : { name: `${name}.svg`, type: 'image/svg+xml; charset=utf-8', text: drawing.svg };
}
