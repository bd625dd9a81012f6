import { z } from 'zod';
import { readWallClock } from '../domain/london-time';

/** A wall-clock time without an offset that is a date of the calendar: 30 February is none. */
export const WallClock = z.string().refine(isWallClock);

function isWallClock(text: string): boolean {
  try {
    readWallClock(text);
    return true;
  } catch {
    return false;
  }
}

/** The one instant that a wall-clock time names; null where it names two (autumn) or none (spring). */
export function instantOf(text: string): Date | null {
  const reading = readWallClock(text);
  return reading.kind === 'instant' ? reading.instant : null;
}

/**
 * The instant of a time that is booked: of two, the earlier. To leave it out would look as if the appointment was not there.
 * @returns null for a time that does not exist.
 */
export function bookedInstantOf(text: string): Date | null {
  const reading = readWallClock(text);
  return reading.kind === 'ambiguous' ? reading.earlier : instantOf(text);
}
