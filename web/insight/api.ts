import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Caller, Send } from '../kit/api';
import { resultOf, type Result } from '../kit/results';
import { Catalogue, Problem, Table } from './answers';
import { queryOf, type Question } from './question';

export type InsightApi = ReturnType<typeof insightApi>;

/** Somebody who asks; the subject tells analysts apart. */
export interface Analyst {
  caller: Caller;
  subject: string;
}

/** Cells of answers that are kept at hand; the largest answer has 180,000. */
const MAX_CELLS = 500_000;
const KEPT_MS = 15 * 60_000;
const CATALOGUE_KEPT_MS = 30_000;

/**
 * The published operations for analysts. What an analyst has been answered is kept for a while: sorting it, turning its
 * pages and saving it asks for no number again, of which an analyst has so many a day.
 */
export function insightApi(send: Send) {
  const answered = new LRUCache<string, Table>({
    maxSize: MAX_CELLS,
    sizeCalculation: ({ rows, columns }) => (rows.length + 1) * (columns.length + 1),
    ttl: KEPT_MS,
  });
  const catalogues = new LRUCache<string, Catalogue>({ max: 100, ttl: CATALOGUE_KEPT_MS });

  return {
    async catalogue({ caller, subject }: Analyst): Promise<Catalogue> {
      const known = catalogues.get(subject);
      if (known !== undefined) return known;
      const data = z.object({ statisticsCatalogue: Catalogue });
      const { statisticsCatalogue } = await send('StatisticsCatalogue', { caller, variables: {} }, data);
      catalogues.set(subject, statisticsCatalogue);
      return statisticsCatalogue;
    },

    async ask({ caller, subject }: Analyst, question: Question): Promise<Result<Table, Problem>> {
      const name = `${subject}\n${queryOf(question)}`;
      const known = answered.get(name);
      if (known !== undefined) return { ok: true, value: known };
      const { measures, by, grain, from, to, where, fill } = question;
      const input = { measures, by, period: { grain, from, to }, where, fill };
      const data = z.object({ statistics: z.unknown() });
      const { statistics } = await send('Statistics', { caller, variables: { input } }, data);
      const result = resultOf(statistics, { typeName: 'StatisticsTable', value: Table }, Problem);
      if (result.ok) answered.set(name, result.value);
      return result;
    },
  };
}
