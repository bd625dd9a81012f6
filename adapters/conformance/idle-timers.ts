import type { ManualTimers } from '../../domain/manual-timers';
import type { Timers } from '../../domain/timers';

/** The same timers, and how many callbacks wait that were set through them: of an adapter's exchanges each has one. */
export function countedTimers(timers: Timers): Timers & { readonly waiting: number } {
  let waiting = 0;
  return {
    elapsedMs: timers.elapsedMs,
    after(ms, callback) {
      waiting += 1;
      let isOver = false;
      const end = () => {
        if (!isOver) waiting -= 1;
        isOver = true;
      };
      const cancel = timers.after(ms, () => {
        end();
        callback();
      });
      return () => {
        end();
        cancel();
      };
    },
    get waiting() {
      return waiting;
    },
  };
}

/**
 * Timers for pauses: time that stands still goes on to the end of the next pause once everything else has ended that needs no
 * time. So however slow the machine is, no exchange's time runs out meanwhile.
 */
export function passingWhenIdle(timers: ManualTimers, isIdle: () => boolean): Timers {
  const ends = new Set<{ at: number }>();
  let isWatching = false;
  const watch = () => {
    const next = Math.min(...[...ends].map(({ at }) => at));
    isWatching = Number.isFinite(next);
    if (!isWatching) return;
    if (isIdle()) timers.advance(Math.max(0, next - timers.elapsedMs()));
    setImmediate(watch).unref();
  };
  return {
    elapsedMs: timers.elapsedMs,
    after(ms, callback) {
      const end = { at: timers.elapsedMs() + ms };
      ends.add(end);
      const cancel = timers.after(ms, () => {
        ends.delete(end);
        callback();
      });
      if (!isWatching) {
        isWatching = true;
        setImmediate(watch).unref();
      }
      return () => {
        ends.delete(end);
        cancel();
      };
    },
  };
}
