import type { Timers } from './timers';

/** Timers whose time passes only when a test says so. */
export interface ManualTimers extends Timers {
  /** Lets `ms` pass: callbacks that fall due are called in order, each at its own moment. */
  advance(ms: number): void;
  /** Number of callbacks that are waiting. */
  readonly waiting: number;
}

/** Starts at `startMs`, far from zero, so that a moment is not mistaken for a duration. */
export function manualTimers(startMs = 1_000_000): ManualTimers {
  let current = startMs;
  const due = new Set<{ at: number; callback: () => void }>();

  function nextUntil(end: number) {
    let next: { at: number; callback: () => void } | undefined;
    for (const one of due) if (one.at <= end && (next === undefined || one.at < next.at)) next = one;
    return next;
  }

  return {
    elapsedMs: () => current,
    after(ms, callback) {
      const one = { at: current + Math.max(0, ms), callback };
      due.add(one);
      return () => {
        due.delete(one);
      };
    },
    advance(ms) {
      const end = current + ms;
      for (let next = nextUntil(end); next !== undefined; next = nextUntil(end)) {
        due.delete(next);
        current = next.at;
        next.callback();
      }
      current = end;
    },
    get waiting() {
      return due.size;
    },
  };
}
