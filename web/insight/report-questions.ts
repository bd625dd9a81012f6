import type { Table } from './answers';
import { WITHHELD } from './answer-view';
import type { Question } from './question';
import { capitalised, cellWords, counted, joined, numberIn } from './texts';

/** One question of the report, with the sentences that its answer makes. */
export interface ReportQuestion {
  /** Name of its chart's file. */
  name: string;
  /** The question in words. */
  title: string;
  measures: readonly string[];
  by: readonly string[];
  /** Number of weeks, of which the report's is the last. */
  weeks: number;
  /** Rows that the report shows at most: those with the greatest first number. */
  rows: number;
  tell(table: Table, week: string): string[];
}

export interface ReportSection {
  heading: string;
  questions: readonly ReportQuestion[];
}

const TREND_WEEKS = 8;
const MAX_ROWS = 20;

/** Sections of the report in the order in which a commissioner reads them. */
export const REPORT_SECTIONS: readonly ReportSection[] = [
  {
    heading: 'Demand',
    questions: [
      {
        ...question('demand', 'How many people came, week by week?'),
        measures: ['CHECKS_STARTED', 'CHECKS_COMPLETED', 'SEARCHES', 'BOOKINGS'],
        by: ['PERIOD'],
        weeks: TREND_WEEKS,
        tell: tellDemand,
      },
      {
        ...question('complaints', 'What did they come with?'),
        measures: ['CHECKS_STARTED'],
        by: ['PATHWAY'],
        tell: (table) => tellMost(table, 'Symptom checks were started most often for'),
      },
    ],
  },
  {
    heading: 'Outcomes',
    questions: [
      {
        ...question('outcomes', 'To which level of care were people sent?'),
        measures: ['CHECKS_COMPLETED', 'CARE_SHARE'],
        by: ['CARE_LEVEL'],
        tell: (table) => tellMost(table, 'Symptom checks led most often to'),
      },
    ],
  },
  {
    heading: 'Where people went',
    questions: [
      {
        ...question('where', 'Were people booked at their own practice, elsewhere, or not in time?'),
        measures: ['BOOKINGS_OWN', 'BOOKINGS_ELSEWHERE', 'SEARCHES_NOTHING'],
        by: [],
        tell: tellWhere,
      },
      {
        ...question('own-practice', 'What did people’s own practices answer?'),
        measures: ['SEARCHES'],
        by: ['OWN_PRACTICE_ANSWER'],
        tell: (table) => tellMost(table, 'For people who searched, the most frequent answers were'),
      },
    ],
  },
  {
    heading: 'How far people travelled',
    questions: [
      {
        ...question('distance', 'How far was it to the practice?'),
        measures: ['BOOKINGS'],
        by: ['DISTANCE'],
        tell: (table) => tellMost(table, 'Appointments were booked most often at a distance of'),
      },
    ],
  },
  {
    heading: 'How soon they were seen',
    questions: [
      {
        ...question('waiting', 'How long was it from the outcome to the appointment?'),
        measures: ['BOOKINGS', 'LEAD_MINUTES_MEDIAN', 'LEAD_MINUTES_P90'],
        by: [],
        tell: tellWaiting,
      },
      {
        ...question('lead-time', 'On which day was the appointment?'),
        measures: ['BOOKINGS'],
        by: ['LEAD_TIME'],
        tell: (table) => tellMost(table, 'The most frequent were'),
      },
    ],
  },
  {
    heading: 'What was not offered, and why',
    questions: [
      {
        ...question('not-offered', 'Why were other practices not offered?'),
        measures: ['SEARCHES_NOT_OFFERED'],
        by: ['NOT_OFFERED_REASON'],
        tell: (table) => [
          ...tellMost(table, 'The most frequent reasons were'),
          'One search can have several reasons, so they have no total.',
        ],
      },
    ],
  },
  {
    heading: 'Suppliers of practices’ systems',
    questions: [
      {
        ...question('suppliers', 'How often did suppliers’ systems not answer in full?'),
        measures: ['SUPPLIER_SEARCHES', 'SUPPLIER_FAILED', 'SUPPLIER_FAILED_SHARE'],
        by: ['SUPPLIER'],
        tell: tellSuppliers,
      },
    ],
  },
  {
    heading: 'What practices release, and how it is used',
    questions: [
      {
        ...question('practices', 'How many released times were used, by practice?'),
        measures: ['TIMES_RELEASED', 'TIMES_USED', 'TIMES_USED_SHARE'],
        by: ['PRACTICE'],
        tell: tellPractices,
      },
    ],
  },
];

function question(name: string, title: string): Pick<ReportQuestion, 'name' | 'title' | 'weeks' | 'rows'> {
  return { name, title, weeks: 1, rows: MAX_ROWS };
}

/** @param weeks from the first to the report's own */
export function questionOf({ measures, by }: ReportQuestion, weeks: readonly string[]): Question {
  const [from = ''] = weeks;
  return { measures, by, grain: 'WEEK', from, to: weeks.at(-1) ?? '', where: [], fill: true };
}

type Row = readonly string[];

/** Text under a column; empty where the table has none. */
function cellIn({ columns }: Table, row: Row | undefined, name: string): string {
  return row?.[columns.findIndex((column) => column.name === name)] ?? '';
}

/** "1,235 symptom checks", "a withheld number of symptom checks". */
function amount(cell: string, things = ''): string {
  const number = numberIn(cell);
  const of = things === '' ? '' : ` of ${things}`;
  if (cell === WITHHELD) return `a withheld number${of}`;
  return number === null ? `an unknown number${of}` : `${cellWords(cell)} ${things}`.trim();
}

function tellDemand(table: Table, week: string): string[] {
  const at = table.rows.findIndex((row) => cellIn(table, row, 'period') === week);
  const cell = (name: string, place = at) => cellIn(table, table.rows[place], name);
  const checks = amount(cell('checksStarted'), 'symptom checks');
  const people = amount(cell('searches'), 'people');
  const before = (name: string, things: string) => amount(cell(name, at - 1), things);
  return [
    `${capitalised(checks)} were started, and ${amount(cell('checksCompleted'))} had an outcome.`,
    `${capitalised(people)} searched for a time, and ${amount(cell('bookings'), 'appointments')} were booked.`,
    ...(at > 0
      ? [
          `In the week before, ${before('checksStarted', 'symptom checks')} were started, and ${before('bookings', 'appointments')} were booked.`,
        ]
      : []),
  ];
}

/** Rows that are named one by one. */
const MAX_NAMED = 3;

/** The greatest numbers with the names of their rows, and the rows of which none is published. */
function tellMost(table: Table, intro: string): string[] {
  const label = table.columns.findLastIndex(({ kind }) => kind === 'DIMENSION');
  const number = table.columns.findIndex(({ kind }) => kind === 'COUNT');
  const cells = table.rows.map((row) => ({ name: row[label] ?? '', cell: row[number] ?? '' }));
  const withheld = cells.filter(({ cell }) => cell === WITHHELD).map(({ name }) => name);
  const shown = cells
    .map(({ name, cell }) => ({ name, cell, value: numberIn(cell) ?? 0 }))
    .filter(({ value }) => value > 0)
    .sort((one, other) => other.value - one.value);
  const named = shown.slice(0, MAX_NAMED).map(({ name, cell }) => `${name} (${cellWords(cell)})`);
  const told =
    named.length > 0 ? `${intro} ${joined(named)}.` : NOTHING[withheld.length > 0 ? 'withheld' : 'zero'];
  return withheld.length === 0 ? [told] : [told, `Withheld: ${namesOf(withheld)}.`];
}

const NOTHING = {
  withheld: 'No number here is large enough to be published.',
  zero: 'Every number here is 0.',
} as const;

function namesOf(names: readonly string[]): string {
  const more = names.length - MAX_NAMED;
  return joined(more > 0 ? [...names.slice(0, MAX_NAMED), `${more} more`] : names);
}

function tellWhere(table: Table): string[] {
  const cell = (name: string) => cellIn(table, table.rows[0], name);
  const own = amount(cell('bookingsOwn'), 'appointments');
  return [
    `${capitalised(own)} were booked at the person’s own practice, and ${amount(cell('bookingsElsewhere'))} at another one.`,
    `${capitalised(amount(cell('searchesNothing'), 'people'))} found no time anywhere that was soon enough.`,
  ];
}

function tellWaiting(table: Table): string[] {
  const minutes = (name: string) => numberIn(cellIn(table, table.rows[0], name));
  const [half, most] = [minutes('leadMinutesMedian'), minutes('leadMinutesP90')];
  return half === null || most === null
    ? ['So few appointments were booked that no waiting time is published.']
    : [
        `Half of the appointments were within ${waitWords(half)} of the outcome, and nine in ten within ${waitWords(most)}.`,
      ];
}

const HOUR = 60;
const DAY = 24 * HOUR;

/** Minutes as people say them: "90 minutes", "5 hours", "3 days". */
export function waitWords(minutes: number): string {
  if (minutes < 2 * HOUR) return `${cellWords(String(minutes))} minutes`;
  const [size, unit] = minutes < 2 * DAY ? [HOUR, 'hours'] : [DAY, 'days'];
  return `${cellWords(String(Math.round((minutes / size) * 10) / 10))} ${unit}`;
}

function tellSuppliers(table: Table): string[] {
  if (table.rows.length === 0) return ['No supplier’s system was asked.'];
  return table.rows.slice(0, MAX_ROWS).map((row) => {
    const cell = (name: string) => cellIn(table, row, name);
    const share = cell('supplierFailedShare');
    const part = numberIn(share) === null ? '' : ` (${cellWords(share)}%)`;
    return `${cell('supplier')} was asked in ${amount(cell('supplierSearches'), 'searches')}, and did not answer ${amount(cell('supplierFailed'))} in full${part}.`;
  });
}

function tellPractices(table: Table): string[] {
  const { rows } = table;
  const [first] = rows;
  if (first === undefined) return ['No practice released a time that a search was offered.'];
  const released = rows
    .map((row) => ({ name: practiceOf(table, row), cell: cellIn(table, row, 'timesReleased') }))
    .sort((one, other) => (numberIn(other.cell) ?? 0) - (numberIn(one.cell) ?? 0));
  const unused = rows.filter((row) => cellIn(table, row, 'timesUsed') === '0').length;
  const named = released.slice(0, MAX_NAMED).map(({ name, cell }) => `${name} (${cellWords(cell)})`);
  return [
    `${counted(rows.length, 'practice')} released times that searches were offered. Most: ${joined(named)}.`,
    ...(unused === 0
      ? []
      : [`Of ${cellWords(String(unused))} of them the number of used times is published as 0.`]),
  ];
}

function practiceOf(table: Table, row: Row): string {
  return cellIn(table, row, 'practiceTitle') || cellIn(table, row, 'practice');
}
