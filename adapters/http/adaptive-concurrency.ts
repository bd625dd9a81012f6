import { TaskCancelledError } from 'cockatiel';

/** How an exchange ended, as far as it tells of the supplier's strength; `UNKNOWN` tells nothing. */
export type Sample = 'EASY' | 'OVERLOADED' | 'UNKNOWN';

/** What a supplier's capacity is shared between, so that no number of searches keeps anybody from booking. */
export const LANES = ['SEARCH', 'BOOKING'] as const;
export type Lane = (typeof LANES)[number];

/** Of what a supplier bears, places and requests a second alike, so much is kept for bookings. */
export const RESERVED_FOR_BOOKINGS = 1 / 4;

/**
 * Lets so many exchanges of a lane run at once as the supplier seems to bear: one more for each round that goes well,
 * down by a third at a sign of overload (additive increase, multiplicative decrease, as TCP does), never below a tenth
 * of what the lane may have. Bookings may take every place that the manifest allows, searches all but a quarter of them;
 * each lane learns from its own exchanges alone.
 */
export interface AdaptiveConcurrency {
  /**
   * Waits for a place in the lane; the urgent before the others. Whoever is given one calls `leave`, once.
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
  most: number;
  least: number;
  limit: number;
  running: number;
  /** Counts decreases, so that exchanges which suffered from the same overload lower the limit once. */
  era: number;
}

const DECREASE = 2 / 3;

/** How many places of so many searches may take: where there is only one, it is for everybody. */
export function placesForSearches(most: number): number {
  return Math.max(1, Math.min(most - 1, Math.floor(most * (1 - RESERVED_FOR_BOOKINGS))));
}

/** @param most requests under way at once in both lanes together. */
export function adaptiveConcurrency(most: number): AdaptiveConcurrency {
  const waiting: Waiting[] = [];
  const lanes: Record<Lane, LaneState> = {
    SEARCH: laneState(placesForSearches(most)),
    BOOKING: laneState(most),
  };

  function hasRoom(lane: Lane): boolean {
    const running = lanes.SEARCH.running + lanes.BOOKING.running;
    return running < most && lanes[lane].running < Math.floor(lanes[lane].limit);
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
    const begunIn = lane.era;
    return {
      leave(sample: Sample) {
        lane.running -= 1;
        if (sample === 'EASY') lane.limit = Math.min(lane.most, lane.limit + 1 / lane.limit);
        if (sample === 'OVERLOADED' && begunIn === lane.era) {
          lane.limit = Math.max(lane.least, lane.limit * DECREASE);
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
      // Whoever waits is of a lane without room, or would have been admitted.
      if (hasRoom(lane)) return Promise.resolve(place(lanes[lane]));
      return new Promise((resolve, reject) => {
        const me: Waiting = {
          lane,
          isUrgent,
          admit() {
            signal.removeEventListener('abort', giveUp);
            resolve(place(lanes[lane]));
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

function laneState(most: number): LaneState {
  return { most, least: Math.max(1, Math.ceil(most / 10)), limit: most, running: 0, era: 0 };
}
