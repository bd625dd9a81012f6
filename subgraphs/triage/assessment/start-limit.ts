import { GraphQLError } from 'graphql';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { SubgraphContext } from '../../../platform/graphql/subgraph-context';
import { DEVELOPERS_EN_GB } from '../../../domain/messages/developers.en-gb';

/**
 * Symptom checks that may be started in a minute without anybody being signed in: each is 1.6 kB on disk for a day at least, a week
 * when it comes to an outcome. Counted in each process by itself.
 */
const MAX_STARTS = { perSource: 600, inAll: 1_200 } as const;
const WINDOW_SECONDS = 60;

export interface StartLimit {
  /** @throws GraphQLError LIMIT_REACHED */
  spend(context: SubgraphContext): Promise<void>;
}

export function startLimit({
  perSource,
  inAll,
}: Record<keyof typeof MAX_STARTS, number> = MAX_STARTS): StartLimit {
  const bySource = new RateLimiterMemory({ points: perSource, duration: WINDOW_SECONDS });
  const all = new RateLimiterMemory({ points: inAll, duration: WINDOW_SECONDS });
  return {
    async spend({ caller, source }) {
      if (caller.kind !== 'anonymous') return;
      try {
        await bySource.consume(source ?? 'unknown');
        await all.consume('all');
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        throw new GraphQLError(DEVELOPERS_EN_GB.LIMIT_REACHED.STARTED_SYMPTOM_CHECKS({}), {
          extensions: { code: 'LIMIT_REACHED' },
        });
      }
    },
  };
}
