import type { Dimension } from './dimensions';
import type { Grain } from './periods';
import type { StatisticsQuestion } from './statistics-question';
import type { Measure } from './topics';

/** A question that commissioners ask, with the input that answers it. */
export interface SavedQuestion {
  number: number;
  title: string;
  measures: readonly Measure[];
  by: readonly Dimension[];
  /** The length of the periods for which it is asked first. */
  grain: Grain;
}

/** The twenty questions (docs/insight.md), each in one sentence. */
export const TWENTY_QUESTIONS: readonly SavedQuestion[] = [
  saved(
    1,
    'What were the outcomes of symptom checks, by week and age?',
    ['CHECKS_COMPLETED'],
    ['PERIOD', 'DISPOSITION', 'AGE_BAND'],
    'WEEK',
  ),
  saved(
    2,
    'How many symptom checks were started, completed and abandoned, by complaint?',
    ['CHECKS_STARTED', 'CHECKS_COMPLETED', 'CHECKS_ABANDONED'],
    ['PATHWAY'],
  ),
  saved(
    3,
    'How does demand change from week to week?',
    ['CHECKS_STARTED', 'CHECKS_COMPLETED', 'SEARCHES', 'BOOKINGS'],
    ['PERIOD'],
    'WEEK',
  ),
  saved(4, 'To which level of care were people sent?', ['CHECKS_COMPLETED', 'CARE_SHARE'], ['CARE_LEVEL']),
  saved(
    5,
    'Were people booked at their own practice, elsewhere, or not in time?',
    ['BOOKINGS_OWN', 'BOOKINGS_ELSEWHERE', 'SEARCHES_NOTHING'],
    ['PERIOD'],
  ),
  saved(6, 'How far did people travel?', ['BOOKINGS'], ['DISTANCE']),
  saved(7, 'How long was it from the outcome to the appointment?', ['BOOKINGS'], ['LEAD_TIME']),
  saved(
    8,
    'How many released times were used, by practice?',
    ['TIMES_RELEASED', 'TIMES_USED', 'TIMES_USED_SHARE'],
    ['PRACTICE'],
  ),
  saved(
    9,
    'Where did people find no time at all?',
    ['SEARCHES', 'SEARCHES_NOTHING', 'SEARCHES_NOTHING_SHARE'],
    ['OUTWARD_CODE'],
  ),
  saved(10, 'What did people’s own practices answer?', ['SEARCHES'], ['OWN_PRACTICE_ANSWER']),
  saved(11, 'Why were other practices not offered?', ['SEARCHES_NOT_OFFERED'], ['NOT_OFFERED_REASON']),
  saved(
    12,
    'How often did suppliers fail, by month?',
    ['SUPPLIER_SEARCHES', 'SUPPLIER_FAILED', 'SUPPLIER_FAILED_SHARE'],
    ['PERIOD', 'SUPPLIER'],
  ),
  saved(
    13,
    'How many kept times ran out or were let go?',
    ['HOLDS', 'HOLDS_EXPIRED', 'HOLDS_RELEASED', 'HOLDS_LOST_SHARE'],
    ['PERIOD'],
  ),
  saved(14, 'How many appointments were cancelled, and why?', ['BOOKINGS_CANCELLED'], ['CANCEL_REASON']),
  saved(15, 'In which mode are appointments booked?', ['BOOKINGS'], ['MODE']),
  saved(16, 'At which hours and on which weekdays do people come?', ['CHECKS_STARTED'], ['WEEKDAY', 'HOUR']),
  saved(
    17,
    'How does demand differ between integrated care boards?',
    ['CHECKS_STARTED', 'SEARCHES', 'BOOKINGS'],
    ['ICB'],
  ),
  saved(
    18,
    'How does demand differ with deprivation?',
    ['CHECKS_STARTED', 'SEARCHES', 'SEARCHES_NOTHING'],
    ['DEPRIVATION'],
  ),
  saved(19, 'Who uses the service, by sex and registered practice?', ['CHECKS_STARTED'], ['SEX', 'PRACTICE']),
  saved(
    20,
    'How many people were refused online and told to call 111?',
    ['CHECKS_REFUSED'],
    ['PERIOD', 'PATHWAY'],
  ),
];

function saved(
  number: number,
  title: string,
  ...[measures, by, grain = 'MONTH']: [readonly Measure[], readonly Dimension[], Grain?]
): SavedQuestion {
  return { number, title, measures, by, grain };
}

/** The question for periods from one to another. */
export function questionFor(
  { measures, by, grain }: SavedQuestion,
  from: string,
  to: string,
): StatisticsQuestion {
  return { measures, by, period: { grain, from, to }, where: [], fill: true };
}
