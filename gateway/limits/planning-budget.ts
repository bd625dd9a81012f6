import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** Counts the new texts that a caller has this process parse and plan: that can take longer than executing them. */
export interface PlanningBudget {
  /** @returns null where the text may be planned; else after how many seconds */
  spend(caller: string, text: string): Promise<number | null>;
}

const MINUTE_SECONDS = 60;
/** Planning takes some 60 µs a character at worst; 100,000 in a minute are a tenth of one core. */
const COST_A_CHARACTER = 4;
/** Characters of new documents that callers may send even with almost no budget left. */
const LEAST_CHARACTERS = 20_000;
/** Characters that the shortest document counts as. */
const SHORTEST = 200;

/** @param costPerMinute limit on the cost of all operations of one caller within a minute */
export function planningBudget(costPerMinute: number): PlanningBudget {
  const points = Math.max(LEAST_CHARACTERS, costPerMinute / COST_A_CHARACTER);
  const limiter = new RateLimiterMemory({ points, duration: MINUTE_SECONDS });
  return {
    async spend(caller, text) {
      try {
        await limiter.consume(caller, Math.max(SHORTEST, text.length));
        return null;
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        return Math.max(1, Math.ceil(refused.msBeforeNext / 1_000));
      }
    },
  };
}
