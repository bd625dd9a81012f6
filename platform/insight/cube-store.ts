import { sql, type Kysely, type Migration } from 'kysely';
import { z } from 'zod';
import {
  cubeTally,
  type CountedFact,
  type CubeReader,
  type CubeState,
  type CubeTally,
  type StoredCube,
} from '../../domain/insight/cubes';
import { GRAINS, nextDay, periodOf, previousDay, type Grain } from '../../domain/insight/periods';
import type { Topic } from '../../domain/insight/topics';
import { londonDate } from '../../domain/london-time';

/** Names of a subgraph's tables: two subgraphs may share one PostgreSQL database. */
export interface CubeTableNames {
  cube: string;
  state: string;
}

/** A subgraph's facts, as the roll-up reads them. */
export interface DayFacts<Tables> {
  /** The earliest day that has a fact; null where there is none. */
  firstDay(db: Kysely<Tables>): Promise<string | null>;
  /** All facts of a London day, a page at a time. */
  of(db: Kysely<Tables>, day: string): AsyncIterable<readonly TopicFact[]>;
  /** Deletes facts of days before `before`, and what was counted of sources before the day that closed last. */
  forget(db: Kysely<Tables>, before: string, closed: string): Promise<void>;
}

export interface TopicFact extends CountedFact {
  topic: Topic;
}

/** A day is closed so long after its end, when no symptom check of it can be answered any more. */
const CLOSED_AFTER_MS = 5 * 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
/** Days for which facts are kept once they are in the cubes. */
export const FACTS_KEPT_DAYS = 92;
/** Days rolled up at once; the others follow at the next time. */
const MAX_DAYS = 400;
/** Days whose facts are counted before anything is written; more than one only where nobody did it for a while. */
const DAYS_AT_ONCE = 10;
/** Cubes that one statement writes. */
const ROWS_AT_ONCE = 40;

/** The tables of cubes: one row for each cube of a period, its cells as JSON. */
export function cubeTables({ cube, state }: CubeTableNames): Migration {
  return {
    up: async (db) => {
      await db.schema
        .createTable(cube)
        .addColumn('topic', 'text', (column) => column.notNull())
        .addColumn('grain', 'text', (column) => column.notNull())
        .addColumn('cuboid', 'text', (column) => column.notNull())
        .addColumn('period', 'text', (column) => column.notNull())
        .addColumn('cells', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint(`${cube}_key`, ['topic', 'grain', 'cuboid', 'period'])
        .execute();
      await db.schema
        .createTable(state)
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('last_day', 'text', (column) => column.notNull())
        .addColumn('rolled_up_at', 'bigint', (column) => column.notNull())
        .execute();
    },
  };
}

const StateRow = z.object({ last_day: z.string(), rolled_up_at: z.coerce.number() });
const CubeRow = z.object({ cuboid: z.string(), cells: z.string() });
const PeriodRow = z.object({ period: z.string(), cells: z.string() });

export interface CubeStoreDeps<Tables> {
  db: Kysely<Tables>;
  tables: CubeTableNames;
  facts: DayFacts<Tables>;
  now: () => Date;
}

/** Cubes in a subgraph's own database. Raw facts are read once, when their day has closed. */
export function cubeStore<Tables>(deps: CubeStoreDeps<Tables>): CubeReader {
  const { db, tables, facts, now } = deps;
  return {
    state: () => readState(deps),

    async read(topic, grain, periods, cuboid) {
      const [from, to] = [periods[0] ?? '', periods.at(-1) ?? ''];
      const { rows } = await sql`select period, cells from ${sql.table(tables.cube)} where topic = ${topic}
        and grain = ${grain} and cuboid = ${cuboid} and period >= ${from} and period <= ${to}`.execute(db);
      const cubes = z.array(PeriodRow).parse(rows);
      return new Map(cubes.map(({ period, cells }) => [period, readCube(cells)]));
    },

    async rollUp() {
      const closed = previousDay(londonDate(new Date(now().getTime() - CLOSED_AFTER_MS)));
      let last = (await readState(deps))?.lastDay ?? null;
      const first = last === null ? earlier(await facts.firstDay(db), closed) : nextDay(last);
      let rolledUp = 0;
      for (const days of chunksOf(daysUpTo(first, closed))) {
        if (!(await rollUpDays(days, last, deps))) return rolledUp;
        last = days.at(-1) ?? last;
        rolledUp += days.length;
      }
      await facts.forget(db, londonDate(new Date(now().getTime() - FACTS_KEPT_DAYS * DAY_MS)), closed);
      return rolledUp;
    },
  };
}

/** The first day to roll up: without facts the closed one, from which on it is known that there were none. */
function earlier(firstDay: string | null, closed: string): string {
  return firstDay !== null && firstDay < closed ? firstDay : closed;
}

function daysUpTo(first: string, last: string): string[] {
  const days: string[] = [];
  for (let day = first; day <= last && days.length < MAX_DAYS; day = nextDay(day)) days.push(day);
  return days;
}

function chunksOf(days: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(days.length / DAYS_AT_ONCE) }, (_, chunk) =>
    days.slice(chunk * DAYS_AT_ONCE, (chunk + 1) * DAYS_AT_ONCE),
  );
}

async function readState<Tables>({ db, tables }: CubeStoreDeps<Tables>): Promise<CubeState | null> {
  const { rows } = await sql`select last_day, rolled_up_at from ${sql.table(tables.state)}
    where id = 1`.execute(db);
  const [row] = z.array(StateRow).parse(rows);
  return row === undefined ? null : { lastDay: row.last_day, rolledUpAt: new Date(row.rolled_up_at) };
}

/** @returns false where another process has rolled these days up. */
async function rollUpDays<Tables>(
  days: readonly string[],
  before: string | null,
  { db, tables, facts, now }: CubeStoreDeps<Tables>,
): Promise<boolean> {
  const tallies = await tallied(days, db, facts);
  const state = sql.table(tables.state);
  const last = days.at(-1);
  return db.transaction().execute(async (transaction) => {
    const at = now().getTime();
    const claimed =
      before === null
        ? await sql`insert into ${state} (id, last_day, rolled_up_at) values (1, ${last}, ${at})
            on conflict (id) do nothing returning id`.execute(transaction)
        : await sql`update ${state} set last_day = ${last}, rolled_up_at = ${at}
            where id = 1 and last_day = ${before} returning id`.execute(transaction);
    if (claimed.rows.length === 0) return false;
    for (const tally of tallies) await addToPeriod(transaction, tables.cube, tally);
    return true;
  });
}

interface PeriodTally {
  topic: Topic;
  grain: Grain;
  period: string;
  tally: CubeTally;
}

/** Counts the facts of some days into the cubes of their periods, of those topics that have any. */
async function tallied<Tables>(
  days: readonly string[],
  db: Kysely<Tables>,
  facts: DayFacts<Tables>,
): Promise<PeriodTally[]> {
  const tallies = new Map<string, PeriodTally>();
  for (const day of days)
    for await (const page of facts.of(db, day))
      for (const { topic, ...fact } of page)
        for (const grain of GRAINS) {
          const period = periodOf(grain, day);
          const name = `${topic} ${period}`;
          const known = tallies.get(name) ?? { topic, grain, period, tally: cubeTally(topic, grain) };
          tallies.set(name, known);
          known.tally.add(fact);
        }
  return [...tallies.values()];
}

/** Adds to the cubes of a period, which are those of its earlier days. */
async function addToPeriod<Tables>(
  transaction: Kysely<Tables>,
  table: string,
  { topic, grain, period, tally }: PeriodTally,
): Promise<void> {
  const cube = sql.table(table);
  const { rows } = await sql`select cuboid, cells from ${cube}
    where topic = ${topic} and grain = ${grain} and period = ${period}`.execute(transaction);
  for (const { cuboid, cells } of z.array(CubeRow).parse(rows)) tally.merge(cuboid, readCube(cells));
  const cubes = tally.cubes();
  for (let start = 0; start < cubes.length; start += ROWS_AT_ONCE) {
    const values = cubes
      .slice(start, start + ROWS_AT_ONCE)
      .map(
        ({ cuboid, cube: cells }) =>
          sql`(${topic}, ${grain}, ${cuboid}, ${period}, ${JSON.stringify(cells)})`,
      );
    await sql`insert into ${cube} (topic, grain, cuboid, period, cells) values ${sql.join(values)}
      on conflict (topic, grain, cuboid, period) do update set cells = excluded.cells`.execute(transaction);
  }
}

/** Cells were written by this process or one like it: their shape is checked, not each of a million numbers. */
function readCube(text: string): StoredCube {
  const { values, cells } = CubeShape.parse(JSON.parse(text));
  return { values, cells };
}

const CubeShape = z.object({
  values: z.array(z.array(z.string())),
  cells: z.custom<number[]>(
    (cells) => Array.isArray(cells) && (cells.length === 0 || typeof cells[0] === 'number'),
  ),
});
