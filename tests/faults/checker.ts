import type { History, Violation } from './history';
import { bookedOnce, confirmedStands, failedDoesNotStand, unknownIsSettled } from './booking-invariants';
import { deskIsNoticed, ownPracticesAreTold } from './desk-invariants';
import { heldByOne, freeIsOffered } from './hold-invariants';
import { outcomesAreKept } from './outcome-invariants';
import { patientsAreApart, committedBeforeSent, keysAreKept, sentOnce } from './request-invariants';
import { timesAreShared } from './share-invariants';
import { eventsAreWhole, nothingIsLeft, searchKeepsItsLimits } from './service-invariants';

/** The seventeen promises, by number; each looks at a whole history and says what breaks it. Pure. */
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
  [14, outcomesAreKept],
  [15, timesAreShared],
  [16, deskIsNoticed],
  [17, ownPracticesAreTold],
]);

export function check(history: History): Violation[] {
  return [...INVARIANTS].flatMap(([invariant, violations]) =>
    violations(history).map((text) => ({ invariant, text })),
  );
}
