import type { SlotInBook } from './observation';

/** Parts of a slot, beside its start, that a person would notice: how, by whom, and in which session. */
const NOTICED = ['mode', 'clinicianName', 'sessionName'] as const;

/**
 * Returns the slot on which an appointment stands by now, where its practice has moved it; null where it has not. What the
 * practice's book does not tell is as it was; a slot that only has another name is the same to the person.
 */
export function movedTo(before: SlotInBook, now: SlotInBook): SlotInBook | null {
  const isMoved =
    before.startsAt.getTime() !== now.startsAt.getTime() ||
    NOTICED.some((part) => isToldOfBoth(before[part], now[part]) && now[part] !== before[part]);
  return isMoved ? now : null;
}

function isToldOfBoth(before: string | undefined, now: string | undefined): boolean {
  return before !== undefined && now !== undefined;
}
