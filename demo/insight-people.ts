import { ageInDays, ageInMonths, CalendarDate, londonDate, startOfLondonDay } from '../domain/london-time';
import { nextDay } from '../domain/insight/periods';
import { seededRandom, type SeededRandom } from '../domain/seeded-random';

/**
 * Invented people with a known history each: a check, perhaps a search, a kept time, a booking and its end. What statistics
 * say of them can be compared with what is true.
 */
export interface InsightPerson {
  number: number;
  /** The start of the symptom check. */
  at: Date;
  pathway: string;
  born: CalendarDate;
  ageInDays: number;
  ageInMonths: number;
  sex: 'FEMALE' | 'MALE';
  postcode: string;
  deprivation: number | null;
  practice: string | null;
  check:
    { result: 'REFUSED' } | { result: 'ABANDONED' } | { result: 'COMPLETED'; disposition: string; at: Date };
  search: PersonSearch | null;
  hold: PersonHold | null;
}

export interface PersonSearch {
  at: Date;
  ownAnswer:
    | 'SLOTS'
    | 'NO_SLOTS_IN_TIME'
    | 'NOT_RELEASED'
    | 'BOOK_CLOSED'
    | 'NOT_CONNECTED'
    | 'SUPPLIER_TIMED_OUT'
    | 'SUPPLIER_FAILED'
    | null;
  found: 'OWN' | 'ELSEWHERE' | 'NOTHING';
  notOffered: readonly string[];
  suppliers: readonly { supplier: string; outcome: string }[];
  slots: readonly PersonSlot[];
}

export interface PersonSlot {
  id: string;
  practice: string;
  supplier: string;
  startsAt: Date;
  mode: 'IN_PERSON' | 'TELEPHONE' | 'VIDEO';
}

export interface PersonHold {
  at: Date;
  slot: PersonSlot;
  miles: number;
  elsewhereReason: 'OWN_PRACTICE_TIMES_DO_NOT_SUIT' | 'AWAY_FROM_HOME' | null;
  end: 'EXPIRED' | 'RELEASED' | 'BOOKED' | 'FAILED';
  endsAt: Date;
  /** The end of a booking that stood; null where it still does. */
  cancelled: { at: Date; reason: 'FEELING_BETTER' | 'CANNOT_ATTEND' | 'OTHER' | 'BY_PRACTICE' } | null;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Practices of the demo directory, in two sub-ICB locations' worth of places. */
const PRACTICES = ['Z90001', 'Z90002', 'Z90003', 'Z90004'] as const;
const POSTCODES = ['WY1 1AA', 'WY1 5HX', 'WY2 1AA'] as const;
const SUPPLIERS: Readonly<Record<string, string>> = {
  Z90001: 'emis',
  Z90002: 'tpp',
  Z90003: 'emis',
  Z90004: 'gp-connect',
};
const OUTCOMES = ['gp-6h', 'gp-6h', 'gp-24h', 'gp-24h', 'pharmacy-24h', 'self-care', 'ambulance'] as const;
const OWN_ANSWERS = [
  'NO_SLOTS_IN_TIME',
  'NO_SLOTS_IN_TIME',
  'NOT_RELEASED',
  'BOOK_CLOSED',
  'SUPPLIER_TIMED_OUT',
] as const;
const ENDS = [
  'BOOKED',
  'BOOKED',
  'BOOKED',
  'BOOKED',
  'BOOKED',
  'BOOKED',
  'EXPIRED',
  'RELEASED',
  'FAILED',
] as const;
const BOOKABLE: ReadonlySet<string> = new Set(['gp-6h', 'gp-24h']);

/** @param first the day on which the first of them begins; they are spread over `days` days. */
export function insightPeople(
  seed: number,
  first: CalendarDate,
  { count = 500, days = 28 } = {},
): InsightPerson[] {
  return Array.from({ length: count }, (_, number) =>
    personOf(number, first, days, seededRandom(seed, 'insight', number)),
  );
}

function personOf(number: number, first: CalendarDate, days: number, random: SeededRandom): InsightPerson {
  const at = momentOf(first, random.below(days), random);
  const day = londonDate(at);
  const born = bornOf(day, random);
  const practice = random.chance(0.96) ? random.pick(PRACTICES) : null;
  const check = checkOf(at, random);
  const reached = check.result === 'COMPLETED' && BOOKABLE.has(check.disposition) ? check.at : null;
  const search =
    reached === null || !random.chance(0.95) ? null : searchOf(number, reached, practice, random);
  return {
    number,
    at,
    pathway: random.pick(['cough', 'cough', 'child-rash', 'headache-adult']),
    born,
    ageInDays: ageInDays(born, day),
    ageInMonths: ageInMonths(born, day),
    sex: random.pick(['FEMALE', 'MALE']),
    postcode: random.pick(POSTCODES),
    deprivation: random.chance(0.9) ? 1 + random.below(5) : null,
    practice,
    check,
    search,
    hold: search === null || search.found === 'NOTHING' ? null : holdOf(search, practice, random),
  };
}

/** A moment of the day when people are awake, a little more often in the morning. */
function momentOf(first: CalendarDate, days: number, random: SeededRandom): Date {
  let day = first;
  for (let passed = 0; passed < days; passed++) day = nextDay(day);
  const hour = random.chance(0.5) ? 8 + random.below(3) : 7 + random.below(15);
  return new Date(startOfLondonDay(day).getTime() + (hour * 60 + random.below(60)) * MINUTE_MS);
}

function bornOf(day: CalendarDate, random: SeededRandom): CalendarDate {
  const years = random.pick([1, 3, 7, 12, 20, 25, 33, 38, 45, 52, 60, 70, 82]);
  const birthday = new Date(Date.parse(day) - (years * 365 + 40 + random.below(200)) * DAY_MS);
  return CalendarDate.parse(birthday.toISOString().slice(0, 10));
}

function checkOf(at: Date, random: SeededRandom): InsightPerson['check'] {
  if (random.chance(0.07)) return { result: 'REFUSED' };
  if (random.chance(0.12)) return { result: 'ABANDONED' };
  const reached = new Date(at.getTime() + (2 + random.below(9)) * MINUTE_MS);
  return { result: 'COMPLETED', disposition: random.pick(OUTCOMES), at: reached };
}

function searchOf(
  number: number,
  reached: Date,
  practice: string | null,
  random: SeededRandom,
): PersonSearch {
  const at = new Date(reached.getTime() + (1 + random.below(3)) * MINUTE_MS);
  const ownAnswer = practice === null ? null : random.chance(0.5) ? 'SLOTS' : random.pick(OWN_ANSWERS);
  const found = ownAnswer === 'SLOTS' ? 'OWN' : random.chance(0.75) ? 'ELSEWHERE' : 'NOTHING';
  const offering =
    found === 'OWN' ? [practice ?? ''] : found === 'ELSEWHERE' ? others(practice, random).slice(0, 2) : [];
  return {
    at,
    ownAnswer,
    found,
    notOffered:
      found === 'OWN'
        ? ['NOT_ASKED_OWN_PRACTICE_FIRST']
        : random.shuffled(['NO_SLOTS_IN_TIME', 'BOOK_CLOSED', 'RELEASE_RULE']).slice(0, 2),
    suppliers: [
      { supplier: 'emis', outcome: random.chance(0.08) ? 'TIMED_OUT' : 'ANSWERED' },
      { supplier: 'tpp', outcome: random.chance(0.2) ? 'UNAVAILABLE' : 'ANSWERED' },
    ],
    slots: offering.flatMap((one) => slotsAt(one, number, at, random)),
  };
}

function others(practice: string | null, random: SeededRandom): string[] {
  return random.shuffled(PRACTICES.filter((one) => one !== practice));
}

/** Three times: today, tomorrow and later. */
function slotsAt(practice: string, number: number, at: Date, random: SeededRandom): PersonSlot[] {
  return [60, 24 * 60, 4 * 24 * 60].map((minutes, place) => ({
    id: `slot-${number}-${practice}-${place}`,
    practice,
    supplier: SUPPLIERS[practice] ?? 'emis',
    startsAt: new Date(at.getTime() + (minutes + random.below(120)) * MINUTE_MS),
    mode: random.pick(['IN_PERSON', 'IN_PERSON', 'TELEPHONE', 'VIDEO']),
  }));
}

function holdOf(
  { at: searchedAt, slots, ownAnswer }: PersonSearch,
  practice: string | null,
  random: SeededRandom,
): PersonHold | null {
  const [slot] = random.shuffled(slots);
  if (slot === undefined || !random.chance(0.9)) return null;
  const at = new Date(searchedAt.getTime() + MINUTE_MS);
  const endsAt = new Date(at.getTime() + MINUTE_MS);
  const end = random.pick(ENDS);
  const isOwn = slot.practice === practice;
  const isWilling = !isOwn && ownAnswer !== null && random.chance(0.2);
  return {
    at,
    slot,
    miles: random.fraction() * 9.5,
    elsewhereReason: isWilling ? random.pick(['OWN_PRACTICE_TIMES_DO_NOT_SUIT', 'AWAY_FROM_HOME']) : null,
    end,
    endsAt,
    cancelled:
      end === 'BOOKED' && random.chance(0.25)
        ? {
            at: new Date(endsAt.getTime() + 5 * MINUTE_MS),
            reason: random.pick(['FEELING_BETTER', 'CANNOT_ATTEND', 'OTHER', 'BY_PRACTICE']),
          }
        : null,
  };
}
