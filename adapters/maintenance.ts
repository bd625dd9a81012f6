import { londonDate, addLondonDays, readWallClock, startOfLondonDay, wallClock } from '../domain/london-time';
import { type Manifest, WEEKDAYS } from './gp-system';

type Windows = NonNullable<Manifest['maintenance']>;

/**
 * Returns the end of the declared maintenance at this moment, by London's clocks; null where there is none. Windows that
 * follow one another, as across midnight, are one.
 */
export function maintenanceEnd(windows: Windows, now: Date): Date | null {
  let end: Date | null = null;
  // Each window can add to the end once.
  for (let joined = 0; joined <= windows.length; joined++) {
    const next = endAt(windows, end ?? now);
    if (next === null) return end;
    end = next;
  }
  return end;
}

function endAt(windows: Windows, at: Date): Date | null {
  const [date = '', time = ''] = wallClock(at).split('T');
  const day = WEEKDAYS[(new Date(date).getUTCDay() + 6) % 7];
  const window = windows.find((one) => one.day === day && one.from <= time && `${one.until}:00` > time);
  return window === undefined ? null : instantOf(at, date, window.until);
}

/** An hour that the clocks skip ends where they go on; one that they show twice ends the second time. */
function instantOf(at: Date, date: string, time: string): Date {
  if (time === '24:00') return startOfLondonDay(londonDate(addLondonDays(at, 1)));
  const reading = readWallClock(`${date}T${time}:00`);
  switch (reading.kind) {
    case 'instant':
      return reading.instant;
    case 'ambiguous':
      return reading.later;
    case 'missing':
      // As London's winter clocks would have shown it: half past one is then half past two.
      return new Date(`${date}T${time}:00Z`);
  }
}
