import type { PatientCaller, Person } from '../../../domain/caller';
import { loggableError } from '../../../domain/loggable-error';
import type { SymptomCheck } from '../../../domain/symptom-checks';
import type { Booking } from '../ledger/records';
import type { Objection } from '../lifecycle/failures';
import type { Offer } from '../holds/offers';
import type { BookingDeps } from './booking-deps';

/** A time that is to be held or booked for somebody. */
export interface Wanted {
  offer: Offer;
  person: Person;
  caller: PatientCaller;
  patientDigest: string;
  /** Bookings that are not in its way: itself, and the one whose place it takes. */
  besides: readonly (string | null)[];
}

/** A reason that it must not be, with the booking or the symptom check that is the reason. */
export interface Obstacle {
  why: Objection;
  booking: Booking | null;
  check: SymptomCheck | null;
}

/**
 * Looks up what keeps a time from being held or booked: the symptom check as it is now, and the person's other bookings. Asked
 * before a hold, and again for a booking that is on disk, before it is sent: of two at once for one person each sees the other.
 * While it cannot be looked up nobody is booked.
 */
export async function findObstacle(wanted: Wanted, deps: BookingDeps): Promise<Obstacle | null> {
  try {
    return await lookForObstacle(wanted, deps);
  } catch (error) {
    return notReadable(error, deps);
  }
}

/** The obstacle of a booking that failed, with its symptom check as it is now. */
export async function obstacleAgain(why: Objection, offer: Offer, deps: BookingDeps): Promise<Obstacle> {
  try {
    return { why, booking: null, check: await deps.checks.find(offer.assessmentDigest) };
  } catch (error) {
    return notReadable(error, deps);
  }
}

export const NOT_READABLE: Obstacle = { why: 'CANNOT_BE_CHECKED', booking: null, check: null };

export function notReadable(error: unknown, { logger }: Pick<BookingDeps, 'logger'>): Obstacle {
  logger.error({ err: loggableError(error) }, 'what bookings rest on cannot be read');
  return NOT_READABLE;
}

/** True where the symptom check gives the time to nobody any more, so that it need not be kept. */
export function endsNeed({ why }: Obstacle): boolean {
  return why === 'OUTCOME_CHANGED' || why === 'SYMPTOM_CHECK_OFF' || why === 'SYMPTOM_CHECK_EXPIRED';
}

async function lookForObstacle(wanted: Wanted, deps: BookingDeps): Promise<Obstacle | null> {
  const { checks, ledger, now } = deps;
  const { offer, patientDigest, besides } = wanted;
  const [check, live, isUsedForAnother] = await Promise.all([
    checks.find(offer.assessmentDigest),
    ledger.liveBookingsOf(patientDigest),
    ledger.isUsedForAnother(offer.assessmentDigest, patientDigest),
  ]);
  const objection =
    objectionOfCheck(wanted, check, now()) ?? (isUsedForAnother ? 'CHECK_USED_FOR_ANOTHER' : null);
  if (objection !== null) return { why: objection, booking: null, check };
  // What is over keeps nobody from anything.
  const others = live.filter(({ id, offer: { slot } }) => !besides.includes(id) && slot.endsAt > now());
  const overlapping = others.find((booking) => overlap(booking, offer));
  if (overlapping !== undefined) return { why: 'TIMES_OVERLAP', booking: overlapping, check };
  for (const booking of others) {
    const isAnotherNeed = booking.offer.assessmentDigest !== offer.assessmentDigest;
    if (!isAnotherNeed || offer.keeping.includes(booking.id)) continue;
    const complaint = (await checks.find(booking.offer.assessmentDigest))?.pathwayId;
    // Of a check that is not kept any more it is not known: the person is asked.
    if (complaint === undefined || complaint === check?.pathwayId)
      return { why: 'SAME_COMPLAINT', booking, check };
  }
  return null;
}

/** The outcome has to be the one for which the time was offered, and the person the one who was asked about. */
function objectionOfCheck(wanted: Wanted, check: SymptomCheck | null, now: Date): Objection | null {
  const { offer } = wanted;
  if (check === null || check.expiresAt <= now) return 'SYMPTOM_CHECK_EXPIRED';
  const { result } = check;
  switch (result.kind) {
    case 'SWITCHED_OFF':
      return 'SYMPTOM_CHECK_OFF';
    case 'UNFINISHED':
      return 'OUTCOME_CHANGED';
    case 'OUTCOME': {
      const isSame = result.dispositionId === offer.dispositionId;
      const isInTime = result.deadline === null || offer.slot.startsAt <= result.deadline;
      if (!isSame || !isInTime) return 'OUTCOME_CHANGED';
      return isPersonChecked(wanted, check) ? null : 'NOT_THE_PERSON_CHECKED';
    }
  }
}

/** Guards against booking an assessment's result for somebody else (hazard: proxy books in the wrong person's name). */
function isPersonChecked({ person, caller }: Wanted, { subject }: SymptomCheck): boolean {
  const isCaller = person.id === caller.self?.id;
  return isCaller === (subject.relationship === 'SELF') && person.birthDate === subject.dateOfBirth;
}

export function overlap({ offer: { slot } }: Booking, { slot: wanted }: Pick<Offer, 'slot'>): boolean {
  return slot.startsAt < wanted.endsAt && wanted.startsAt < slot.endsAt;
}
