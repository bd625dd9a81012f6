import { randomInt } from 'node:crypto';
import { KEYS } from '../../domain/insight/cubes';
import { londonDate, wallClock } from '../../domain/london-time';

/** When something happened, as facts have it: the day and the hour in London. */
export function factTime(at: Date): { day: string; hour: number } {
  return { day: londonDate(at), hour: Number(wallClock(at).slice(11, 13)) };
}

/** Random numbers of facts. */
export interface FactChance {
  /** Name of a fact's row: tells nothing. */
  id(): number;
  /** From 0 to 255. */
  cellKey(): number;
}

/** Nobody can know a cell key, so it comes from the system's generator for secrets. */
export const factChance: FactChance = {
  id: () => randomInt(1, 2 ** 47),
  cellKey: () => randomInt(KEYS),
};
