import { RateLimiterMemory } from 'rate-limiter-flexible';

/**
 * Counts refused tokens by address: verifying one is the most expensive thing that an unknown caller can cause.
 * Known tokens are never counted, so that others at the same address are not affected.
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
