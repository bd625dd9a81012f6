/**
 * The life of a booking. Pure: which event moves which state where. Whatever is not listed is refused, so a late worker
 * or a repeated answer changes nothing.
 *
 * `BOOKING` is on disk before the supplier is called. From then on it is not known what the supplier did until it says
 * so; `UNKNOWN` is a state that the person sees (as CHECKING), not an error.
 */
export const BOOKING_STATES = [
  'BOOKING',
  'UNKNOWN',
  'CONFIRMED',
  'FAILED',
  'MANUAL',
  'CANCELLING',
  'CANCEL_UNKNOWN',
  'CANCELLED',
] as const;
export type BookingState = (typeof BOOKING_STATES)[number];

export const BOOKING_EVENTS = [
  /** The supplier said yes. */
  'ACCEPTED',
  /** The supplier said no and did nothing, or the request never left. */
  'REFUSED',
  /** The supplier's answer did not come, or cannot be understood; or our process died while it was awaited. */
  'ANSWER_LOST',
  /** Read-back found the appointment standing. */
  'FOUND',
  /** Read-back found, twice and far enough apart, that it is not there; or that it is there no more. */
  'PROVEN_ABSENT',
  /** It could not be found out before somebody has to act. */
  'OUT_OF_TIME',
  'CANCEL_ASKED',
  'CANCEL_ACCEPTED',
  'CANCEL_REFUSED',
] as const;
export type BookingEvent = (typeof BOOKING_EVENTS)[number];

/** States in which the slot is, or may be, taken by us: the unique index in the ledger covers exactly these. */
export const LIVE_STATES = [
  'BOOKING',
  'UNKNOWN',
  'CONFIRMED',
  'MANUAL',
  'CANCELLING',
  'CANCEL_UNKNOWN',
] as const;

/** States in which a booking may or may not exist: no other is tried for the same person meanwhile. */
export const DOUBTFUL_STATES = ['BOOKING', 'UNKNOWN'] as const;

/** States that nothing but time and read-back will change: the reconciler looks after them. */
export const UNSETTLED_STATES = ['BOOKING', 'UNKNOWN', 'CANCELLING', 'CANCEL_UNKNOWN'] as const;

const MOVES: Record<BookingState, Partial<Record<BookingEvent, BookingState>>> = {
  BOOKING: { ACCEPTED: 'CONFIRMED', REFUSED: 'FAILED', ANSWER_LOST: 'UNKNOWN' },
  // An answer that arrives after we gave it up counts as well as a read-back.
  UNKNOWN: { ACCEPTED: 'CONFIRMED', FOUND: 'CONFIRMED', PROVEN_ABSENT: 'FAILED', OUT_OF_TIME: 'MANUAL' },
  CONFIRMED: { CANCEL_ASKED: 'CANCELLING' },
  FAILED: {},
  // Somebody has it in hand; only the supplier's own late answer still settles it by itself.
  MANUAL: { ACCEPTED: 'CONFIRMED' },
  CANCELLING: { CANCEL_ACCEPTED: 'CANCELLED', CANCEL_REFUSED: 'CONFIRMED', ANSWER_LOST: 'CANCEL_UNKNOWN' },
  CANCEL_UNKNOWN: {
    CANCEL_ACCEPTED: 'CANCELLED',
    FOUND: 'CONFIRMED',
    PROVEN_ABSENT: 'CANCELLED',
    OUT_OF_TIME: 'MANUAL',
  },
  CANCELLED: {},
};

/** The state after the event, or null when the event does not apply to the state. */
export function after(state: BookingState, event: BookingEvent): BookingState | null {
  return MOVES[state][event] ?? null;
}

/** What the person is told. */
export const BOOKING_STATUSES = [
  'CHECKING',
  'CONFIRMED',
  'FAILED',
  'NEEDS_A_PERSON',
  'CANCELLING',
  'CANCELLED',
] as const;
export type BookingStatus = (typeof BOOKING_STATUSES)[number];

const STATUSES: Record<BookingState, BookingStatus> = {
  BOOKING: 'CHECKING',
  UNKNOWN: 'CHECKING',
  CONFIRMED: 'CONFIRMED',
  FAILED: 'FAILED',
  MANUAL: 'NEEDS_A_PERSON',
  CANCELLING: 'CANCELLING',
  CANCEL_UNKNOWN: 'CANCELLING',
  CANCELLED: 'CANCELLED',
};

export function statusOf(state: BookingState): BookingStatus {
  return STATUSES[state];
}
