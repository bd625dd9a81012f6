import { counted } from '../kit/texts';
import type { BookingStatus, Supplier } from './answers';
import { ADVICE, type OpenState, type OperatorAdvice } from './what-to-do';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** For example "40 seconds", "12 minutes", "2 hours 10 minutes", "3 days": as exact as an operator needs it. */
export function duration(seconds: number): string {
  if (seconds < 2 * MINUTE) return counted(Math.max(0, Math.round(seconds)), 'second');
  if (seconds < 2 * HOUR) return counted(Math.floor(seconds / MINUTE), 'minute');
  if (seconds < 2 * DAY) {
    const minutes = Math.floor((seconds % HOUR) / MINUTE);
    const hours = counted(Math.floor(seconds / HOUR), 'hour');
    return minutes === 0 ? hours : `${hours} ${counted(minutes, 'minute')}`;
  }
  return counted(Math.floor(seconds / DAY), 'day');
}

const STATUS: Readonly<Record<BookingStatus, string>> = {
  CONFIRMED: 'it is booked',
  CHECKING: 'we are asking the practice',
  NEEDS_ATTENTION: 'we are still checking with the practice',
  FAILED: 'it was not booked',
  CANCELLING: 'it is being cancelled',
  CANCELLED: 'it is cancelled',
  CANCELLED_BY_PRACTICE: 'the practice has cancelled it',
  MOVED_BY_PRACTICE: 'the practice has moved it',
};

/** Continues "The person sees that". */
export function statusWords(status: string): string {
  return isStatus(status) ? STATUS[status] : 'it has another status';
}

function isStatus(status: string): status is BookingStatus {
  return Object.hasOwn(STATUS, status);
}

const NOTICES = {
  BOOKED_ELSEWHERE: 'a patient of theirs was booked elsewhere',
  CANCELLED_ELSEWHERE: 'a booking elsewhere was cancelled',
  MOVED_ELSEWHERE: 'a booking elsewhere was moved',
} as const;

export function noticeWords(kind: keyof typeof NOTICES): string {
  return NOTICES[kind];
}

const ASKED: Readonly<Record<string, string>> = {
  BOOK: 'Booking it',
  CANCEL: 'Cancelling it',
  READ_BACK: 'Reading the practice’s book',
  SLOT_SEARCH: 'Looking at the practice’s free times',
  OPERATOR: 'An operator said',
  PERSON: 'The person said',
  SYMPTOM_CHECK: 'The symptom check says',
};

export function askedWords(asked: string): string {
  return ASKED[asked] ?? asked;
}

const MODES: Readonly<Record<string, string>> = {
  IN_PERSON: 'visit',
  TELEPHONE: 'phone call',
  VIDEO: 'video call',
};

export function modeWords(mode: string): string {
  return MODES[mode] ?? mode;
}

const SUPPLIER = {
  UP: { text: 'Answers', colour: 'green' },
  DEGRADED: { text: 'Answers with errors', colour: 'yellow' },
  DOWN: { text: 'Does not answer', colour: 'red' },
} as const;
const BREAKER = {
  CLOSED: 'We send it requests.',
  HALF_OPEN: 'We send it a few requests, to see whether it answers again.',
  OPEN: 'We send it nothing for the moment, because requests have failed.',
} as const;

export function supplierWords({ status, breaker }: Pick<Supplier, 'status' | 'breaker'>) {
  return { ...SUPPLIER[status], breaker: breaker == null ? null : BREAKER[breaker] };
}

/** Undefined where a booking is settled, or in a state that this release does not know. */
export function adviceFor(state: string): OperatorAdvice | undefined {
  return isOpen(state) ? ADVICE[state] : undefined;
}

function isOpen(state: string): state is OpenState {
  return Object.hasOwn(ADVICE, state);
}

/** Attempts that ended alike, one after the other, as one: `at` is when they began. */
export function runsOf(evidence: readonly { at: string; asked: string; answer: string }[]) {
  const runs: { asked: string; answer: string; at: string; last: string; times: number }[] = [];
  for (const { at, asked, answer } of evidence) {
    const run = runs.at(-1);
    if (run?.asked === asked && run.answer === answer) {
      run.last = at;
      run.times += 1;
    } else runs.push({ asked, answer, at, last: at, times: 1 });
  }
  return runs;
}
