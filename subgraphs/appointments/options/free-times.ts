import { LRUCache } from 'lru-cache';
import type { GpSystem, Slot } from '../../../adapters/gp-system';
import { addLondonDays, londonDate, startOfLondonDay, type CalendarDate } from '../../../domain/london-time';
import type { OdsCode } from '../../../domain/ods-code';
import type { FreeTime, PracticeBooks } from '../../../domain/practice-books';
import type { GpSystems } from '../gp-systems';
import { slotKey } from '../holds/hold-store';
import type { LiveBookings, SlotPlace } from '../ledger/live-bookings';
import { networkSystem, readBook, type ReadBookDeps } from '../releases/read-book';

/** Staff who change a form and look again do not call the practice's system each time. */
const READ_AGAIN_MS = 10_000;
const MAX_DAYS_READ = 200;
/** Suppliers answer with slots that lie in a time as a whole: one may begin late in the evening. */
const LONGEST_SLOT_MS = 4 * 60 * 60_000;
/** More than any practice has free in a day, and few enough for a page. */
const MAX_TIMES = 300;

export interface FreeTimesDeps extends ReadBookDeps {
  liveBeside(places: readonly SlotPlace[]): Promise<Pick<LiveBookings, 'slots'>>;
  /** Keys of the slots that anybody holds there that day. */
  heldSlots(practice: OdsCode, day: CalendarDate): Promise<ReadonlySet<string>>;
  systems: GpSystems;
  now: () => Date;
}

interface Reader {
  callerId: string;
  requestId: string;
}

/** The free times of practices' books, for their own staff. */
export function freeTimesOfBooks(deps: FreeTimesDeps): Pick<PracticeBooks, 'freeTimes'> {
  const { systems, now, timers } = deps;
  const read = new LRUCache<string, { at: number; slots: Promise<Slot[] | null> }>({ max: MAX_DAYS_READ });

  function slotsOfDay(
    practice: OdsCode,
    system: GpSystem,
    day: CalendarDate,
    by: Reader,
  ): Promise<Slot[] | null> {
    const key = `${practice} ${day}`;
    const earlier = read.get(key);
    if (earlier !== undefined && timers.elapsedMs() - earlier.at < READ_AGAIN_MS) return earlier.slots;
    const start = startOfLondonDay(day);
    const from = start < now() ? now() : start;
    const to = new Date(addLondonDays(start, 1).getTime() + LONGEST_SLOT_MS);
    const slots = readBook(system, { practice, from, to }, by, deps);
    read.set(key, { at: timers.elapsedMs(), slots });
    return slots;
  }

  return {
    async freeTimes(practice, connections, day, by) {
      const system = networkSystem(connections, systems);
      if (system === undefined) return { kind: 'no-way-in' };
      const slots = await slotsOfDay(practice, system, day, by);
      if (slots === null) return { kind: 'not-answered' };
      const [{ slots: booked }, held] = await Promise.all([
        deps.liveBeside([{ practice, startsAt: startOfLondonDay(day) }]),
        deps.heldSlots(practice, day),
      ]);
      const times = slots
        .filter(({ startsAt }) => startsAt >= now() && londonDate(startsAt) === day)
        .map((slot) => ({ slot, keys: keysOf(system.manifest.id, slot) }))
        .filter(({ slot, keys }) => slot.places !== undefined || !keys.some((key) => booked.has(key)))
        .map(({ slot, keys }) => freeTime(slot, keys.filter((key) => held.has(key)).length))
        .sort((one, other) => one.startsAt.getTime() - other.startsAt.getTime());
      return { kind: 'seen', times: times.slice(0, MAX_TIMES) };
    },
  };
}

function freeTime({ startsAt, endsAt, mode, slotType, clinicianName, places }: Slot, kept: number): FreeTime {
  const isKept = kept >= (places?.left ?? 1);
  return { startsAt, endsAt, mode, slotType, clinicianName: clinicianName ?? null, isKept };
}

/** One key, or one for each place of a slot that is for several people. */
function keysOf(supplier: string, { practice, id, places }: Slot): string[] {
  return Array.from({ length: places?.all ?? 1 }, (_, seat) => slotKey(supplier, practice, id, seat));
}
