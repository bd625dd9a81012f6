import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { GpSystem } from '../../../adapters/gp-system';
import { startOfLondonDay, type CalendarDate } from '../../../domain/london-time';
import type { OdsCode } from '../../../domain/ods-code';
import type { BookLook, PracticeBooks } from '../../../domain/practice-books';
import type { Timers } from '../../../domain/timers';
import { routesTo, type GpSystems } from '../gp-systems';
import { networkSystem, readBook } from './read-book';
import { distinctKinds, type SlotKinds } from './slot-kinds';

/** Long enough for every kind of session of a usual rota, and the most that all suppliers answer in one request. */
const LOOK_AHEAD_MS = 14 * 24 * 60 * 60_000;
const LOOK_AGAIN_MS = 60_000;
const MAX_LOOKS = 1_000;

interface PracticeBooksDeps {
  /** Reads what is booked and held on the London days of these places. */
  liveBeside(
    places: readonly { practice: OdsCode; startsAt: Date }[],
  ): Promise<{ others(practice: OdsCode, day: CalendarDate): readonly Date[] }>;
  systems: GpSystems;
  kinds: SlotKinds;
  now: () => Date;
  timers: Timers;
  logger: Logger;
}

export function practiceBooks(deps: PracticeBooksDeps): Omit<PracticeBooks, 'freeTimes'> {
  const { systems, kinds, now, timers, logger } = deps;
  const looks = new LRUCache<OdsCode, { at: number; answer: Promise<BookLook> }>({ max: MAX_LOOKS });

  async function lookNow(
    practice: OdsCode,
    system: GpSystem,
    by: { callerId: string; requestId: string },
  ): Promise<BookLook> {
    const from = now();
    const range = { practice, from, to: new Date(from.getTime() + LOOK_AHEAD_MS) };
    const slots = await readBook(system, range, by, { kinds, timers, logger });
    if (slots === null) return { kind: 'not-answered' };
    const { route } = system.manifest;
    return { kind: 'seen', kinds: distinctKinds(slots).map((kind) => ({ ...kind, route })) };
  }

  return {
    routes: (connections) => routesTo(connections, systems).map(({ route }) => route),

    async takenOfQuota(practice, days) {
      const live = await deps.liveBeside(days.map((day) => ({ practice, startsAt: startOfLondonDay(day) })));
      return days.flatMap((day) => live.others(practice, day));
    },

    kindsSeen: (practice) => kinds.of(practice),

    async look(practice, connections, by) {
      const system = networkSystem(connections, systems);
      if (system === undefined) return { kind: 'no-way-in' };
      const earlier = looks.get(practice);
      const isFresh = earlier !== undefined && timers.elapsedMs() - earlier.at < LOOK_AGAIN_MS;
      const answer = isFresh ? earlier.answer : lookNow(practice, system, by);
      if (!isFresh) looks.set(practice, { at: timers.elapsedMs(), answer });
      const look = await answer;
      return look.kind === 'seen' ? { ...look, kinds: [...look.kinds, ...(await kinds.of(practice))] } : look;
    },
  };
}
