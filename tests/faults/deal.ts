import { CONFIGURATIONS, type Cell, type Column, type Configuration } from './fault-matrix';
import type { HistoryPlan } from './history-run';
import { CONFIRM_COLUMNS } from './nemesis';
import { seededRandom } from '../../domain/seeded-random';

/** Columns that one journey passes one after the other; it can meet one fault in each. */
const STEPS: readonly (readonly Column[])[] = [['search'], ['hold'], CONFIRM_COLUMNS, ['cancel']];

/**
 * Lays the ways of all journeys so that every cell of every configuration is met at least once: the fewer the histories,
 * the more journeys each has. The same seed and number deal the same.
 */
export function deal(
  seed: number,
  histories: number,
  configurations: readonly Configuration[],
  cellsOf: (configuration: Configuration) => readonly Cell[],
): HistoryPlan[] {
  const perConfiguration = configurations.map((configuration) => {
    const place = CONFIGURATIONS.indexOf(configuration);
    const mine = Array.from({ length: histories }, (_, index) => index).filter(
      (index) => index % configurations.length === configurations.indexOf(configuration),
    );
    const ways = journeysThrough(cellsOf(configuration), mine.length, seed + place);
    return mine.map((index, number): HistoryPlan => ({
      index,
      configuration,
      seed,
      journeys: ways.filter((_, way) => way % mine.length === number),
    }));
  });
  return perConfiguration.flat().sort((a, b) => a.index - b.index);
}

/** At least so many journeys, and as many as it takes to meet every cell. */
function journeysThrough(cells: readonly Cell[], atLeast: number, seed: number): Cell[][] {
  const piles = STEPS.map((columns) => {
    const pile = cells.filter(({ column }) => columns.includes(column));
    return seededRandom(seed, 'deal', columns.join()).shuffled(pile);
  });
  const count = Math.max(atLeast, ...piles.map((pile) => pile.length));
  return Array.from({ length: count }, (_, way) =>
    piles.flatMap((pile) => (pile.length === 0 ? [] : (pile[way % pile.length] ?? []))),
  );
}
