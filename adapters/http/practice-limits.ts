import { LRUCache } from 'lru-cache';
import type { OdsCode } from '../../domain/ods-code';
import { pause, type Timers } from '../../domain/timers';
import type { Manifest } from '../gp-system';
import {
  adaptiveConcurrency,
  type AdaptiveConcurrency,
  type Lane,
  RESERVED_FOR_BOOKINGS,
} from './adaptive-concurrency';

type Limits = NonNullable<Manifest['limits']['perPractice']>;

/** The limits of one practice, where its supplier counts so. */
export interface PracticeLimits {
  concurrency: AdaptiveConcurrency;
  /** Waits until a request may be sent, and takes nothing: what comes after it may take time. */
  untilRoom(lane: Lane, signal: AbortSignal): Promise<void>;
  /** Counts a request that is sent now; false, with nothing counted, where it would be one too many. */
  take(lane: Lane): boolean;
}

const SECOND_MS = 1_000;
const MAX_PRACTICES = 5_000;

/** Returns the limits of a practice, or null where the supplier has none for each. */
export function practiceLimits(
  limits: Limits | undefined,
  timers: Timers,
): (practice: OdsCode | null) => PracticeLimits | null {
  if (limits === undefined) return () => null;
  const practices = new LRUCache<OdsCode, PracticeLimits>({
    max: MAX_PRACTICES,
    memoMethod: () => limitsOfOne(limits, timers),
  });
  return (practice) => (practice === null ? null : practices.memo(practice));
}

function limitsOfOne({ concurrency, requestsPerSecond }: Limits, timers: Timers): PracticeLimits {
  const all = exactRate(requestsPerSecond, timers);
  const searches = exactRate(Math.ceil(requestsPerSecond * (1 - RESERVED_FOR_BOOKINGS)), timers);
  const ratesOf = (lane: Lane) => (lane === 'SEARCH' ? [searches, all] : [all]);
  const waitMs = (lane: Lane) => Math.max(...ratesOf(lane).map((rate) => rate.waitMs()));
  return {
    concurrency: adaptiveConcurrency(concurrency),
    async untilRoom(lane, signal) {
      for (let wait = waitMs(lane); wait > 0; wait = waitMs(lane)) await pause(timers, wait, signal);
    },
    take(lane) {
      if (waitMs(lane) > 0) return false;
      for (const rate of ratesOf(lane)) rate.count();
      return true;
    },
  };
}

/** Allows `perSecond` in any one second, never more: a limit that a supplier counts allows no bursts beyond it. */
function exactRate(perSecond: number, timers: Timers) {
  const sentAt: number[] = [];
  return {
    waitMs() {
      const oldest = sentAt.length < perSecond ? undefined : sentAt[0];
      return oldest === undefined ? 0 : Math.max(0, oldest + SECOND_MS - timers.elapsedMs());
    },
    count() {
      // Without a limit, as in tests whose time stands still, nothing is kept.
      if (!Number.isFinite(perSecond)) return;
      sentAt.push(timers.elapsedMs());
      if (sentAt.length > perSecond) sentAt.shift();
    },
  };
}
