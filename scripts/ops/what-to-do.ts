import { MANUAL_STATES, UNSETTLED_STATES } from '../../subgraphs/appointments/lifecycle/states';

export const OPEN_STATES = [...UNSETTLED_STATES, ...MANUAL_STATES] as const;
export type OpenState = (typeof OPEN_STATES)[number];

export interface OperatorAdvice {
  /** The open question, in words. */
  unknown: string;
  /** Question for the practice; null when the booking settles by itself. */
  ask: string | null;
  /** Results of the practice's two possible answers. */
  stands: string;
  absent: string;
}

const BY_ITSELF = { ask: null, stands: '', absent: '' };

/** Short form of the advice in docs/operate.md. */
export function whatToDo(state: OpenState): OperatorAdvice {
  switch (state) {
    case 'BOOKING':
      return { ...BY_ITSELF, unknown: 'It is just being sent to the practice, or what sent it has died.' };
    case 'UNKNOWN':
      return { ...BY_ITSELF, unknown: 'Whether the practice has it: its answer was lost.' };
    case 'CANCELLING':
      return { ...BY_ITSELF, unknown: 'It is just being cancelled, or what cancelled it has died.' };
    case 'CANCEL_UNKNOWN':
      return { ...BY_ITSELF, unknown: 'Whether the practice has cancelled it: its answer was lost.' };
    case 'ORPHAN_FOUND':
      return {
        ...BY_ITSELF,
        unknown: 'It was said to have failed, and then turned up at the practice: it is kept or given back.',
      };
    case 'DUPLICATE_FOUND':
      return {
        ...BY_ITSELF,
        unknown: 'It was cancelled, and then booked again by a request that came twice: it is given back.',
      };
    case 'MISSING':
      return {
        unknown: 'It is not in the practice’s book any more, and its time is taken.',
        ask: 'Phone the practice: has it cancelled this appointment, or moved it? Or is it in its book?',
        stands: 'it is in its book: the person sees CONFIRMED',
        absent: 'the practice has cancelled it: the person sees CANCELLED_BY_PRACTICE',
      };
    case 'MANUAL':
      return {
        unknown: 'Whether the practice has it. The person sees NEEDS_ATTENTION.',
        ask: 'Phone the practice: is there such an appointment in its book?',
        stands: 'it has it: the person sees CONFIRMED',
        absent: 'it has not: the person sees FAILED and can book again',
      };
    case 'CANCEL_MANUAL':
      return {
        unknown: 'Whether it still stands at the practice, although the person gave it up.',
        ask: 'Phone the practice: has it been cancelled? If not, ask for that.',
        stands: 'the practice keeps it: the person sees CONFIRMED',
        absent: 'it is cancelled: the person sees CANCELLED',
      };
    case 'ORPHAN_MANUAL':
      return {
        unknown: 'The person saw FAILED, but the practice has an appointment that may be ours.',
        ask: 'Phone the practice: is it this person’s, and do they want it? If not, ask for it to be cancelled.',
        stands: 'it stands and is wanted: the person sees CONFIRMED',
        absent: 'it is gone, or was never ours: the person sees FAILED',
      };
    case 'DUPLICATE_MANUAL':
      return {
        unknown: 'The person cancelled it, and something stands at that time again, which may be ours.',
        ask: 'Phone the practice: has the person booked it again there? If not, ask for it to be cancelled.',
        stands: 'it stands and is wanted: the person sees CONFIRMED',
        absent: 'it is gone, or is their own affair: the person sees CANCELLED',
      };
  }
}
