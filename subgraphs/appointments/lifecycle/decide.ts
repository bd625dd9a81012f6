import type { CancelOutcome, CancelRefusal } from '../../../adapters/gp-system';
import type { Changes, Decision } from './decision';
import { outcomeInWords, type EvidenceRecord } from './evidence';
import { movedTo } from './moved-to';
import type {
  BookAnswer,
  BookedThere,
  CancellationAnswered,
  KnownBooking,
  NotBookedThere,
  Observation,
  BookingClock,
} from './observation';
import {
  COMPARED_STATES,
  isOneOf,
  nextState,
  STANDING_STATES,
  UNSETTLED_STATES,
  type LifecycleEvent,
  type BookingState,
} from './states';

/**
 * Decides what follows from an observation of a booking: the one place where a booking's fate is decided. Pure.
 * `advance.ts` observes, calls this, records and acts. Nothing is ever booked again blindly, absence alone proves
 * nothing, and nothing waits without an end.
 */
export function decide(booking: KnownBooking, seen: Observation, pace: BookingClock): Decision {
  return lookedAtInTime(booking, decided(booking, seen, pace), pace);
}

function decided(booking: KnownBooking, seen: Observation, pace: BookingClock): Decision {
  switch (seen.kind) {
    case 'BOOKING_ANSWERED':
      return bookingAnswered(booking, seen.outcome, pace);
    case 'OBJECTED':
      return booking.state === 'BOOKING'
        ? transition(booking, 'REFUSED', pace, {
            failure: seen.why,
            evidence: { asked: 'SYMPTOM_CHECK', answer: seen.why },
          })
        : { kind: 'IGNORE' };
    case 'CANCELLATION_ANSWERED':
      return cancellationAnswered(booking, seen, pace);
    case 'APPOINTMENT_UNNAMED':
      return booking.state === 'CANCELLING' ? transition(booking, 'ANSWER_LOST', pace) : { kind: 'IGNORE' };
    case 'LEASE_EXPIRED':
      return transition(booking, 'ANSWER_LOST', pace, {
        nextCheckMs: booking.state === 'BOOKING' ? firstRead(pace) : pace.settleMs,
      });
    case 'PERSON_CANCELS':
      return transition(booking, 'CANCEL_ASKED', pace, {
        ...cancelledNow(pace),
        ...(seen.reason !== null && { evidence: { asked: 'PERSON', answer: seen.reason } }),
      });
    case 'PERSON_ACCEPTS_MOVE':
      return transition(booking, 'MOVE_ACCEPTED', pace);
    case 'OPERATOR_SAYS':
      return seen.stands
        ? transition(booking, 'SETTLED_AS_STANDING', pace, { evidence: OPERATOR_STANDS })
        : transition(booking, 'SETTLED_AS_ABSENT', pace, {
            failure: 'NOT_APPLIED',
            evidence: OPERATOR_ABSENT,
          });
    case 'NOT_ASKED':
      return notAsked(booking, pace);
    case 'START_PASSED':
      return isOneOf(COMPARED_STATES, booking.state) ? nothingNew(null) : { kind: 'IGNORE' };
    case 'NOT_READABLE':
      return notReadable(booking, seen.evidence, pace);
    case 'BOOKED':
      return booked(booking, seen, pace);
    case 'CANCELLED':
    case 'ABSENT':
    case 'HIDDEN':
      return notBooked(booking, seen, pace);
  }
}

/** A failed read is no evidence: read again, at growing intervals. */
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;
/** No unsettled booking is left alone for longer, whatever a supplier asks for. */
const LONGEST_WAIT_MS = 60 * 60_000;
/** A person takes over at the earlier of these, because suppliers can neither list nor cancel the past. */
const OUT_OF_TIME_AFTER_MS = 2 * 60 * 60_000;
const OUT_OF_TIME_BEFORE_START_MS = 30 * 60_000;
/** A lost answer is mostly that of a booking that was made, so the book is read at once. */
const FIRST_READ_MS = 1_000;
/**
 * Absence counts when two reads, a settle time apart, agree; `BUSY`: absent, but the slot is taken, by somebody else or by
 * ours arriving late. Of a booking in doubt the first read comes too early to count.
 */
const ABSENT_READS = { ONCE_SETTLED: { free: 2, busy: 4 }, IN_DOUBT: { free: 3, busy: 5 } };
/** A request to book that is delivered twice books again when the first has been cancelled by then: that shows soon. */
const FIRST_LOOK_FOR_DUPLICATES_MS = 60_000;
/** Time within which a duplicate delivery shows; afterwards nothing is read back any more. */
const DUPLICATES_WITHIN_MS = 60 * 60_000;

/** States of bookings that somebody here wants to have cancelled. */
const CANCELLED_BY_US_STATES = [
  'CANCELLING',
  'CANCEL_UNKNOWN',
  'CANCEL_MANUAL',
] as const satisfies readonly BookingState[];

const OPERATOR_STANDS: EvidenceRecord = { asked: 'OPERATOR', answer: 'STANDS' };
const OPERATOR_ABSENT: EvidenceRecord = { asked: 'OPERATOR', answer: 'DOES_NOT_STAND' };
const READ: Record<'BOOKED' | 'CANCELLED' | 'ABSENT' | 'HIDDEN', EvidenceRecord> = {
  BOOKED: { asked: 'READ_BACK', answer: 'BOOKED' },
  CANCELLED: { asked: 'READ_BACK', answer: 'CANCELLED' },
  ABSENT: { asked: 'READ_BACK', answer: 'ABSENT' },
  HIDDEN: { asked: 'READ_BACK', answer: 'PATIENT NOT SHOWN' },
};
/** Without our mark it may be an appointment that the person made themself, at the practice or in its own app. */
const BOOKED_UNMARKED: EvidenceRecord = { asked: 'READ_BACK', answer: 'BOOKED UNMARKED' };
const BOOKED_MOVED: EvidenceRecord = { asked: 'READ_BACK', answer: 'MOVED' };
const COULD_NOT_BE_ASKED: EvidenceRecord = { asked: 'READ_BACK', answer: 'COULD NOT BE ASKED' };

function bookingAnswered(booking: KnownBooking, outcome: BookAnswer, pace: BookingClock): Decision {
  const evidence: EvidenceRecord = {
    asked: 'BOOK',
    answer: 'error' in outcome || outcome.class !== 'NOT_SENT' ? outcomeInWords(outcome) : 'NOT_SENT',
  };
  switch (outcome.class) {
    case 'ACCEPTED':
      return transition(booking, 'ACCEPTED', pace, { appointment: outcome.appointment });
    case 'REJECTED':
      return transition(booking, 'REFUSED', pace, { failure: outcome.refusal, evidence });
    case 'THROTTLED':
    case 'NOT_SENT':
      return transition(booking, 'REFUSED', pace, { failure: outcome.class, evidence });
    case 'AMBIGUOUS':
      return booking.state === 'BOOKING'
        ? transition(booking, 'ANSWER_LOST', pace, { evidence, nextCheckMs: firstRead(pace) })
        : { kind: 'IGNORE' };
  }
}

function cancellationAnswered(
  booking: KnownBooking,
  { outcome, isFirstTry }: CancellationAnswered,
  pace: BookingClock,
): Decision {
  const evidence: EvidenceRecord = { asked: 'CANCEL', answer: outcomeInWords(outcome) };
  if (booking.state === 'ORPHAN_FOUND' || booking.state === 'DUPLICATE_FOUND')
    return lateAppointmentCancelled(booking, outcome, evidence, pace);
  if (!isOneOf(CANCELLED_BY_US_STATES, booking.state)) return { kind: 'IGNORE' };
  const readAgain = (nextCheckMs: number) =>
    transition(booking, 'ANSWER_LOST', pace, { evidence, nextCheckMs });
  // Where the person has another appointment in its place by now, this one must not quietly stand.
  const stands = () =>
    transition(booking, booking.replacedBy === null ? 'CANCEL_REFUSED' : 'OUT_OF_TIME', pace, { evidence });
  const refused = (refusal: CancelRefusal) => {
    switch (refusal) {
      case 'TOO_LATE':
        return stands();
      case 'CHANGED_MEANWHILE':
      case 'NOT_FOUND':
        return readAgain(isFirstTry ? 0 : pace.settleMs);
      case 'NOT_PERMITTED':
      case 'INVALID_REQUEST':
        // It may not be as we know it: that is read back, once, before anything is said.
        return isFirstTry ? readAgain(0) : stands();
    }
  };
  switch (outcome.class) {
    case 'ACCEPTED':
      return transition(booking, 'CANCEL_ACCEPTED', pace);
    case 'THROTTLED':
      return isFirstTry ? stands() : readAgain(Math.max(pace.settleMs, outcome.retryAfterMs ?? 0));
    case 'NOT_SENT':
      return isFirstTry ? stands() : readAgain(pace.settleMs);
    case 'REJECTED':
      return refused(outcome.refusal);
    case 'AMBIGUOUS':
      return readAgain(pace.settleMs);
  }
}

/** Handles the cancellation of an appointment that turned up after FAILED or CANCELLED was reported. */
function lateAppointmentCancelled(
  booking: KnownBooking,
  outcome: CancelOutcome,
  evidence: EvidenceRecord,
  pace: BookingClock,
): Decision {
  if (outcome.class === 'ACCEPTED') return transition(booking, 'GIVEN_BACK', pace, { evidence });
  const isFinal = outcome.class === 'REJECTED' && outcome.refusal !== 'CHANGED_MEANWHILE';
  return isFinal
    ? transition(booking, 'OUT_OF_TIME', pace, { evidence })
    : notReadable(booking, evidence, pace);
}

/** An operator has to know before it is too late; known facts are left unchanged. */
function notAsked(booking: KnownBooking, pace: BookingClock): Decision {
  return isOneOf(UNSETTLED_STATES, booking.state) && isOutOfTime(booking, pace)
    ? transition(booking, 'OUT_OF_TIME', pace, { evidence: COULD_NOT_BE_ASKED })
    : { kind: 'IGNORE' };
}

function notReadable(booking: KnownBooking, evidence: EvidenceRecord, pace: BookingClock): Decision {
  const { absentReads, failedReads, state } = booking;
  switch (state) {
    case 'UNKNOWN':
    case 'CANCEL_UNKNOWN':
    case 'ORPHAN_FOUND':
    case 'DUPLICATE_FOUND': {
      if (isOutOfTime(booking, pace)) return transition(booking, 'OUT_OF_TIME', pace, { evidence });
      const nextCheckMs = Math.min(FIRST_BACKOFF_MS * 2 ** failedReads, LONGEST_BACKOFF_MS);
      return { kind: 'WAIT', absentReads, failedReads: failedReads + 1, evidence, nextCheckMs };
    }
    case 'CONFIRMED':
    case 'MOVED':
    case 'MISSING':
    case 'FAILED':
      return { kind: 'WAIT', absentReads, failedReads: 0, nextCheckMs: nextComparison(booking, pace) };
    case 'CANCELLED':
      // However long it takes, the book is read once more than it could not be read.
      return { kind: 'WAIT', absentReads, failedReads: 0, nextCheckMs: pace.compareEveryMs };
    default:
      return { kind: 'IGNORE' };
  }
}

function booked(booking: KnownBooking, seen: BookedThere, pace: BookingClock): Decision {
  const { appointment } = seen;
  const evidence = READ.BOOKED;
  const moved = movedTo(booking.slot, seen.slot);
  switch (booking.state) {
    case 'UNKNOWN':
    case 'MISSING':
      return moved === null
        ? transition(booking, 'FOUND', pace, { appointment, evidence })
        : transition(booking, 'MOVED_AT_PRACTICE', pace, {
            appointment,
            slot: moved,
            evidence: BOOKED_MOVED,
          });
    case 'CANCEL_UNKNOWN':
      // It still stands, so it is cancelled again, in the version that was just read.
      return isOutOfTime(booking, pace)
        ? transition(booking, 'OUT_OF_TIME', pace, { evidence })
        : transition(booking, 'FOUND', pace, {
            appointment,
            evidence,
            // Else the practice would refuse to cancel what does not stand there any more.
            slot: moved ?? undefined,
            ...cancelledNow(pace),
          });
    case 'ORPHAN_FOUND':
      if (seen.isWanted === null) return { kind: 'ACT', action: 'ASK_WHETHER_WANTED', about: seen };
      return seen.isWanted
        ? transition(booking, 'ADOPTED', pace, { appointment })
        : unwanted(booking, seen, pace);
    case 'DUPLICATE_FOUND':
      return unwanted(booking, seen, pace);
    case 'FAILED':
    case 'CANCELLED':
      return turnedUp(booking, seen, pace);
    case 'CONFIRMED':
    case 'MOVED':
      return moved === null
        ? nothingNew(nextComparison(booking, pace))
        : transition(booking, 'MOVED_AT_PRACTICE', pace, {
            appointment,
            slot: moved,
            evidence: BOOKED_MOVED,
          });
    default:
      return { kind: 'IGNORE' };
  }
}

/** Never two appointments, and never one without a record; an appointment that is not surely ours is not touched. */
function unwanted(booking: KnownBooking, seen: BookedThere, pace: BookingClock): Decision {
  const { appointment, isMarked } = seen;
  const isSurelyOurs = isMarked || booking.appointment?.id === appointment.id;
  return isSurelyOurs
    ? { kind: 'ACT', action: 'CANCEL_AT_PRACTICE', about: seen }
    : transition(booking, 'OUT_OF_TIME', pace, { evidence: BOOKED_UNMARKED });
}

/** After FAILED was reported, or again after CANCELLED. */
function turnedUp(booking: KnownBooking, seen: BookedThere, pace: BookingClock): Decision {
  const { appointment, isMarked, isOfAnother } = seen;
  if (isOfAnother === null) return { kind: 'ACT', action: 'LOOK_FOR_ANOTHER_BOOKING', about: seen };
  if (isOfAnother) return nothingNew(nextComparison(booking, pace));
  if (isMarked) return transition(booking, 'FOUND', pace, { appointment, evidence: READ.BOOKED });
  // It is not known to be ours, and must not be taken for it later.
  return booking.state === 'CANCELLED'
    ? transition(booking, 'OUT_OF_TIME', pace, { evidence: BOOKED_UNMARKED })
    : transition(booking, 'FOUND', pace, { evidence: READ.BOOKED });
}

function notBooked(booking: KnownBooking, seen: NotBookedThere, pace: BookingClock): Decision {
  const evidence = READ[seen.kind];
  const isCancelled = seen.kind === 'CANCELLED';
  // What may stand under another name is for an operator to ask about.
  const unlessMoved = (event: LifecycleEvent, changes: Partial<Changes> = {}) =>
    transition(booking, seen.mayHaveMoved ? 'OUT_OF_TIME' : event, pace, {
      evidence,
      ...(!seen.mayHaveMoved && changes),
    });
  switch (booking.state) {
    case 'UNKNOWN':
      // Booked and cancelled again meanwhile is as good as never booked, and absent for the same reasons.
      return absent(booking, seen, pace, (proof) =>
        unlessMoved('PROVEN_ABSENT', { failure: proof === 'GONE' ? 'NOT_APPLIED' : 'SLOT_TAKEN' }),
      );
    case 'CANCEL_UNKNOWN':
      return isCancelled
        ? transition(booking, 'PROVEN_ABSENT', pace, { evidence })
        : absent(booking, seen, pace, () => unlessMoved('PROVEN_ABSENT'));
    case 'ORPHAN_FOUND':
    case 'DUPLICATE_FOUND':
      return isCancelled
        ? transition(booking, 'GIVEN_BACK', pace, { evidence })
        : absent(booking, seen, pace, () => unlessMoved('GIVEN_BACK'));
    case 'FAILED':
    case 'CANCELLED':
      return nothingNew(nextComparison(booking, pace));
    case 'CONFIRMED':
    case 'MOVED':
    case 'MISSING':
      if (isCancelled) return transition(booking, 'CANCELLED_AT_PRACTICE', pace, { evidence });
      // Suppliers may not list the past: what is absent from then on proves nothing.
      return hasStarted(booking, pace) ? nothingNew(null) : missed(booking, seen, pace);
    default:
      return { kind: 'IGNORE' };
  }
}

/**
 * A booking that stood is not listed any more. Where the practice offers its slot to others it cannot stand. Where the slot is
 * taken, the desk has cancelled and refilled it, or ours stands there and is hidden from us: an operator asks. So where it may
 * stand under another name.
 */
function missed(booking: KnownBooking, seen: NotBookedThere, pace: BookingClock): Decision {
  const evidence = READ[seen.kind];
  return absent(booking, seen, pace, (proof) => {
    if (proof === 'GONE' && !seen.mayHaveMoved)
      return transition(booking, 'CANCELLED_AT_PRACTICE', pace, { evidence });
    const missing = transition(booking, 'MISSED_AT_PRACTICE', pace, { evidence });
    return missing.kind === 'IGNORE' ? nothingNew(nextComparison(booking, pace)) : missing;
  });
}

/**
 * Absence alone proves nothing: it counts together with what the practice does with the slot, and after a while.
 */
function absent(
  booking: KnownBooking,
  seen: NotBookedThere,
  pace: BookingClock,
  proven: (proof: 'GONE' | 'TAKEN_BY_ANOTHER') => Decision,
): Decision {
  const { kind, slot } = seen;
  // Suppliers do not list the past: what is absent from then on proves nothing.
  if (hasStarted(booking, pace)) return transition(booking, 'OUT_OF_TIME', pace, { evidence: READ[kind] });
  const absentReads = booking.absentReads + 1;
  const needed = booking.state === 'UNKNOWN' ? ABSENT_READS.IN_DOUBT : ABSENT_READS.ONCE_SETTLED;
  if (absentReads >= needed.free && slot === null)
    return { kind: 'ACT', action: 'LOOK_AT_SLOT', about: seen };
  const isGone = slot === 'FREE' && absentReads >= needed.free;
  // Of a patient who is not shown it may be ours that has the slot.
  const isUntold = slot === 'NOT_READABLE' && isOneOf(STANDING_STATES, booking.state);
  const isTaken = kind !== 'HIDDEN' && (slot === 'TAKEN' || isUntold) && absentReads >= needed.busy;
  if (isGone) return proven('GONE');
  if (isTaken) return proven('TAKEN_BY_ANOTHER');
  if (kind === 'HIDDEN' && slot !== null && isOneOf(COMPARED_STATES, booking.state))
    return nothingNew(nextComparison(booking, pace));
  // In one round of comparing: nobody should set out for an appointment that is gone.
  if (isOneOf(STANDING_STATES, booking.state))
    return { kind: 'WAIT', absentReads, failedReads: 0, nextCheckMs: pace.settleMs };
  if (booking.state === 'MISSING')
    return { kind: 'WAIT', absentReads, failedReads: 0, nextCheckMs: nextComparison(booking, pace) };
  const evidence = READ[kind];
  return isOutOfTime(booking, pace)
    ? transition(booking, 'OUT_OF_TIME', pace, { evidence })
    : { kind: 'WAIT', absentReads, failedReads: 0, evidence, nextCheckMs: pace.settleMs };
}

/** Checks that an operator has to take over now. */
function isOutOfTime(booking: KnownBooking, pace: BookingClock): boolean {
  return msUntilOutOfTime(booking, pace) < 0;
}

function msUntilOutOfTime({ unknownSince, changedAt, slot }: KnownBooking, { now }: BookingClock): number {
  const since = unknownSince ?? changedAt;
  return Math.min(
    since.getTime() + OUT_OF_TIME_AFTER_MS - now.getTime(),
    slot.startsAt.getTime() - OUT_OF_TIME_BEFORE_START_MS - now.getTime(),
  );
}

function hasStarted({ slot }: KnownBooking, { now }: BookingClock): boolean {
  return slot.startsAt <= now;
}

function nothingNew(nextCheckMs: number | null): Decision {
  return { kind: 'WAIT', absentReads: 0, failedReads: 0, nextCheckMs };
}

/** The desk may cancel at the last moment, so the book is read more often before the start, and once after it. */
const LAST_LOOKS_MS = { from: 15 * 60_000, every: 5 * 60_000, afterStart: 60_000 };

/**
 * When the practice's book is compared next. Duplicates are searched for at growing intervals: each as long as the time
 * that has passed.
 */
function nextComparison(booking: KnownBooking, { now, compareEveryMs }: BookingClock): number | null {
  const { state, changedAt, slot } = booking;
  const untilStartMs = slot.startsAt.getTime() - now.getTime();
  if (untilStartMs <= 0) return null;
  if (state !== 'CANCELLED') {
    const { from, every, afterStart } = LAST_LOOKS_MS;
    if (untilStartMs > from) return Math.min(compareEveryMs, untilStartMs - from);
    return Math.min(compareEveryMs, untilStartMs > every ? every : untilStartMs + afterStart);
  }
  const sinceMs = now.getTime() - changedAt.getTime();
  return sinceMs > DUPLICATES_WITHIN_MS ? null : Math.max(sinceMs, firstLookForDuplicates(compareEveryMs));
}

const firstRead = ({ settleMs }: BookingClock) => Math.min(settleMs, FIRST_READ_MS);

const firstLookForDuplicates = (compareEveryMs: number) =>
  Math.min(compareEveryMs, FIRST_LOOK_FOR_DUPLICATES_MS);

const cancelledNow = ({ cancelLeaseMs }: BookingClock) =>
  ({ nextCheckMs: cancelLeaseMs, action: 'CANCEL_AT_PRACTICE' }) as const;

/** States in which a wait may be one that a supplier asks for. */
const WAITING_STATES = [
  'UNKNOWN',
  'CANCEL_UNKNOWN',
  'ORPHAN_FOUND',
  'DUPLICATE_FOUND',
] as const satisfies readonly BookingState[];

/** Brings the next check forward, so that an operator hears of it in time. */
function lookedAtInTime(booking: KnownBooking, decision: Decision, pace: BookingClock): Decision {
  const latestMs = Math.min(LONGEST_WAIT_MS, Math.max(msUntilOutOfTime(booking, pace), pace.settleMs));
  const sooner = (ms: number | null) => (ms === null ? null : Math.min(ms, latestMs));
  switch (decision.kind) {
    case 'WAIT':
      return isOneOf(WAITING_STATES, booking.state)
        ? { ...decision, nextCheckMs: sooner(decision.nextCheckMs) }
        : decision;
    case 'TRANSITION': {
      const state = nextState(booking.state, decision.event);
      if (state === null || !isOneOf(WAITING_STATES, state)) return decision;
      const { changes } = decision;
      return { ...decision, changes: { ...changes, nextCheckMs: sooner(changes.nextCheckMs) } };
    }
    case 'ACT':
    case 'IGNORE':
      return decision;
  }
}

/** When to look next is left to the new state unless it is given. */
function transition(
  booking: KnownBooking,
  event: LifecycleEvent,
  pace: BookingClock,
  { action = null, ...changes }: Partial<Changes> & { action?: 'CANCEL_AT_PRACTICE' | null } = {},
): Decision {
  const next = nextState(booking.state, event);
  if (next === null) return { kind: 'IGNORE' };
  const after = { ...booking, state: next, slot: changes.slot ?? booking.slot };
  return {
    kind: 'TRANSITION',
    event,
    changes: { nextCheckMs: nextCheckAfter(after, event, pace), ...changes },
    action,
  };
}

function nextCheckAfter(booking: KnownBooking, event: LifecycleEvent, pace: BookingClock): number | null {
  const { compareEveryMs } = pace;
  switch (booking.state) {
    case 'CONFIRMED':
    case 'MOVED':
    case 'MISSING':
      return nextComparison(booking, pace);
    case 'FAILED':
      // Where it was sent and not found, a supplier that took long may still carry it out.
      return event === 'REFUSED' ? null : compareEveryMs;
    case 'BOOKING':
    case 'UNKNOWN':
    case 'CANCELLING':
    case 'CANCEL_UNKNOWN':
    case 'ORPHAN_FOUND':
    case 'DUPLICATE_FOUND':
      return 0;
    case 'CANCELLED':
      return firstLookForDuplicates(compareEveryMs);
    case 'MANUAL':
    case 'CANCEL_MANUAL':
    case 'ORPHAN_MANUAL':
    case 'DUPLICATE_MANUAL':
    case 'CANCELLED_BY_PRACTICE':
      return null;
  }
}
