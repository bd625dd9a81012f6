import { TaskCancelledError } from 'cockatiel';

/** The end of an exchange as a sign of the supplier's strength; `UNKNOWN` is no sign. */
export type Sample = 'EASY' | 'OVERLOADED' | 'UNKNOWN';

/** A supplier's capacity is shared between these, so that no number of searches keeps anybody from booking. */
export const LANES = ['SEARCH', 'BOOKING'] as const;
export type Lane = (typeof LANES)[number];

/** The share of a supplier's capacity that is kept for bookings, of places and of requests a second alike. */
export const RESERVED_FOR_BOOKINGS = 1 / 4;

/**
 * Lets so many exchanges of a lane run at once as the supplier seems to bear: one more for each round that goes well,
 * down by a third at a sign of overload (additive increase, multiplicative decrease, as TCP does), never below a tenth
 * of what the lane may have. Bookings may take every place that the manifest allows, searches all but a quarter of them;
 * each lane learns from its own exchanges alone.
 */
export interface AdaptiveConcurrency {
  /**
   * Waits for a place in the lane; urgent callers come first. A caller that has a place calls `leave`, once.
   * @throws TaskCancelledError when the signal is aborted first.
   */
  enter(signal: AbortSignal, lane: Lane, isUrgent: boolean): Promise<{ leave(sample: Sample): void }>;
  limit(lane: Lane): number;
}

interface Waiting {
  lane: Lane;
  isUrgent: boolean;
  admit(): void;
}

interface LaneState {
  max: number;
  min: number;
  limit: number;
  running: number;
  /** Counts decreases, so that exchanges which suffered from the same overload lower the limit once. */
  era: number;
}

const DECREASE = 2 / 3;

/** Returns the number of places that searches may take: where there is only one, it is for everybody. */
export function placesForSearches(max: number): number {
  return Math.max(1, Math.min(max - 1, Math.floor(max * (1 - RESERVED_FOR_BOOKINGS))));
}

/** @param max highest number of requests under way at once in both lanes together. */
export function adaptiveConcurrency(max: number): AdaptiveConcurrency {
  const waiting: Waiting[] = [];
  const lanes: Record<Lane, LaneState> = {
    SEARCH: laneState(placesForSearches(max)),
    BOOKING: laneState(max),
  };

  function hasRoom(lane: Lane): boolean {
    const running = lanes.SEARCH.running + lanes.BOOKING.running;
    return running < max && lanes[lane].running < Math.floor(lanes[lane].limit);
  }

  function admitNext(): void {
    for (;;) {
      const next = waiting.findIndex(({ lane }) => hasRoom(lane));
      if (next < 0) return;
      waiting.splice(next, 1)[0]?.admit();
    }
  }

  function place(lane: LaneState) {
    lane.running += 1;
    const startEra = lane.era;
    return {
      leave(sample: Sample) {
        lane.running -= 1;
        if (sample === 'EASY') lane.limit = Math.min(lane.max, lane.limit + 1 / lane.limit);
        if (sample === 'OVERLOADED' && startEra === lane.era) {
          lane.limit = Math.max(lane.min, lane.limit * DECREASE);
          lane.era += 1;
        }
        admitNext();
      },
    };
  }

  return {
    limit: (lane) => Math.floor(lanes[lane].limit),
    enter(signal, lane, isUrgent) {
      if (signal.aborted) return Promise.reject(new TaskCancelledError());
      // Everybody who waits is in a lane without room, or would have been admitted.
      if (hasRoom(lane)) return Promise.resolve(place(lanes[lane]));
      return new Promise((resolve, reject) => {
        const caller: Waiting = {
          lane,
          isUrgent,
          admit() {
            signal.removeEventListener('abort', giveUp);
            resolve(place(lanes[lane]));
          },
        };
        const giveUp = () => {
          waiting.splice(waiting.indexOf(caller), 1);
          reject(new TaskCancelledError());
        };
        signal.addEventListener('abort', giveUp, { once: true });
        const firstNotUrgent = waiting.findIndex((other) => !other.isUrgent);
        if (isUrgent && firstNotUrgent >= 0) waiting.splice(firstNotUrgent, 0, caller);
        else waiting.push(caller);
      });
    },
  };
}

function laneState(max: number): LaneState {
  return { max, min: Math.max(1, Math.ceil(max / 10)), limit: max, running: 0, era: 0 };
}
