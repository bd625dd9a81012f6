import { TaskCancelledError } from 'cockatiel';

/** How an exchange ended, as far as it tells of the supplier's strength; `UNKNOWN` tells nothing. */
export type Sample = 'EASY' | 'OVERLOADED' | 'UNKNOWN';

/**
 * Lets so many exchanges run at once as the supplier seems to bear: one more for each round that goes well, down by a
 * third at a sign of overload (additive increase, multiplicative decrease, as TCP does), never above what its manifest
 * allows nor below a tenth of it.
 */
export interface AdaptiveConcurrency {
  /**
   * Waits for a place; the urgent before the others. Whoever is given one calls `leave`, once.
   * @throws TaskCancelledError when the signal is aborted first.
   */
  enter(signal: AbortSignal, isUrgent: boolean): Promise<{ leave(sample: Sample): void }>;
  readonly limit: number;
}

interface Waiting {
  isUrgent: boolean;
  admit(): void;
}

const DECREASE = 2 / 3;

export function adaptiveConcurrency(most: number): AdaptiveConcurrency {
  const least = Math.max(1, Math.ceil(most / 10));
  const waiting: Waiting[] = [];
  let limit = most;
  let running = 0;
  /** Counts decreases, so that exchanges which suffered from the same overload lower the limit once. */
  let era = 0;

  function admitNext(): void {
    while (waiting.length > 0 && running < Math.floor(limit)) waiting.shift()?.admit();
  }

  function place() {
    running += 1;
    const begunIn = era;
    return {
      leave(sample: Sample) {
        running -= 1;
        if (sample === 'EASY') limit = Math.min(most, limit + 1 / limit);
        if (sample === 'OVERLOADED' && begunIn === era) {
          limit = Math.max(least, limit * DECREASE);
          era += 1;
        }
        admitNext();
      },
    };
  }

  return {
    get limit() {
      return Math.floor(limit);
    },
    enter(signal, isUrgent) {
      if (signal.aborted) return Promise.reject(new TaskCancelledError());
      if (waiting.length === 0 && running < Math.floor(limit)) return Promise.resolve(place());
      return new Promise((resolve, reject) => {
        const me: Waiting = {
          isUrgent,
          admit() {
            signal.removeEventListener('abort', giveUp);
            resolve(place());
          },
        };
        const giveUp = () => {
          waiting.splice(waiting.indexOf(me), 1);
          reject(new TaskCancelledError());
        };
        signal.addEventListener('abort', giveUp, { once: true });
        const firstUnhurried = waiting.findIndex((other) => !other.isUrgent);
        if (isUrgent && firstUnhurried >= 0) waiting.splice(firstUnhurried, 0, me);
        else waiting.push(me);
      });
    },
  };
}
