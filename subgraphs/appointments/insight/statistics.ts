import type { Kysely } from 'kysely';
import { LRUCache } from 'lru-cache';
import type { CubeState } from '../../../domain/insight/cubes';
import type { Dimension, Vocabulary } from '../../../domain/insight/dimensions';
import { RULE, RULE_NAME } from '../../../domain/insight/disclosure';
import { nextDay } from '../../../domain/insight/periods';
import { questionPath } from '../../../domain/insight/question-path';
import {
  answerOf,
  MAX_ROWS,
  type AnsweredQuestion,
  type StatisticsRows,
} from '../../../domain/insight/statistics-answer';
import {
  planQuestion,
  type StatisticsPlan,
  type StatisticsQuestion,
} from '../../../domain/insight/statistics-question';
import { countsFor, COUNT_FACTS, TOPIC_FACTS } from '../../../domain/insight/topics';
import { startOfLondonDay, CalendarDate } from '../../../domain/london-time';
import { fieldFault, type FieldFaults } from '../../../domain/messages/field-problem-codes';
import type { PracticeAreas } from '../../../domain/practice-areas';
import type { LedgerTables } from '../database/tables';
import { askedWithin, MAX_CELLS_A_DAY, type Asker } from './asked-questions';
import { tablePublisher, type CubeReaders } from './published-tables';
import { vocabularyOf, type ContentWords } from './vocabulary';

export interface StatisticsDeps extends ContentWords {
  db: Kysely<LedgerTables>;
  readers: CubeReaders;
  areas: PracticeAreas;
  now: () => Date;
  /** Rolls up what has closed before a question is answered: in the simulation, whose clock can be moved. */
  rollsUpOnDemand: boolean;
  /** Numbers that one analyst may have in a day. */
  maxCellsADay?: number;
}

export interface PublishedAnswer extends StatisticsRows {
  /** End of the last day that is in. */
  dataUpTo: Date;
  publishedAt: Date;
  rule: string;
  link: string;
}

export type StatisticsResult =
  | { kind: 'table'; table: PublishedAnswer }
  | { kind: 'invalid'; faults: FieldFaults }
  | { kind: 'too-fine'; drop: readonly Dimension[] }
  | { kind: 'allowance-used' };

export interface Statistics {
  ask(question: StatisticsQuestion, asker: Asker): Promise<StatisticsResult>;
  /** The last day that is in; null before the first. */
  lastDay(): Promise<string | null>;
}

const VOCABULARY_KEPT_MS = 10 * 60_000;

/** Answers analysts' questions from published tables alone. */
export function statistics(deps: StatisticsDeps): Statistics {
  const { db, readers, areas, now, maxCellsADay = MAX_CELLS_A_DAY } = deps;
  const publish = tablePublisher(readers);
  const words = new LRUCache<'now', Vocabulary>({ max: 1, ttl: VOCABULARY_KEPT_MS });

  async function vocabulary(): Promise<Vocabulary> {
    const known = words.get('now') ?? vocabularyOf(deps, await areas.all());
    words.set('now', known);
    return known;
  }

  async function answer(plan: StatisticsPlan): Promise<AnsweredQuestion> {
    const known = await vocabulary();
    return answerOf(plan, await publish(plan, known), known);
  }

  /** Dimensions without which less than half is withheld; else the one without which least is. */
  async function helpfulDrops({ question, table }: StatisticsPlan, lastDay: string): Promise<Dimension[]> {
    const shares: { dimension: Dimension; share: number }[] = [];
    for (const dimension of table) {
      const planned = planQuestion(without(question, dimension), lastDay);
      if (planned.kind !== 'plan') continue;
      const answered = await answer(planned.plan);
      if (answered.kind === 'too-many-rows') continue;
      shares.push({ dimension, share: answered.kind === 'withheld' ? answered.share : 0 });
    }
    const helpful = shares.filter(({ share }) => share === 0);
    const best = [...shares].sort((one, other) => one.share - other.share).slice(0, 1);
    const chosen = helpful.length > 0 ? helpful : best;
    return chosen.length > 0 ? chosen.map(({ dimension }) => dimension) : [...table.slice(-1)];
  }

  return {
    async lastDay() {
      return (await stateOf(['triage', 'appointments'], deps))?.lastDay ?? null;
    },

    async ask(question, asker) {
      const state = await stateOf(ownersOf(question), deps);
      const planned = planQuestion(question, state?.lastDay ?? null);
      if (planned.kind === 'invalid') return planned;
      if (planned.kind === 'too-fine' || state === null) {
        const drop = planned.kind === 'too-fine' ? planned.drop : [];
        await askedWithin(db, asker, { question, cells: 0, at: now() }, maxCellsADay);
        return { kind: 'too-fine', drop };
      }
      const answered = await answer(planned.plan);
      if (answered.kind === 'too-many-rows')
        return { kind: 'invalid', faults: { 'input.by': fieldFault('TOO_MANY_ROWS', { max: MAX_ROWS }) } };
      const cells = answered.kind === 'rows' ? answered.cells : 1;
      if (!(await askedWithin(db, asker, { question, cells, at: now() }, maxCellsADay)))
        return { kind: 'allowance-used' };
      if (answered.kind === 'withheld')
        return { kind: 'too-fine', drop: await helpfulDrops(planned.plan, state.lastDay) };
      return { kind: 'table', table: { ...answered.answer, ...provenance(question, state) } };
    },
  };
}

function without(question: StatisticsQuestion, dimension: Dimension): StatisticsQuestion {
  return {
    ...question,
    by: question.by.filter((one) => one !== dimension),
    where: question.where.filter((filter) => filter.dimension !== dimension),
  };
}

type Owner = keyof CubeReaders;

function ownersOf({ measures }: StatisticsQuestion): Owner[] {
  const counts = measures.flatMap(countsFor);
  return [...new Set(counts.map((count) => TOPIC_FACTS[COUNT_FACTS[count].topic].owner))];
}

/** The state that all of these have reached; null where one has none. */
async function stateOf(
  owners: readonly Owner[],
  { readers, rollsUpOnDemand }: Pick<StatisticsDeps, 'readers' | 'rollsUpOnDemand'>,
): Promise<CubeState | null> {
  const states = await Promise.all(
    owners.map(async (owner) => {
      if (rollsUpOnDemand) await readers[owner].rollUp();
      return readers[owner].state();
    }),
  );
  return states.reduce<CubeState | null>((least, state, at) => {
    if (at === 0 || state === null || least === null) return at === 0 ? state : null;
    return state.lastDay < least.lastDay ? state : least;
  }, null);
}

function provenance(question: StatisticsQuestion, { lastDay, rolledUpAt }: CubeState) {
  return {
    dataUpTo: startOfLondonDay(CalendarDate.parse(nextDay(lastDay))),
    publishedAt: rolledUpAt,
    rule: `${RULE_NAME}: ${RULE}`,
    link: questionPath(question),
  };
}
