import { RateLimiterMemory } from 'rate-limiter-flexible';

/**
 * Counts tokens that were refused, by where they came from: verifying one takes longer than anything else that is done for
 * whoever nobody knows. Tokens that are known already are never counted, so that a neighbour at one address goes on.
 */
export interface RefusedTokens {
  /** @returns null as long as another token from there may be verified; else after how many seconds */
  stoppedFor(source: string): Promise<number | null>;
  add(source: string): Promise<void>;
}

const MINUTE_SECONDS = 60;
/** Verifying as many takes a quarter of a second. */
const MAX_A_MINUTE = 1_000;

export function refusedTokens(): RefusedTokens {
  const limiter = new RateLimiterMemory({ points: MAX_A_MINUTE, duration: MINUTE_SECONDS });
  return {
    async stoppedFor(source) {
      const known = await limiter.get(source);
      if (known === null || known.remainingPoints > 0) return null;
      return Math.max(1, Math.ceil(known.msBeforeNext / 1_000));
    },
    async add(source) {
      await limiter.penalty(source);
    },
  };
}
