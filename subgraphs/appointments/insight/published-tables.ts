import { LRUCache } from 'lru-cache';
import type { CubeReader, StoredCube } from '../../../domain/insight/cubes';
import type { Vocabulary } from '../../../domain/insight/dimensions';
import type { PublishedTable } from '../../../domain/insight/disclosure';
import {
  cuboidOf,
  publishedTable,
  sourceOf,
  waitingSource,
  waitingTable,
  type PublishedTables,
  type TableSource,
  type WaitingTable,
} from '../../../domain/insight/statistics-answer';
import type { StatisticsPlan } from '../../../domain/insight/statistics-question';
import { MEASURE_FACTS, TOPIC_FACTS, type CountMeasure } from '../../../domain/insight/topics';

/** Cubes of both subgraphs that have facts. */
export type CubeReaders = Readonly<Record<'triage' | 'appointments', CubeReader>>;

/** Numbers of published tables that are kept at hand. */
const MAX_NUMBERS = 2_000_000;
/** The directory may say meanwhile that an area is in another one. */
const KEPT_MS = 60 * 60_000;

/** Publishes tables from cubes. A closed period's table never changes, so it is made once and kept for a while. */
export function tablePublisher(readers: CubeReaders) {
  const known = new LRUCache<string, PublishedTable>({
    maxSize: MAX_NUMBERS,
    sizeCalculation: ({ size }) => size + 1,
    ttl: KEPT_MS,
  });

  async function tablesOf(
    count: CountMeasure,
    plan: StatisticsPlan,
    words: Vocabulary,
  ): Promise<Map<string, PublishedTable>> {
    const source = sourceOf(plan, count);
    const { grain } = plan.question.period;
    const nameOf = (period: string) => JSON.stringify([count, grain, period, plan.table]);
    const made = new Map<string, PublishedTable>();
    const missing = plan.periods.filter((period) => {
      const table = known.get(nameOf(period));
      if (table !== undefined) made.set(period, table);
      return table === undefined;
    });
    if (missing.length === 0) return made;
    const cubes = await read(source, plan, missing);
    for (const period of missing) {
      const table = publishedTable(cubes.get(period), source, plan.table, words);
      known.set(nameOf(period), table);
      made.set(period, table);
    }
    return made;
  }

  function read(
    source: TableSource,
    { question }: StatisticsPlan,
    periods: readonly string[],
  ): Promise<Map<string, StoredCube>> {
    const reader = readers[TOPIC_FACTS[source.topic].owner];
    return reader.read(source.topic, question.period.grain, periods, cuboidOf(source));
  }

  async function waitingOf(plan: StatisticsPlan, words: Vocabulary): Promise<Map<string, WaitingTable>> {
    const { measures } = plan.question;
    if (!measures.some((measure) => MEASURE_FACTS[measure].kind === 'MINUTES')) return new Map();
    const source = waitingSource(plan);
    const cubes = await read(source, plan, plan.periods);
    return new Map(
      plan.periods.map((period) => [period, waitingTable(cubes.get(period), source, plan.table, words)]),
    );
  }

  return async function publish(plan: StatisticsPlan, words: Vocabulary): Promise<PublishedTables> {
    const counts = new Map<CountMeasure, Map<string, PublishedTable>>();
    for (const count of plan.counts) counts.set(count, await tablesOf(count, plan, words));
    return { counts, waiting: await waitingOf(plan, words) };
  };
}
