import { csv } from '../../domain/csv';
import { dayOf, untilText } from '../kit/texts';
import type { Table } from './answers';
import { columnWords, WITHHELD } from './answer-view';
import { rangeWords } from './periods';
import type { Question } from './question';

/** An answer as a file that says what it answers. */
export interface AnswerFile {
  name: string;
  type: string;
  text: string;
}

export interface Answered {
  question: Question;
  words: string;
  table: Table;
  /** Address of the page that answers it. */
  address: string;
}

/** The question and its rule stand above an empty line, the table below it. A spreadsheet reads each cell as it is. */
export function csvFile({ question, words, table, address }: Answered): AnswerFile {
  const isWithheld = table.rows.some((row) => row.includes(WITHHELD));
  const lines = [
    ['Question', words],
    ['Period', rangeWords(question)],
    ['Complete up to', dayOf(lastInstant(table.dataUpTo))],
    ['Published', untilText(table.publishedAt)],
    ['Rule', table.rule],
    ['Address', address],
    ...(isWithheld ? [['Note', '* stands for a number that is withheld. It is not 0.']] : []),
    [],
    table.columns.map(columnWords),
    ...table.rows,
  ];
  return { name: fileName(question, 'csv'), type: 'text/csv; charset=utf-8', text: csv(lines) };
}

/** The same for programs, with texts as the API answers them. */
export function jsonFile({ question, words, table, address }: Answered): AnswerFile {
  const { columns, rows, dataUpTo, publishedAt, rule } = table;
  const content = { question: words, asked: question, address, dataUpTo, publishedAt, rule, columns, rows };
  return {
    name: fileName(question, 'json'),
    type: 'application/json; charset=utf-8',
    text: `${JSON.stringify(content, null, 2)}\n`,
  };
}

/** The day before this moment, which is the end of a day. */
export function lastInstant(dataUpTo: string): Date {
  return new Date(new Date(dataUpTo).getTime() - 1);
}

const MAX_NAME = 80;

function fileName(question: Question, ending: string): string {
  return `${fileStem(question)}.${ending}`;
}

/** Name of the files of an answer, without an ending: what is counted, by what, and when. */
export function fileStem({ measures, by, from, to }: Question): string {
  const named = [measures[0] ?? '', ...(by.length > 0 ? ['by', ...by] : [])].join('-');
  const words = named
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_NAME);
  return `${words}_${from}${to === from ? '' : `_to_${to}`}`;
}
