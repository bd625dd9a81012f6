import { NOT_KNOWN } from './bands';
import { OWN_PRACTICE } from './dimensions';

/** Codes of facts in the words of tables; a code without words is shown as it is. */

const OWN_ANSWERS: Readonly<Record<string, string>> = {
  SLOTS: 'Had times',
  NO_SLOTS_IN_TIME: 'None in time',
  TIMES_HELD_BY_OTHERS: 'All being booked by others',
  NOT_RELEASED: 'Not released',
  BOOK_CLOSED: 'Book closed',
  ACCESS_NEED_NOT_MET: 'Access need not met',
  ACCESS_NOT_KNOWN: 'Access not known',
  NOT_CONNECTED: 'Not connected',
  SIGN_IN_REQUIRED: 'Sign-in required',
  SUPPLIER_TIMED_OUT: 'Timed out',
  SUPPLIER_FAILED: 'Failed',
  NO_OWN_PRACTICE_KNOWN: 'No own practice known',
};

const ELSEWHERE_REASONS: Readonly<Record<string, string>> = {
  ...OWN_ANSWERS,
  OWN_PRACTICE_TIMES_DO_NOT_SUIT: 'Times did not suit',
  AWAY_FROM_HOME: 'Away from home',
  NOT_REGISTERED: 'Not registered',
  OWN_PRACTICE_NOT_SEARCHED: 'Own practice not searched',
  OWN_PRACTICE_HAD_SLOTS: 'Had times all the same',
  NOTHING_AT_OWN_PRACTICE: 'Nothing at the own practice',
};

const NOT_OFFERED: Readonly<Record<string, string>> = {
  NOT_OPTED_IN: 'Not opted in',
  BOOK_CLOSED: 'Book closed',
  RELEASE_RULE: 'Release rule',
  ACCESS_NEED_NOT_MET: 'Access need not met',
  ACCESS_NOT_KNOWN: 'Access not known',
  NO_SLOTS_IN_TIME: 'None in time',
  TIMES_HELD_BY_OTHERS: 'All being booked by others',
  SUPPLIER_TIMED_OUT: 'Timed out',
  SUPPLIER_FAILED: 'Failed',
  NOT_CONNECTED: 'Not connected',
  ENOUGH_FOUND_NEARER: 'Enough found nearer',
  NOT_ASKED_ENOUGH_FOUND: 'Not asked: enough found',
  NOT_ASKED_LIMIT_REACHED: 'Not asked: limit reached',
  NOT_ASKED_OWN_PRACTICE_FIRST: 'Not asked: own practice first',
  NOT_ASKED_OWN_PRACTICE_ONLY: 'Not asked: own practice only',
};

const SUPPLIER_OUTCOMES: Readonly<Record<string, string>> = {
  ANSWERED: 'Answered',
  PARTLY_ANSWERED: 'Partly answered',
  TIMED_OUT: 'Timed out',
  THROTTLED: 'Throttled',
  UNAVAILABLE: 'Unavailable',
  CIRCUIT_OPEN: 'Not called after failures',
  MAINTENANCE: 'Maintenance',
};

const CANCEL_REASONS: Readonly<Record<string, string>> = {
  FEELING_BETTER: 'Feeling better',
  CANNOT_ATTEND: 'Cannot attend',
  BOOKED_ELSEWHERE: 'Booked elsewhere',
  OTHER: 'Other',
  BY_PRACTICE: 'By the practice',
  MOVED_TO_ANOTHER_TIME: 'Moved to another time',
  NOT_KNOWN,
};

function wordsIn(words: Readonly<Record<string, string>>): (code: string) => string {
  return (code) => words[code] ?? code;
}

export const ownAnswerWords = wordsIn(OWN_ANSWERS);
export const notOfferedWords = wordsIn(NOT_OFFERED);
export const supplierOutcomeWords = wordsIn(SUPPLIER_OUTCOMES);
export const cancelReasonWords = wordsIn(CANCEL_REASONS);

/** @param reason null at the own practice */
export function elsewhereWords(reason: string | null): string {
  return reason === null ? OWN_PRACTICE : (ELSEWHERE_REASONS[reason] ?? reason);
}
