import type { BaseDimension, Dimension } from './dimensions';

/** Kinds of facts. Each has measures, which are counts of its facts, and dimensions. */
export const TOPICS = [
  'check',
  'search',
  'reason',
  'supplier',
  'hold',
  'booked',
  'failed',
  'cancelled',
  'slot',
] as const;
export type Topic = (typeof TOPICS)[number];

const PERSON = ['PATHWAY', 'AGE_BAND', 'SEX', 'DEPRIVATION'] as const satisfies readonly BaseDimension[];
const TIME = ['HOUR', 'WEEKDAY'] as const satisfies readonly BaseDimension[];
/** Areas of the person's own practice; for times at practices, of that practice. */
const GEOGRAPHY = ['PRACTICE', 'PCN', 'SUB_ICB', 'ICB'] as const satisfies readonly BaseDimension[];
const NEED = [...TIME, ...PERSON, 'DISPOSITION', ...GEOGRAPHY, 'OUTWARD_CODE'] as const;
const BOOKING = [
  ...NEED,
  'OWN_PRACTICE_ANSWER',
  'ELSEWHERE_REASON',
  'DISTANCE',
  'LEAD_STEP',
  'MODE',
  'SUPPLIER',
] as const;

export const TOPIC_FACTS: Readonly<
  Record<
    Topic,
    { owner: 'triage' | 'appointments'; dimensions: readonly BaseDimension[]; counts: readonly string[] }
  >
> = {
  check: {
    owner: 'triage',
    dimensions: NEED,
    counts: ['started', 'completed', 'abandoned', 'refused'],
  },
  search: {
    owner: 'appointments',
    dimensions: [...NEED, 'OWN_PRACTICE_ANSWER'],
    counts: ['all', 'own', 'elsewhere', 'nothing'],
  },
  reason: { owner: 'appointments', dimensions: [...NEED, 'NOT_OFFERED_REASON'], counts: ['all'] },
  supplier: {
    owner: 'appointments',
    dimensions: [...TIME, 'SUPPLIER', 'SUPPLIER_OUTCOME', ...GEOGRAPHY],
    counts: ['all', 'failed'],
  },
  hold: {
    owner: 'appointments',
    dimensions: [...NEED, 'ELSEWHERE_REASON', 'MODE', 'SUPPLIER'],
    counts: ['all', 'booked', 'released', 'expired'],
  },
  booked: { owner: 'appointments', dimensions: BOOKING, counts: ['all', 'own', 'elsewhere', 'moved'] },
  failed: { owner: 'appointments', dimensions: BOOKING, counts: ['all'] },
  cancelled: { owner: 'appointments', dimensions: [...BOOKING, 'CANCEL_REASON'], counts: ['all'] },
  slot: {
    owner: 'appointments',
    dimensions: [...TIME, 'MODE', 'SUPPLIER', ...GEOGRAPHY],
    counts: ['released', 'used'],
  },
};

export const MEASURES = [
  'CHECKS_STARTED',
  'CHECKS_COMPLETED',
  'CHECKS_ABANDONED',
  'CHECKS_REFUSED',
  'SEARCHES',
  'SEARCHES_OWN_HAD_TIMES',
  'SEARCHES_ONLY_ELSEWHERE',
  'SEARCHES_NOTHING',
  'SEARCHES_NOT_OFFERED',
  'SUPPLIER_SEARCHES',
  'SUPPLIER_FAILED',
  'HOLDS',
  'HOLDS_EXPIRED',
  'HOLDS_RELEASED',
  'BOOKINGS',
  'BOOKINGS_OWN',
  'BOOKINGS_ELSEWHERE',
  'BOOKINGS_MOVED',
  'BOOKINGS_FAILED',
  'BOOKINGS_CANCELLED',
  'TIMES_RELEASED',
  'TIMES_USED',
  'LEAD_MINUTES_MEDIAN',
  'LEAD_MINUTES_P90',
  'CHECKS_COMPLETED_SHARE',
  'CHECKS_ABANDONED_SHARE',
  'CARE_SHARE',
  'SEARCHES_NOTHING_SHARE',
  'SUPPLIER_FAILED_SHARE',
  'HOLDS_LOST_SHARE',
  'TIMES_USED_SHARE',
] as const;
export type Measure = (typeof MEASURES)[number];

interface Counted {
  kind: 'COUNT';
  topic: Topic;
  /** Place among the counts of its topic. */
  count: string;
  /** No people are counted, so nothing is withheld. */
  isExact?: true;
  /** It means something for each value of this dimension alone. */
  needs?: Dimension;
}

/** Computed from published counts, never from exact ones. */
interface Share {
  kind: 'SHARE';
  of: readonly CountMeasure[];
  /** Null: of the same measure in all rows of the same period. */
  in: CountMeasure | null;
}

interface Waiting {
  kind: 'MINUTES';
  quantile: number;
}

export type CountMeasure = Exclude<Measure, 'LEAD_MINUTES_MEDIAN' | 'LEAD_MINUTES_P90' | `${string}_SHARE`>;

export type MeasureFacts = { title: string } & (Counted | Share | Waiting);

const count = (title: string, topic: Topic, counted: string, more: Partial<Counted> = {}) =>
  ({ title, kind: 'COUNT', topic, count: counted, ...more }) as const satisfies MeasureFacts;

export const COUNT_FACTS: Readonly<Record<CountMeasure, Counted & { title: string }>> = {
  CHECKS_STARTED: count('Symptom checks started', 'check', 'started'),
  CHECKS_COMPLETED: count('Symptom checks with an outcome', 'check', 'completed'),
  CHECKS_ABANDONED: count('Symptom checks without an outcome', 'check', 'abandoned'),
  CHECKS_REFUSED: count('Refused online and told to call 111', 'check', 'refused'),
  SEARCHES: count('People who searched for a time', 'search', 'all'),
  SEARCHES_OWN_HAD_TIMES: count('Own practice had times', 'search', 'own'),
  SEARCHES_ONLY_ELSEWHERE: count('Only other practices had times', 'search', 'elsewhere'),
  SEARCHES_NOTHING: count('No time anywhere', 'search', 'nothing'),
  SEARCHES_NOT_OFFERED: count('Searches that left out other practices for the reason', 'reason', 'all', {
    needs: 'NOT_OFFERED_REASON',
  }),
  SUPPLIER_SEARCHES: count('Searches that asked the supplier', 'supplier', 'all', { needs: 'SUPPLIER' }),
  SUPPLIER_FAILED: count('Searches that the supplier did not answer in full', 'supplier', 'failed', {
    needs: 'SUPPLIER',
  }),
  HOLDS: count('Times kept for people', 'hold', 'all'),
  HOLDS_EXPIRED: count('Kept times that ran out', 'hold', 'expired'),
  HOLDS_RELEASED: count('Kept times that were let go', 'hold', 'released'),
  BOOKINGS: count('Appointments booked', 'booked', 'all'),
  BOOKINGS_OWN: count('Booked at the own practice', 'booked', 'own'),
  BOOKINGS_ELSEWHERE: count('Booked at another practice', 'booked', 'elsewhere'),
  BOOKINGS_MOVED: count('Booked in place of an earlier appointment', 'booked', 'moved'),
  BOOKINGS_FAILED: count('Bookings that failed', 'failed', 'all'),
  BOOKINGS_CANCELLED: count('Appointments cancelled', 'cancelled', 'all'),
  TIMES_RELEASED: count('Times that searches were offered', 'slot', 'released', { isExact: true }),
  TIMES_USED: count('Of these, booked through this service', 'slot', 'used'),
};

export const MEASURE_FACTS: Readonly<Record<Measure, MeasureFacts>> = {
  ...COUNT_FACTS,
  LEAD_MINUTES_MEDIAN: { title: 'Median wait from outcome to appointment', kind: 'MINUTES', quantile: 0.5 },
  LEAD_MINUTES_P90: { title: 'Wait of nine in ten people at most', kind: 'MINUTES', quantile: 0.9 },
  CHECKS_COMPLETED_SHARE: share('Share with an outcome', ['CHECKS_COMPLETED'], 'CHECKS_STARTED'),
  CHECKS_ABANDONED_SHARE: share('Share without an outcome', ['CHECKS_ABANDONED'], 'CHECKS_STARTED'),
  CARE_SHARE: share('Share of all outcomes', ['CHECKS_COMPLETED'], null),
  SEARCHES_NOTHING_SHARE: share('Share with no time anywhere', ['SEARCHES_NOTHING'], 'SEARCHES'),
  SUPPLIER_FAILED_SHARE: share('Share not answered in full', ['SUPPLIER_FAILED'], 'SUPPLIER_SEARCHES'),
  HOLDS_LOST_SHARE: share('Share that ran out or was let go', ['HOLDS_EXPIRED', 'HOLDS_RELEASED'], 'HOLDS'),
  TIMES_USED_SHARE: share('Share of times used', ['TIMES_USED'], 'TIMES_RELEASED'),
};

function share(title: string, of: readonly CountMeasure[], whole: CountMeasure | null): MeasureFacts {
  return { title, kind: 'SHARE', of, in: whole };
}

/** The counts from which a measure is computed. */
export function countsFor(measure: Measure): readonly CountMeasure[] {
  const facts = MEASURE_FACTS[measure];
  switch (facts.kind) {
    case 'COUNT':
      return isCount(measure) ? [measure] : [];
    case 'SHARE':
      return facts.in === null ? facts.of : [...facts.of, facts.in];
    case 'MINUTES':
      return ['BOOKINGS'];
  }
}

export function isCount(measure: Measure): measure is CountMeasure {
  return Object.hasOwn(COUNT_FACTS, measure);
}
