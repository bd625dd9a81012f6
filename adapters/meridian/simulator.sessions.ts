import { wallClock } from '../../domain/london-time';
import type { OdsCode } from '../../domain/ods-code';
import type { DiarySlot } from '../simulator/diary-records';
import { SLOT_TYPES } from '../simulator/seed-diary';
import type { State } from './simulator.state';

const CHANNELS = { IN_PERSON: 'F2F', TELEPHONE: 'TEL', VIDEO: 'VID' } as const;
const MINUTE = 60_000;

/** `2026-12-01 08:30`. */
export function wall(instant: Date): string {
  return wallClock(instant).slice(0, 16).replace('T', ' ');
}

/** A session of Meridian has one channel, kind and length: the diary's is several of them. */
export function sessionRef({ session, mode, slotType }: DiarySlot): string {
  return `S${session.id}-${CHANNELS[mode]}${SLOT_TYPES.findIndex((type) => type === slotType)}`;
}

/** The slot that a session and the clock on the wall name; of two that the clock names so, the first. */
export function slotAt({ diary }: State, practice: OdsCode, at: { session: string; wallStart: string }) {
  const asUtc = Date.parse(`${at.wallStart.replace(' ', 'T')}:00Z`);
  if (Number.isNaN(asUtc)) return undefined;
  const [from, to] = [new Date(asUtc - 60 * MINUTE), new Date(asUtc + 60 * MINUTE)];
  return diary
    .slots(practice, from, to)
    .map(({ slot }) => slot)
    .find((slot) => sessionRef(slot) === at.session && wall(slot.startsAt) === at.wallStart);
}

/** Writes free slots as sessions with runs. */
export function sessionsOf(state: State, free: readonly DiarySlot[]) {
  const sessions = new Map<string, DiarySlot[]>();
  for (const slot of free) sessions.set(sessionRef(slot), [...(sessions.get(sessionRef(slot)) ?? []), slot]);
  return [...sessions].map(([ref, slots]) => sessionOf(state, ref, slots));
}

function sessionOf(state: State, ref: string, slots: readonly DiarySlot[]) {
  const [first] = slots;
  if (!first) throw new Error('A session without a free slot is not listed.');
  const { session, mode, slotType } = first;
  const { clinician } = session;
  const { all } = state.diary.places(first);
  return {
    ref,
    clinic: session.name,
    clinician: clinician && {
      display: `${clinician.givenName} ${clinician.familyName}`,
      role: clinician.role.name,
    },
    channel: CHANNELS[mode],
    wallStart: wall(session.startsAt),
    wallEnd: wall(session.endsAt),
    lengthMin: minutes(first),
    kind: slotType,
    ...(all > 1 && { places: all }),
    free: runsOf(state, slots),
  };
}

/** Joins slots that follow one another on the clock on the wall, with as many places left at each. */
function runsOf({ diary }: State, slots: readonly DiarySlot[]): string[] {
  const runs: { start: string; next: string; count: number; left: string }[] = [];
  for (const slot of slots) {
    const { all, left } = diary.places(slot);
    const [start, shown] = [wall(slot.startsAt), all > 1 ? `@${left}` : ''];
    const last = runs.at(-1);
    const next = wallAfter(start, minutes(slot));
    if (last?.next === start && last.left === shown) {
      last.count += 1;
      last.next = next;
    } else runs.push({ start, next, count: 1, left: shown });
  }
  return runs.map(({ start, count, left }) => `${start}/${count}${left}`);
}

/** Counts as the clock on the wall does, so that a run ends where the clocks change. */
function wallAfter(start: string, count: number): string {
  const asUtc = Date.parse(`${start.replace(' ', 'T')}:00Z`) + count * MINUTE;
  return new Date(asUtc).toISOString().slice(0, 16).replace('T', ' ');
}

function minutes({ startsAt, endsAt }: DiarySlot): number {
  return (endsAt.getTime() - startsAt.getTime()) / MINUTE;
}
