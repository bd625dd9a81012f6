/** States of a booking whose outcome is open. */
export type OpenState =
  | 'BOOKING'
  | 'UNKNOWN'
  | 'CANCELLING'
  | 'CANCEL_UNKNOWN'
  | 'ORPHAN_FOUND'
  | 'DUPLICATE_FOUND'
  | 'MISSING'
  | 'MANUAL'
  | 'CANCEL_MANUAL'
  | 'ORPHAN_MANUAL'
  | 'DUPLICATE_MANUAL';

/** One of the practice's two possible answers. */
export interface PracticeSays {
  /** Continues "the practice says:". */
  means: string;
  /** Status that the person sees once it is settled so. */
  becomes: string;
  /** Ends the sentence on what the person sees. */
  also?: string;
}

export interface OperatorAdvice {
  /** The open question, in words. */
  unknown: string;
  /** Status that the person sees meanwhile, where that is not obvious. */
  personSees?: string;
  /** Question for the practice, and its answers; null when the booking settles by itself. */
  ask: { question: string; stands: PracticeSays; absent: PracticeSays } | null;
}

/** Advice of docs/operate.md in short, for the console and for `npm run ops`. */
export const ADVICE: Readonly<Record<OpenState, OperatorAdvice>> = {
  BOOKING: { unknown: 'It is just being sent to the practice, or what sent it has died.', ask: null },
  UNKNOWN: { unknown: 'Whether the practice has it: its answer was lost.', ask: null },
  CANCELLING: { unknown: 'It is just being cancelled, or what cancelled it has died.', ask: null },
  CANCEL_UNKNOWN: { unknown: 'Whether the practice has cancelled it: its answer was lost.', ask: null },
  ORPHAN_FOUND: {
    unknown: 'It was said to have failed, and then turned up at the practice: it is kept or given back.',
    ask: null,
  },
  DUPLICATE_FOUND: {
    unknown: 'It was cancelled, and then booked again by a request that came twice: it is given back.',
    ask: null,
  },
  MISSING: {
    unknown: 'It is not in the practice’s book any more, and its time is taken.',
    ask: {
      question: 'Phone the practice: has it cancelled this appointment, or moved it? Or is it in its book?',
      stands: { means: 'it is in its book', becomes: 'CONFIRMED' },
      absent: { means: 'the practice has cancelled it', becomes: 'CANCELLED_BY_PRACTICE' },
    },
  },
  MANUAL: {
    unknown: 'Whether the practice has it.',
    personSees: 'NEEDS_ATTENTION',
    ask: {
      question: 'Phone the practice: is there such an appointment in its book?',
      stands: { means: 'it has it', becomes: 'CONFIRMED' },
      absent: { means: 'it has not', becomes: 'FAILED', also: ' and can book again' },
    },
  },
  CANCEL_MANUAL: {
    unknown: 'Whether it still stands at the practice, although the person gave it up.',
    ask: {
      question: 'Phone the practice: has it been cancelled? If not, ask for that.',
      stands: { means: 'the practice keeps it', becomes: 'CONFIRMED' },
      absent: { means: 'it is cancelled', becomes: 'CANCELLED' },
    },
  },
  ORPHAN_MANUAL: {
    unknown: 'The person was told that it had failed, but the practice has an appointment that may be ours.',
    ask: {
      question:
        'Phone the practice: is it this person’s, and do they want it? If not, ask for it to be cancelled.',
      stands: { means: 'it stands and is wanted', becomes: 'CONFIRMED' },
      absent: { means: 'it is gone, or was never ours', becomes: 'FAILED' },
    },
  },
  DUPLICATE_MANUAL: {
    unknown: 'The person cancelled it, and something stands at that time again, which may be ours.',
    ask: {
      question:
        'Phone the practice: has the person booked it again there? If not, ask for it to be cancelled.',
      stands: { means: 'it stands and is wanted', becomes: 'CONFIRMED' },
      absent: { means: 'it is gone, or is their own affair', becomes: 'CANCELLED' },
    },
  },
};
