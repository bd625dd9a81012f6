import { GraphQLError } from 'graphql';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { SubgraphContext } from '../../../platform/graphql/subgraph-context';
import { DEVELOPERS_EN_GB } from '../../../domain/messages/developers.en-gb';

/** Ids that nobody was given, by one source, before it has to wait. */
const GUESSES = 60;
const WINDOW_SECONDS = 60;

/**
 * Ids of assessments are secrets of 192 bits: nobody types one wrongly sixty times a minute. A caller who does gets
 * no answers for the rest of the minute, neither for wrong ids nor for right ones. Each process counts alone.
 */
export interface GuessLimit {
  /** @throws GraphQLError LIMIT_REACHED */
  check(context: SubgraphContext): Promise<void>;
  missed(context: SubgraphContext): Promise<void>;
}

export function guessLimit(): GuessLimit {
  const limiter = new RateLimiterMemory({ points: GUESSES, duration: WINDOW_SECONDS });
  return {
    check: async (context) => {
      const counted = await limiter.get(sourceOf(context));
      if (counted !== null && counted.consumedPoints >= GUESSES)
        throw new GraphQLError(DEVELOPERS_EN_GB.LIMIT_REACHED.UNKNOWN_SYMPTOM_CHECKS({}), {
          extensions: { code: 'LIMIT_REACHED' },
        });
    },
    missed: async (context) => {
      await limiter.penalty(sourceOf(context), 1);
    },
  };
}

/** Identifies the caller, or the address of a caller who is not signed in. */
function sourceOf({ caller, source }: SubgraphContext): string {
  return caller.kind === 'anonymous' ? `at:${source ?? 'unknown'}` : `as:${caller.id}`;
}
