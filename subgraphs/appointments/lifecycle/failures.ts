import type { BookRefusal } from '../../../adapters/gp-system';

/** Why a booking is FAILED: what the supplier said, or what became of the request. */
export type Failure =
  | BookRefusal
  | 'THROTTLED'
  | 'NOT_SENT'
  /** It was sent, and read-back has shown that it took no effect. */
  | 'NOT_APPLIED';
