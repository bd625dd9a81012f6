import type { Kysely } from 'kysely';
import { CalendarDate } from '../../../domain/london-time';
import { fieldFault, type FieldFaults } from '../../../domain/messages/field-problem-codes';
import type { Content } from '../content/content';
import type { TriageTables } from '../database/tables';

export const ASSESSMENT_DIMENSIONS = [
  'DAY',
  'WEEK',
  'MONTH',
  'PATHWAY',
  'DISPOSITION',
  'CARE_LEVEL',
  'AGE_BAND',
] as const;
export type AssessmentDimension = (typeof ASSESSMENT_DIMENSIONS)[number];

export interface StatisticsInput {
  from: string;
  to: string;
  groupBy: readonly AssessmentDimension[];
}

/** Counts of assessments by the day in London on which they began. */
export interface StatisticsRow {
  labels: { dimension: AssessmentDimension; value: string }[];
  started: number;
  /** Assessments with an outcome. */
  completed: number;
  /** Expired without one. */
  abandoned: number;
}

export type StatisticsResult =
  { kind: 'rows'; rows: StatisticsRow[]; dataUpTo: Date } | { kind: 'invalid'; faults: FieldFaults };

export interface AssessmentStatistics {
  count(input: StatisticsInput): Promise<StatisticsResult>;
}

const MAX_DAYS = 366;
const MAX_ROWS = 5_000;
/** The label of assessments that have no outcome. */
const NO_OUTCOME = 'NONE';

/** Counts from the database, from which the statistics are computed. */
interface Counted {
  day: string;
  pathway: string;
  disposition: string | null;
  ageBand: string;
  started: number;
  completed: number;
  abandoned: number;
}

export function assessmentStatistics(
  db: Kysely<TriageTables>,
  { dispositions }: Pick<Content, 'dispositions'>,
  now: () => Date,
): AssessmentStatistics {
  const labels: Record<AssessmentDimension, (counted: Counted) => string> = {
    DAY: ({ day }) => day,
    WEEK: ({ day }) => mondayOf(day),
    MONTH: ({ day }) => day.slice(0, 7),
    PATHWAY: ({ pathway }) => pathway,
    DISPOSITION: ({ disposition }) => disposition ?? NO_OUTCOME,
    CARE_LEVEL: ({ disposition }) =>
      (disposition === null ? undefined : dispositions.get(disposition)?.careLevel) ?? NO_OUTCOME,
    AGE_BAND: ({ ageBand }) => ageBand,
  };

  return {
    count: async (input) => {
      const faults = faultsOf(input);
      if (Object.keys(faults).length > 0) return { kind: 'invalid', faults };
      const dataUpTo = now();
      const rows = new Map<string, StatisticsRow>();
      for (const counted of await countedBy(db, input, dataUpTo)) {
        const values = input.groupBy.map((dimension) => ({ dimension, value: labels[dimension](counted) }));
        const key = JSON.stringify(values);
        const sum = rows.get(key) ?? { labels: values, started: 0, completed: 0, abandoned: 0 };
        sum.started += counted.started;
        sum.completed += counted.completed;
        sum.abandoned += counted.abandoned;
        rows.set(key, sum);
      }
      if (rows.size > MAX_ROWS)
        return {
          kind: 'invalid',
          faults: { 'input.groupBy': fieldFault('TOO_MANY_ROWS', { max: MAX_ROWS }) },
        };
      return { kind: 'rows', rows: [...rows].sort(byKey).map(([, row]) => row), dataUpTo };
    },
  };
}

async function countedBy(
  db: Kysely<TriageTables>,
  { from, to }: StatisticsInput,
  dataUpTo: Date,
): Promise<Counted[]> {
  const rows = await db
    .selectFrom('triage_assessment')
    .select((select) => [
      'started_day as day',
      'pathway_id as pathway',
      'disposition_id as disposition',
      'age_band as ageBand',
      select.fn.countAll<number | string>().as('started'),
      select.fn.count<number | string>('completed_at').as('completed'),
      select.fn
        .count<number | string>(
          select
            .case()
            .when(
              select.and([
                select('completed_at', 'is', null),
                select('expires_at', '<=', dataUpTo.getTime()),
              ]),
            )
            .then(1)
            .end(),
        )
        .as('abandoned'),
    ])
    .where('started_day', '>=', from)
    .where('started_day', '<=', to)
    .groupBy(['started_day', 'pathway_id', 'disposition_id', 'age_band'])
    // In one statement, so that nothing is counted twice, or not at all, while it is being deleted.
    .unionAll(
      db
        .selectFrom('triage_count')
        .select([
          'started_day as day',
          'pathway_id as pathway',
          'disposition_id as disposition',
          'age_band as ageBand',
          'started',
          'completed',
          'abandoned',
        ])
        .where('started_day', '>=', from)
        .where('started_day', '<=', to),
    )
    .execute();
  return rows.map((row) => ({
    ...row,
    disposition: row.disposition === '' ? null : row.disposition,
    started: Number(row.started),
    completed: Number(row.completed),
    abandoned: Number(row.abandoned),
  }));
}

function faultsOf({ from, to, groupBy }: StatisticsInput): FieldFaults {
  const first = CalendarDate.safeParse(from);
  const last = CalendarDate.safeParse(to);
  const days = first.success && last.success ? daysBetween(first.data, last.data) : 0;
  return {
    ...(first.success ? {} : { 'input.from': fieldFault('NOT_A_DATE', {}) }),
    ...(last.success ? {} : { 'input.to': fieldFault('NOT_A_DATE', {}) }),
    ...(days < 0 ? { 'input.to': fieldFault('RANGE_REVERSED', {}) } : {}),
    ...(days >= MAX_DAYS ? { 'input.to': fieldFault('PERIOD_TOO_LONG', { days: MAX_DAYS }) } : {}),
    ...(new Set(groupBy).size < groupBy.length ? { 'input.groupBy': fieldFault('REPEATED', {}) } : {}),
  };
}

const DAY_MS = 24 * 60 * 60_000;

/** Calendar days, which have no hours: counted in UTC, where every day has 24. */
function daysBetween(first: CalendarDate, last: CalendarDate): number {
  return (Date.parse(last) - Date.parse(first)) / DAY_MS;
}

/** The Monday on which the week of this day begins. */
function mondayOf(day: string): string {
  const weekday = new Date(day).getUTCDay();
  const sinceMonday = (weekday + 6) % 7;
  return new Date(Date.parse(day) - sinceMonday * DAY_MS).toISOString().slice(0, 10);
}

function byKey([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1;
}
