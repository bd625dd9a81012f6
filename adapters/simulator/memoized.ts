import { LRUCache } from 'lru-cache';

const MAX_INSTANTS = 20_000;

/** Returns `write`, computed once per instant: all practices' slots share their times, and civil time is slow. */
export function memoized(write: (instant: Date) => string): (instant: Date) => string {
  const texts = new LRUCache<number, string, Date>({
    max: MAX_INSTANTS,
    memoMethod: (_, __, { context }) => write(context),
  });
  return (instant) => texts.memo(instant.getTime(), { context: instant });
}
