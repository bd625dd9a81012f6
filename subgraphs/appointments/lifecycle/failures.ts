import type { BookRefusal } from '../../../adapters/gp-system';

/** Reason that a booking is FAILED: the supplier's answer, or the fate of the request. */
export type BookingFailure =
  | BookRefusal
  | 'THROTTLED'
  | 'NOT_SENT'
  /** It was sent, and read-back has shown that it took no effect. */
  | 'NOT_APPLIED';
