/**
 * The life of a booking. Pure: which event moves which state where. Whatever is not listed is refused, so a late worker
 * or a repeated answer changes nothing. The picture is docs/booking-states.md, drawn from this file.
 *
 * `BOOKING` is on disk before the supplier is called. From then on it is not known what the supplier did until it says
 * so; `UNKNOWN` is a state that the person sees (as CHECKING), not an error.
 */
export const BOOKING_STATES = [
  'BOOKING',
  'UNKNOWN',
  'CONFIRMED',
  /** The practice has moved it: it stands, and the person has not said yet whether that suits them. */
  'MOVED',
  /** Not in the practice's book any more, and its time is taken: an operator asks the practice. */
  'MISSING',
  'FAILED',
  /** Nobody could find out in time: somebody has to ask the practice. */
  'MANUAL',
  'CANCELLING',
  'CANCEL_UNKNOWN',
  'CANCEL_MANUAL',
  'CANCELLED',
  'CANCELLED_BY_PRACTICE',
  /** The appointment turned up at the practice after FAILED was reported. */
  'ORPHAN_FOUND',
  'ORPHAN_MANUAL',
  /** The request to book was delivered a second time after CANCELLED was reported. */
  'DUPLICATE_FOUND',
  'DUPLICATE_MANUAL',
] as const;
export type BookingState = (typeof BOOKING_STATES)[number];

export const BOOKING_EVENTS = [
  /** The supplier said yes. */
  'ACCEPTED',
  /** The supplier said no and did nothing, or the request never left. */
  'REFUSED',
  /** The supplier's answer did not come, or cannot be understood; or our process died while it was awaited. */
  'ANSWER_LOST',
  /** Read-back found the appointment, or a second one, standing. */
  'FOUND',
  /** Read-back has proved, twice and far enough apart, that it is absent; or that it has gone. */
  'PROVEN_ABSENT',
  /** The result is still unknown, or the repair unfinished, when an operator has to act. */
  'OUT_OF_TIME',
  'CANCEL_ASKED',
  'CANCEL_ACCEPTED',
  'CANCEL_REFUSED',
  /** The booking that replaces it is CONFIRMED, so this one is cancelled. */
  'REPLACED',
  'CANCELLED_AT_PRACTICE',
  /** The practice has moved it to another time, clinician, session or channel. */
  'MOVED_AT_PRACTICE',
  'MOVE_ACCEPTED',
  /** Read-back has missed it, often enough, while its time is taken: by somebody else, or by ours where we cannot see it. */
  'MISSED_AT_PRACTICE',
  /** An appointment that turned up late is taken on after all. */
  'ADOPTED',
  /** An appointment that turned up late, or again, was cancelled at the practice, or has gone. */
  'GIVEN_BACK',
  /** An operator asked the practice: the appointment stands. */
  'SETTLED_AS_STANDING',
  /** An operator phoned the practice: there is no such appointment. */
  'SETTLED_AS_ABSENT',
] as const;
export type LifecycleEvent = (typeof BOOKING_EVENTS)[number];

/**
 * States in which the slot is, or may be, taken by us: the unique index in the ledger covers exactly these. Orphans and
 * duplicates are not among them: while they stand at the practice, nobody else can be booked there anyhow, and their person
 * may be booked elsewhere meanwhile.
 */
export const LIVE_STATES = [
  'BOOKING',
  'UNKNOWN',
  'CONFIRMED',
  'MOVED',
  'MISSING',
  'MANUAL',
  'CANCELLING',
  'CANCEL_UNKNOWN',
  'CANCEL_MANUAL',
] as const satisfies readonly BookingState[];

/** States in which the person has an appointment that they can keep, change or cancel. */
export const STANDING_STATES = ['CONFIRMED', 'MOVED'] as const satisfies readonly BookingState[];

/** States in which a booking may or may not exist: no other is tried for the same person meanwhile. */
export const DOUBTFUL_STATES = ['BOOKING', 'UNKNOWN'] as const satisfies readonly BookingState[];

/** States that cannot last: the reconciler looks after them until they are settled, or somebody has to. */
export const UNSETTLED_STATES = [
  'BOOKING',
  'UNKNOWN',
  'CANCELLING',
  'CANCEL_UNKNOWN',
  'ORPHAN_FOUND',
  'DUPLICATE_FOUND',
] as const satisfies readonly BookingState[];

/** States that only an operator settles, unless the appointment shows again. */
export const MANUAL_STATES = [
  'MISSING',
  'MANUAL',
  'CANCEL_MANUAL',
  'ORPHAN_MANUAL',
  'DUPLICATE_MANUAL',
] as const satisfies readonly BookingState[];

/** States that the practice, or what arrives late, can change without us: they are compared with its book. */
export const COMPARED_STATES = [
  'CONFIRMED',
  'MOVED',
  'MISSING',
  'FAILED',
  'CANCELLED',
] as const satisfies readonly BookingState[];

/** States in which nothing stands at the practice that would have to be found again. */
export const OVER_STATES = [
  'FAILED',
  'CANCELLED',
  'CANCELLED_BY_PRACTICE',
] as const satisfies readonly BookingState[];

type Exits = Partial<Record<LifecycleEvent, BookingState>>;

/** Exits of a booking that stands, as far as anybody knows. */
const LEAVING: Exits = {
  CANCEL_ASKED: 'CANCELLING',
  REPLACED: 'CANCELLING',
  CANCELLED_AT_PRACTICE: 'CANCELLED_BY_PRACTICE',
  MOVED_AT_PRACTICE: 'MOVED',
};
const STANDING: Exits = { ...LEAVING, MISSED_AT_PRACTICE: 'MISSING' };

export const TRANSITIONS: Readonly<Record<BookingState, Exits>> = {
  BOOKING: { ACCEPTED: 'CONFIRMED', REFUSED: 'FAILED', ANSWER_LOST: 'UNKNOWN', OUT_OF_TIME: 'MANUAL' },
  // An answer that arrives after we gave it up counts as well as a read-back.
  UNKNOWN: {
    ACCEPTED: 'CONFIRMED',
    FOUND: 'CONFIRMED',
    MOVED_AT_PRACTICE: 'MOVED',
    // Asked for this one attempt, the supplier says no.
    REFUSED: 'FAILED',
    PROVEN_ABSENT: 'FAILED',
    OUT_OF_TIME: 'MANUAL',
  },
  CONFIRMED: STANDING,
  MOVED: { ...STANDING, MOVE_ACCEPTED: 'CONFIRMED' },
  MISSING: {
    ...LEAVING,
    FOUND: 'CONFIRMED',
    SETTLED_AS_STANDING: 'CONFIRMED',
    SETTLED_AS_ABSENT: 'CANCELLED_BY_PRACTICE',
  },
  FAILED: { ACCEPTED: 'ORPHAN_FOUND', FOUND: 'ORPHAN_FOUND' },
  // Somebody has it in hand; only the supplier's own late answer still settles it by itself.
  MANUAL: { ACCEPTED: 'CONFIRMED', SETTLED_AS_STANDING: 'CONFIRMED', SETTLED_AS_ABSENT: 'FAILED' },
  CANCELLING: {
    CANCEL_ACCEPTED: 'CANCELLED',
    CANCEL_REFUSED: 'CONFIRMED',
    ANSWER_LOST: 'CANCEL_UNKNOWN',
    OUT_OF_TIME: 'CANCEL_MANUAL',
  },
  CANCEL_UNKNOWN: {
    CANCEL_ACCEPTED: 'CANCELLED',
    PROVEN_ABSENT: 'CANCELLED',
    // It still stands: asked again, in the version that was just read.
    FOUND: 'CANCELLING',
    OUT_OF_TIME: 'CANCEL_MANUAL',
  },
  CANCEL_MANUAL: {
    CANCEL_ACCEPTED: 'CANCELLED',
    SETTLED_AS_STANDING: 'CONFIRMED',
    SETTLED_AS_ABSENT: 'CANCELLED',
  },
  CANCELLED: { FOUND: 'DUPLICATE_FOUND', OUT_OF_TIME: 'DUPLICATE_MANUAL' },
  CANCELLED_BY_PRACTICE: {},
  ORPHAN_FOUND: { ADOPTED: 'CONFIRMED', GIVEN_BACK: 'FAILED', OUT_OF_TIME: 'ORPHAN_MANUAL' },
  ORPHAN_MANUAL: { SETTLED_AS_STANDING: 'CONFIRMED', SETTLED_AS_ABSENT: 'FAILED' },
  DUPLICATE_FOUND: { GIVEN_BACK: 'CANCELLED', OUT_OF_TIME: 'DUPLICATE_MANUAL' },
  DUPLICATE_MANUAL: { SETTLED_AS_STANDING: 'CONFIRMED', SETTLED_AS_ABSENT: 'CANCELLED' },
};

/** Returns the state after the event, or null when the event does not apply to the state. */
export function nextState(state: BookingState, event: LifecycleEvent): BookingState | null {
  return TRANSITIONS[state][event] ?? null;
}

export const ACTOR_KINDS = ['PATIENT', 'STAFF', 'SUPPLIER', 'SYSTEM'] as const;
export type ActorKind = (typeof ACTOR_KINDS)[number];

/** Actor to whom each event is attributed. */
export const ACTORS: Readonly<Record<LifecycleEvent, ActorKind>> = {
  ACCEPTED: 'SUPPLIER',
  REFUSED: 'SUPPLIER',
  ANSWER_LOST: 'SYSTEM',
  FOUND: 'SYSTEM',
  PROVEN_ABSENT: 'SYSTEM',
  OUT_OF_TIME: 'SYSTEM',
  CANCEL_ASKED: 'PATIENT',
  CANCEL_ACCEPTED: 'SUPPLIER',
  CANCEL_REFUSED: 'SUPPLIER',
  REPLACED: 'PATIENT',
  CANCELLED_AT_PRACTICE: 'SUPPLIER',
  MOVED_AT_PRACTICE: 'SUPPLIER',
  MOVE_ACCEPTED: 'PATIENT',
  MISSED_AT_PRACTICE: 'SYSTEM',
  ADOPTED: 'SYSTEM',
  GIVEN_BACK: 'SYSTEM',
  SETTLED_AS_STANDING: 'STAFF',
  SETTLED_AS_ABSENT: 'STAFF',
};

export function isOneOf<State extends BookingState>(
  states: readonly State[],
  state: BookingState,
): state is State {
  return states.some((one) => one === state);
}

/** States that nothing leads out of. */
export const ENDED_STATES: readonly BookingState[] = BOOKING_STATES.filter(
  (state) => Object.keys(TRANSITIONS[state]).length === 0,
);

/** Statuses of a booking that the person sees. */
export const BOOKING_STATUSES = [
  'CHECKING',
  'CONFIRMED',
  'MOVED_BY_PRACTICE',
  'FAILED',
  'NEEDS_ATTENTION',
  'CANCELLING',
  'CANCELLED',
  'CANCELLED_BY_PRACTICE',
] as const;
export type BookingStatus = (typeof BOOKING_STATUSES)[number];

const STATUSES: Record<BookingState, BookingStatus> = {
  BOOKING: 'CHECKING',
  UNKNOWN: 'CHECKING',
  CONFIRMED: 'CONFIRMED',
  MOVED: 'MOVED_BY_PRACTICE',
  MISSING: 'NEEDS_ATTENTION',
  FAILED: 'FAILED',
  MANUAL: 'NEEDS_ATTENTION',
  CANCELLING: 'CANCELLING',
  CANCEL_UNKNOWN: 'CANCELLING',
  CANCEL_MANUAL: 'NEEDS_ATTENTION',
  CANCELLED: 'CANCELLED',
  CANCELLED_BY_PRACTICE: 'CANCELLED_BY_PRACTICE',
  // Nobody has to turn up: it was said to have failed, and is being given back.
  ORPHAN_FOUND: 'FAILED',
  ORPHAN_MANUAL: 'NEEDS_ATTENTION',
  // The same, of what they have cancelled.
  DUPLICATE_FOUND: 'CANCELLED',
  DUPLICATE_MANUAL: 'NEEDS_ATTENTION',
};

export function statusOf(state: BookingState): BookingStatus {
  return STATUSES[state];
}
