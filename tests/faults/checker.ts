import type { History, Violation } from './history';
import { bookedOnce, confirmedStands, failedDoesNotStand, unknownIsSettled } from './booking-invariants';
import { heldByOne, freeIsOffered } from './hold-invariants';
import { patientsAreApart, committedBeforeSent, keysAreKept, sentOnce } from './request-invariants';
import { eventsAreWhole, nothingIsLeft, searchKeepsItsLimits } from './service-invariants';

/** The thirteen promises, by number; each looks at a whole history and says what breaks it. Pure. */
const INVARIANTS: ReadonlyMap<number, (history: History) => string[]> = new Map([
  [1, bookedOnce],
  [2, confirmedStands],
  [3, failedDoesNotStand],
  [4, unknownIsSettled],
  [5, keysAreKept],
  [6, sentOnce],
  [7, committedBeforeSent],
  [8, heldByOne],
  [9, freeIsOffered],
  [10, eventsAreWhole],
  [11, searchKeepsItsLimits],
  [12, patientsAreApart],
  [13, nothingIsLeft],
]);

export function check(history: History): Violation[] {
  return [...INVARIANTS].flatMap(([invariant, violations]) =>
    violations(history).map((text) => ({ invariant, text })),
  );
}
