import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { StoredCube } from '../domain/insight/cubes';
import { cubeTally } from '../domain/insight/cubes';
import { cuboidName, cuboidsOf } from '../domain/insight/cuboids';
import { AGE_BANDS, DISTANCE_BANDS, leadStep } from '../domain/insight/bands';
import { hourValue, SEX_WORDS, WEEKDAYS, type BaseDimension } from '../domain/insight/dimensions';
import type { Grain } from '../domain/insight/periods';
import type { StatisticsQuestion } from '../domain/insight/statistics-question';
import { TOPIC_FACTS, type Topic } from '../domain/insight/topics';
import { questionFor, TWENTY_QUESTIONS } from '../domain/insight/twenty-questions';
import { seededRandom, type SeededRandom } from '../domain/seeded-random';
import { openDatabase } from '../platform/database/database';
import { cubeStore } from '../platform/insight/cube-store';
import { APPOINTMENT_CUBES } from '../subgraphs/appointments/database/fact-migrations';
import { ledgerMigrations } from '../subgraphs/appointments/database/migrations';
import type { LedgerTables } from '../subgraphs/appointments/database/tables';
import { statistics, type Statistics } from '../subgraphs/appointments/insight/statistics';
import { complaintTitles, dispositionCatalogue } from '../subgraphs/triage';

/**
 * `npm run bench:insight`: questions over a year of national volume, 30 million appointments a month. The cubes are generated, not
 * the 360 million rows that they would be of: answers never read those, and a cube's size depends on its dimensions. How the
 * roll-up grows with people and with days is measured apart, on rows.
 */
const MONTHS = Array.from({ length: 12 }, (_, month) => `2026-${String(month + 1).padStart(2, '0')}`);
const WEEKS = Array.from({ length: 52 }, (_, week) => `2026-W${String(week + 1).padStart(2, '0')}`);
const PEOPLE_A_MONTH = 30_000_000;
const PEOPLE_A_WEEK = 7_000_000;
const TIMES = Number(process.env.TIMES ?? 3);

const coded = (name: string, count: number) => Array.from({ length: count }, (_, at) => `${name}${at}`);

/** Values of each dimension, about as many as England has. */
const VALUES: Readonly<Record<BaseDimension, readonly string[]>> = {
  HOUR: Array.from({ length: 24 }, (_, hour) => hourValue(hour)),
  WEEKDAY: WEEKDAYS,
  PATHWAY: coded('pathway-', 20),
  DISPOSITION: [...dispositionCatalogue().keys()],
  AGE_BAND: AGE_BANDS,
  SEX: Object.values(SEX_WORDS),
  DEPRIVATION: coded('Quintile ', 6),
  OWN_PRACTICE_ANSWER: coded('answer-', 12),
  ELSEWHERE_REASON: coded('reason-', 14),
  NOT_OFFERED_REASON: coded('not-offered-', 15),
  DISTANCE: DISTANCE_BANDS,
  LEAD_STEP: [30, 60, 120, 240, 480, 1_440].flatMap((minutes) =>
    [0, 1, 3, 10, 16, 25].map((days) => leadStep(minutes, days)),
  ),
  MODE: ['Face-to-face', 'Telephone', 'Video/Online'],
  SUPPLIER: coded('supplier-', 5),
  SUPPLIER_OUTCOME: coded('outcome-', 8),
  CANCEL_REASON: coded('cancel-', 7),
  PRACTICE: coded('Y', 6_300),
  PCN: coded('U', 1_250),
  SUB_ICB: coded('S', 106),
  ICB: coded('Q', 42),
  OUTWARD_CODE: coded('LS', 2_300),
};

/** A cube of so many people, each combination of values about as often as the others. */
function generatedCube(
  topic: Topic,
  dimensions: readonly BaseDimension[],
  people: number,
  random: SeededRandom,
): StoredCube {
  const values = dimensions.map((dimension) => [...VALUES[dimension]]);
  const size = values.reduce((product, { length }) => product * length, 1);
  const counts = TOPIC_FACTS[topic].counts.length;
  const cells: number[] = [];
  for (let cell = 0; cell < size; cell++) {
    let rest = cell;
    for (const known of values) {
      cells.push(rest % known.length);
      rest = Math.floor(rest / known.length);
    }
    for (let count = 0; count < counts; count++)
      cells.push(
        Math.round((people / size) * (0.5 + random.fraction()) * (count === 0 ? 1 : 0.4)),
        random.below(256),
      );
  }
  return { values, cells };
}

const TOPICS: readonly Topic[] = [
  'check',
  'search',
  'booked',
  'hold',
  'supplier',
  'slot',
  'reason',
  'cancelled',
];

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'insight-bench-'));
  const file = join(folder, 'cubes.db');
  const database = await openDatabase<LedgerTables>(
    { kind: 'embedded', file },
    'appointments',
    ledgerMigrations,
  );
  const now = () => new Date('2027-01-10T12:00:00Z');
  const generating = new Map<string, Promise<void>>();
  const store = cubeStore({ db: database.db, tables: APPOINTMENT_CUBES, facts: NO_FACTS, now });

  /** Writes a year of one cube when it is asked for first, outside of what is measured. */
  async function generate(topic: Topic, grain: Grain, name: string): Promise<void> {
    const dimensions = cuboidsOf(topic, grain).find((one) => cuboidName(one) === name);
    if (dimensions === undefined) throw new Error(`There is no cube ${name}.`);
    const random = seededRandom(1, topic, grain, name);
    const [periods, people] = grain === 'WEEK' ? [WEEKS, PEOPLE_A_WEEK] : [MONTHS, PEOPLE_A_MONTH];
    for (const period of periods) {
      const cells = JSON.stringify(generatedCube(topic, dimensions, people, random));
      await sql`insert into ${sql.table(APPOINTMENT_CUBES.cube)} (topic, grain, cuboid, period, cells)
        values (${topic}, ${grain}, ${name}, ${period}, ${cells})`.execute(database.db);
    }
  }
  let isMeasured = false;
  let cellsRead = 0;
  const reader = {
    ...store,
    state: () => Promise.resolve({ lastDay: '2027-01-03', rolledUpAt: now() }),
    async read(topic: Topic, grain: Grain, periods: readonly string[], cuboid: string) {
      const name = `${topic} ${grain} ${cuboid}`;
      if (!isMeasured) {
        const begun = generating.get(name) ?? generate(topic, grain, cuboid);
        generating.set(name, begun);
        await begun;
      }
      const cubes = await store.read(topic, grain, periods, cuboid);
      for (const { cells } of cubes.values()) cellsRead += cells.length;
      return cubes;
    },
  };
  const service = () =>
    statistics({
      db: database.db,
      readers: { triage: reader, appointments: reader },
      areas: { all: () => Promise.resolve(new Map()) },
      dispositions: dispositionCatalogue(),
      complaints: complaintTitles(),
      now,
      rollsUpOnDemand: false,
      maxCellsADay: Number.MAX_SAFE_INTEGER,
    });

  await measureQuestions(service, () => (isMeasured = true));
  console.log(
    `numbers read: ${cellsRead.toLocaleString('en-GB')}; file: ${(statSync(file).size / 1e6).toFixed(0)} MB for ${generating.size} cubes of the year`,
  );
  await database.close();
  rmSync(folder, { recursive: true, force: true });
  sizes();
  growth();
}

/** Asks each question by a service that has no table at hand, and once more. */
async function measureQuestions(service: () => Statistics, begin: () => void): Promise<void> {
  const questions = [...yearQuestions()];
  const asker = { callerId: 'bench', requestId: 'bench' };
  for (const { question } of questions) await service().ask(question, asker);
  begin();
  const cold: number[] = [];
  const warm: number[] = [];
  /** Processor time, which a busy machine does not lengthen; the database is in this process. */
  const cpu: number[] = [];
  console.log('question | rows | cold ms | again ms');
  for (const { name, question } of questions) {
    const times: number[] = [];
    let rows = 0;
    let again = Infinity;
    for (let time = 0; time < TIMES; time++) {
      const fresh = service();
      const began = performance.now();
      const cpuBefore = process.cpuUsage();
      const result = await fresh.ask(question, asker);
      times.push(performance.now() - began);
      const { user, system } = process.cpuUsage(cpuBefore);
      cpu.push((user + system) / 1_000);
      rows = result.kind === 'table' ? result.table.rows.length : 0;
      const beganAgain = performance.now();
      await fresh.ask(question, asker);
      again = Math.min(again, performance.now() - beganAgain);
    }
    cold.push(...times);
    warm.push(again);
    const [least, most] = [Math.min(...times), Math.max(...times)];
    console.log(`${name} | ${rows} | ${least.toFixed(0)} to ${most.toFixed(0)} | ${again.toFixed(0)}`);
  }
  console.log(
    `cold: p50 ${quantile(cold, 0.5).toFixed(0)} ms, p95 ${quantile(cold, 0.95).toFixed(0)} ms; again: p95 ${quantile(warm, 0.95).toFixed(0)} ms; processor, cold: p50 ${quantile(cpu, 0.5).toFixed(0)} ms, p95 ${quantile(cpu, 0.95).toFixed(0)} ms, most ${quantile(cpu, 1).toFixed(0)} ms`,
  );
}

const NO_FACTS = {
  firstDay: () => Promise.resolve(null),
  // eslint-disable-next-line @typescript-eslint/require-await -- there are none.
  async *of() {
    yield [];
  },
  forget: () => Promise.resolve(),
};

function* yearQuestions(): Generator<{ name: string; question: StatisticsQuestion }> {
  for (const saved of TWENTY_QUESTIONS) {
    const [from, to] = saved.grain === 'WEEK' ? ['2026-W01', '2026-W52'] : ['2026-01', '2026-12'];
    yield { name: `${saved.number} ${saved.title}`, question: questionFor(saved, from, to) };
  }
}

function quantile(values: readonly number[], share: number): number {
  return (
    [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0
  );
}

/** The most that cubes of a national month can take, as text. */
function sizes(): void {
  const random = seededRandom(2, 'sizes');
  for (const topic of TOPICS.slice(0, 3)) {
    const bytes = cuboidsOf(topic, 'MONTH')
      .map((dimensions) => JSON.stringify(generatedCube(topic, dimensions, PEOPLE_A_MONTH, random)).length)
      .reduce((sum, length) => sum + length, 0);
    console.log(
      `${topic}: ${cuboidsOf(topic, 'MONTH').length} cubes a month, ${(bytes / 1e6).toFixed(0)} MB at most, whatever the number of people`,
    );
  }
}

/** Time and size of counting facts into a month's cubes, against people and days: ratios, as the machine decides the rest. */
function growth(): void {
  const measure = (people: number, days: number) => {
    const random = seededRandom(3, people, days);
    const tallies = Array.from({ length: days }, () => cubeTally('check', 'DAY'));
    const began = performance.now();
    for (let one = 0; one < people; one++)
      tallies[one % days]?.add({
        key: random.below(256),
        counts: [true, true, false, false],
        values: Object.fromEntries(
          TOPIC_FACTS.check.dimensions.map((dimension) => [
            dimension,
            VALUES[dimension][random.below(VALUES[dimension].length)] ?? '',
          ]),
        ),
      });
    const ms = performance.now() - began;
    const cells = tallies
      .flatMap((tally) => tally.cubes())
      .reduce((sum, { cube }) => sum + cube.cells.length, 0);
    return { ms, cells };
  };
  measure(2_000, 1);
  const base = measure(20_000, 4);
  const morePeople = measure(80_000, 4);
  const moreDays = measure(80_000, 16);
  console.log(
    `four times the people: size ${(morePeople.cells / base.cells).toFixed(2)} times, time ${(morePeople.ms / base.ms).toFixed(1)} times`,
  );
  console.log(
    `four times the days, as many people a day: size ${(moreDays.cells / base.cells).toFixed(2)} times`,
  );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
