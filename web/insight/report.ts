import type { Result } from '../kit/results';
import { dayOf, untilText } from '../kit/texts';
import { columnWords } from './answer-view';
import { lastInstant } from './answer-file';
import type { Problem, Table } from './answers';
import { drawChart, type Drawing } from './charts/draw-chart';
import { daysOf, periodOf, rangeWords } from './periods';
import { answerPath, type Question } from './question';
import { questionOf, REPORT_SECTIONS, type ReportQuestion } from './report-questions';
import { capitalised, cellWords, numberIn } from './texts';

/** A week in numbers, ready to be shown: every number is one of an answer. */
export interface Report {
  week: string;
  title: string;
  completeUpTo: string;
  publishedAt: string;
  rule: string;
  sections: readonly { heading: string; parts: readonly ReportPart[] }[];
}

export interface ReportPart {
  name: string;
  title: string;
  period: string;
  /** Address of the page that answers the question, below the website's own. */
  path: string;
  sentences: readonly string[];
  chart: Drawing | null;
  table: ReportTable | null;
}

export interface ReportTable {
  head: readonly { text: string; isNumber: boolean }[];
  rows: readonly (readonly { text: string; isNumber: boolean }[])[];
  /** One sentence where not all rows are shown. */
  more: string | null;
}

export type ReportResult =
  | { kind: 'report'; report: Report }
  /** In words with what to do; `status` is that of the page. */
  | { kind: 'none'; status: 404 | 429 | 403; title: string; sentence: string };

export type AskStatistics = (question: Question) => Promise<Result<Table, Problem>>;

export const WEEK_FORM = 'Write the week as 2026-W48: the year, W, and the number of the week.';

/** Asks the report's questions one after the other, and puts the answers into words and charts. */
export async function readReport(ask: AskStatistics, week: string): Promise<ReportResult> {
  const days = daysOf('WEEK', week);
  if (days === null)
    return { kind: 'none', status: 404, title: 'There is no such week', sentence: WEEK_FORM };
  const answered: { question: ReportQuestion; asked: Question; table: Table | null }[] = [];
  for (const question of REPORT_SECTIONS.flatMap(({ questions }) => questions)) {
    const asked = questionOf(question, weeksUpTo(week, question.weeks));
    const result = await ask(asked);
    if (!result.ok && result.problem.__typename !== 'TooFine') return refusal(result.problem, week);
    answered.push({ question, asked, table: result.ok ? result.value : null });
  }
  const table = answered.find((one) => one.table !== null)?.table;
  if (table == null) return nothingPublished(week);
  return {
    kind: 'report',
    report: {
      week,
      title: `Report on ${rangeWords({ grain: 'WEEK', from: week, to: week })}`,
      completeUpTo: dayOf(lastInstant(table.dataUpTo)),
      publishedAt: untilText(table.publishedAt),
      rule: table.rule,
      sections: REPORT_SECTIONS.map(({ heading, questions }) => ({
        heading,
        parts: answered
          .filter(({ question }) => questions.includes(question))
          .map((one) => partOf(one, week)),
      })),
    },
  };
}

/** The weeks up to one, the first one first. */
export function weeksUpTo(week: string, count: number): string[] {
  const first = daysOf('WEEK', week)?.first;
  if (first === undefined) return [];
  return Array.from({ length: count }, (_, at) =>
    periodOf('WEEK', first.subtract({ weeks: count - 1 - at })),
  );
}

function refusal({ __typename, code, message, fields }: Problem, week: string): ReportResult {
  if (__typename === 'InvalidInput' && fields?.some((field) => field.code === 'PERIOD_NOT_CLOSED') === true)
    return notClosed(week);
  if (code === 'ALLOWANCE_USED')
    return {
      kind: 'none',
      status: 429,
      title: 'You have had as many numbers as an analyst may in a day',
      sentence: 'Ask for the report again tomorrow.',
    };
  return { kind: 'none', status: 403, title: 'The report was not answered', sentence: message };
}

function notClosed(week: string): ReportResult {
  const last = daysOf('WEEK', week)?.last;
  const closes = last === undefined ? '' : dayOf(`${last.add({ days: 1 }).toString()}T12:00:00Z`);
  return {
    kind: 'none',
    status: 404,
    title: 'This week is not published yet',
    sentence: `Its numbers are complete from 5am on ${closes}. Ask for an earlier week.`,
  };
}

function nothingPublished(week: string): ReportResult {
  return {
    kind: 'none',
    status: 404,
    title: 'There is too little to report',
    sentence: `In ${rangeWords({ grain: 'WEEK', from: week, to: week })} so few people used the service that every table would be withheld. Ask for a month instead.`,
  };
}

function partOf(
  { question, asked, table }: { question: ReportQuestion; asked: Question; table: Table | null },
  week: string,
): ReportPart {
  const { name, title } = question;
  const part = { name, title, period: capitalised(rangeWords(asked)), path: answerPath(asked) };
  if (table === null)
    return {
      ...part,
      sentences: [
        'So few people are counted here that most numbers would be withheld, so none is published. Ask for a month.',
      ],
      chart: null,
      table: null,
    };
  const drawing = drawChart(table, { title: `${title} ${part.period}`, id: `chart-${name}` });
  return {
    ...part,
    sentences: question.tell(table, week),
    chart: drawing.kind === 'none' ? null : drawing,
    table: tableOf(table, question.rows),
  };
}

/** At most so many rows: those with the greatest first number, in their order. */
function tableOf({ columns, rows }: Table, most: number): ReportTable {
  const numbers = columns.map(({ kind }) => kind !== 'DIMENSION');
  const first = numbers.indexOf(true);
  const kept = new Set(
    [...rows]
      .sort((one, other) => (numberIn(other[first] ?? '') ?? 0) - (numberIn(one[first] ?? '') ?? 0))
      .slice(0, most),
  );
  return {
    head: columns.map((column, at) => ({ text: columnWords(column), isNumber: numbers[at] === true })),
    rows: rows
      .filter((row) => kept.has(row))
      .map((row) =>
        row.map((cell, at) => ({
          text: numbers[at] === true ? cellWords(cell) : cell,
          isNumber: numbers[at] === true,
        })),
      ),
    more:
      rows.length <= most
        ? null
        : `${most} of ${cellWords(String(rows.length))} rows are shown, those with the greatest first number.`,
  };
}
