import type { Kysely } from 'kysely';
import { wallClock } from '../../domain/london-time';
import type { InsightPerson, PersonHold, PersonSlot } from '../../demo/insight-people';
import type { LedgerTables } from '../../subgraphs/appointments/database/tables';
import type { TriageTables } from '../../subgraphs/triage/database/tables';

/**
 * The truth about invented people, said without any of the product's code for facts, cubes and tables: so that both can be
 * compared.
 */
export interface TrueFact {
  day: string;
  key: number;
  /** Dimensions by name. */
  values: Readonly<Record<string, string>>;
  /** Measures that count it. */
  measures: readonly string[];
}

/** A row that the product is to have written. */
interface ExpectedRow {
  table: 'triage_check_fact' | 'search_fact' | 'hold_fact' | 'booking_fact' | 'slot_seen';
  columns: Readonly<Record<string, unknown>>;
  facts: readonly Omit<TrueFact, 'key'>[];
}

export const PLACES: Readonly<Record<string, { subIcb: string; icb: string }>> = {
  Z90001: { subIcb: '15F', icb: 'QWO' },
  Z90002: { subIcb: '15F', icb: 'QWO' },
  Z90003: { subIcb: '36J', icb: 'QWO' },
  Z90004: { subIcb: '42D', icb: 'QOQ' },
};

const CARE: Readonly<Record<string, string>> = {
  'gp-6h': 'Primary care',
  'gp-24h': 'Primary care',
  'pharmacy-24h': 'Pharmacy',
  'self-care': 'Self-care',
  ambulance: 'Ambulance',
};
const QUINTILES = [
  'Not known',
  'Quintile 1 most deprived',
  'Quintile 2',
  'Quintile 3',
  'Quintile 4',
  'Quintile 5 least deprived',
];
const DAYS_OF_WEEK = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MODES = { IN_PERSON: 'Face-to-face', TELEPHONE: 'Telephone', VIDEO: 'Video/Online' };
const OWN_ANSWERS: Readonly<Record<string, string>> = {
  SLOTS: 'Had times',
  NO_SLOTS_IN_TIME: 'None in time',
  NOT_RELEASED: 'Not released',
  BOOK_CLOSED: 'Book closed',
  SUPPLIER_TIMED_OUT: 'Timed out',
};
const REASONS: Readonly<Record<string, string>> = {
  NOT_ASKED_OWN_PRACTICE_FIRST: 'Not asked: own practice first',
  NO_SLOTS_IN_TIME: 'None in time',
  BOOK_CLOSED: 'Book closed',
  RELEASE_RULE: 'Release rule',
};
const OUTCOMES: Readonly<Record<string, string>> = {
  ANSWERED: 'Answered',
  TIMED_OUT: 'Timed out',
  UNAVAILABLE: 'Unavailable',
};
const CANCELLATIONS = {
  FEELING_BETTER: 'Feeling better',
  CANNOT_ATTEND: 'Cannot attend',
  OTHER: 'Other',
  BY_PRACTICE: 'By the practice',
};

function ageBandOf(years: number): string {
  if (years < 5) return '0 to 4';
  if (years < 16) return '5 to 15';
  if (years < 40) return '16 to 39';
  return years < 65 ? '40 to 64' : '65 and over';
}

function timeOf(at: Date) {
  const text = wallClock(at);
  return { day: text.slice(0, 10), hour: Number(text.slice(11, 13)) };
}

function timeValues({ day, hour }: ReturnType<typeof timeOf>) {
  return {
    HOUR: `Hour ${hour < 10 ? '0' : ''}${hour}`,
    WEEKDAY: DAYS_OF_WEEK[new Date(`${day}T12:00:00Z`).getUTCDay()] ?? '',
  };
}

function placeValues(practice: string | null) {
  const place = practice === null ? undefined : PLACES[practice];
  return {
    PRACTICE: practice ?? 'Not known',
    PCN: 'Not known',
    SUB_ICB: place?.subIcb ?? 'Not known',
    ICB: place?.icb ?? 'Not known',
    REGION: place === undefined ? 'Not known' : 'Y63',
  };
}

const outwardOf = ({ postcode }: InsightPerson) => postcode.slice(0, postcode.indexOf(' '));
const sexOf = ({ sex }: InsightPerson) => (sex === 'FEMALE' ? 'Female' : 'Male');

function personColumns(person: InsightPerson, at: Date) {
  return {
    ...timeOf(at),
    pathway: person.pathway,
    age_band: ageBandOf(person.ageInMonths / 12),
    sex: sexOf(person),
    practice: person.practice,
    outcode: outwardOf(person),
    deprivation: QUINTILES[person.deprivation ?? 0],
  };
}

function personValues(person: InsightPerson, at: Date, disposition: string) {
  return {
    ...timeValues(timeOf(at)),
    ...placeValues(person.practice),
    PATHWAY: person.pathway,
    AGE_BAND: ageBandOf(person.ageInMonths / 12),
    SEX: sexOf(person),
    DEPRIVATION: QUINTILES[person.deprivation ?? 0] ?? '',
    OUTWARD_CODE: outwardOf(person),
    DISPOSITION: disposition,
    CARE_LEVEL: CARE[disposition] ?? 'No outcome',
  };
}

function dispositionOf({ check }: InsightPerson): string {
  return check.result === 'COMPLETED' ? check.disposition : 'No outcome';
}

function rowsOf(person: InsightPerson): ExpectedRow[] {
  return [checkRow(person), ...searchRows(person), ...holdRows(person)];
}

function checkRow(person: InsightPerson): ExpectedRow {
  const { at, check } = person;
  const measures = {
    REFUSED: ['CHECKS_REFUSED'],
    ABANDONED: ['CHECKS_STARTED', 'CHECKS_ABANDONED'],
    COMPLETED: ['CHECKS_STARTED', 'CHECKS_COMPLETED'],
  }[check.result];
  const disposition = check.result === 'COMPLETED' ? check.disposition : null;
  return {
    table: 'triage_check_fact',
    columns: {
      ...personColumns(person, at),
      disposition,
      result: check.result === 'ABANDONED' ? 'STARTED' : check.result,
    },
    facts: [{ day: timeOf(at).day, values: personValues(person, at, dispositionOf(person)), measures }],
  };
}

function searchRows(person: InsightPerson): ExpectedRow[] {
  const { search } = person;
  if (search === null) return [];
  const { at, ownAnswer, found, notOffered, suppliers, slots } = search;
  const { day } = timeOf(at);
  const values = personValues(person, at, dispositionOf(person));
  const places = placeValues(person.practice);
  const answer = ownAnswer === null ? 'No own practice known' : (OWN_ANSWERS[ownAnswer] ?? '');
  const measure = {
    OWN: 'SEARCHES_OWN_HAD_TIMES',
    ELSEWHERE: 'SEARCHES_ONLY_ELSEWHERE',
    NOTHING: 'SEARCHES_NOTHING',
  }[found];
  const row: ExpectedRow = {
    table: 'search_fact',
    columns: {
      ...personColumns(person, at),
      disposition: dispositionOf(person),
      own_answer: ownAnswer ?? 'NO_OWN_PRACTICE_KNOWN',
      found,
      not_offered: JSON.stringify(notOffered),
      suppliers: JSON.stringify(suppliers),
    },
    facts: [
      { day, values: { ...values, OWN_PRACTICE_ANSWER: answer }, measures: ['SEARCHES', measure] },
      ...notOffered.map((reason) => ({
        day,
        values: { ...values, NOT_OFFERED_REASON: REASONS[reason] ?? '' },
        measures: ['SEARCHES_NOT_OFFERED'],
      })),
      ...suppliers.map(({ supplier, outcome }) => ({
        day,
        values: {
          ...timeValues(timeOf(at)),
          ...places,
          SUPPLIER: supplier,
          SUPPLIER_OUTCOME: OUTCOMES[outcome] ?? '',
        },
        measures: outcome === 'ANSWERED' ? ['SUPPLIER_SEARCHES'] : ['SUPPLIER_SEARCHES', 'SUPPLIER_FAILED'],
      })),
    ],
  };
  const isUsed = ({ id }: PersonSlot) =>
    person.hold?.slot.id === id && person.hold.end === 'BOOKED' && person.hold.cancelled === null;
  return [row, ...slots.map((slot) => slotRow(slot, isUsed(slot)))];
}

function slotRow(slot: PersonSlot, isUsed: boolean): ExpectedRow {
  const time = timeOf(slot.startsAt);
  const { practice, supplier, mode, id } = slot;
  return {
    table: 'slot_seen',
    columns: { ...time, practice, supplier, slot_id: id, mode },
    facts: [
      {
        day: time.day,
        values: { ...timeValues(time), ...placeValues(practice), SUPPLIER: supplier, MODE: MODES[mode] },
        measures: isUsed ? ['TIMES_RELEASED', 'TIMES_USED'] : ['TIMES_RELEASED'],
      },
    ],
  };
}

/** The true reason: the person's own, else what their practice answered. */
function reasonOf({ practice, search }: InsightPerson, { slot, elsewhereReason }: PersonHold): string | null {
  if (slot.practice === practice) return null;
  return elsewhereReason ?? (practice === null ? 'NO_OWN_PRACTICE_KNOWN' : (search?.ownAnswer ?? ''));
}

const REASON_WORDS: Readonly<Record<string, string>> = {
  ...OWN_ANSWERS,
  NO_OWN_PRACTICE_KNOWN: 'No own practice known',
  OWN_PRACTICE_TIMES_DO_NOT_SUIT: 'Times did not suit',
  AWAY_FROM_HOME: 'Away from home',
};

function holdRows(person: InsightPerson): ExpectedRow[] {
  const { hold } = person;
  if (hold === null) return [];
  const { at, slot, end, endsAt } = hold;
  const reason = reasonOf(person, hold);
  const words = reason === null ? 'Own practice' : (REASON_WORDS[reason] ?? reason);
  const disposition = dispositionOf(person);
  const where = {
    ELSEWHERE_REASON: words,
    WHERE_BOOKED: reason === null ? 'Own practice' : 'Elsewhere',
    MODE: MODES[slot.mode],
    SUPPLIER: slot.supplier,
  };
  const more = { EXPIRED: ['HOLDS_EXPIRED'], RELEASED: ['HOLDS_RELEASED'], BOOKED: [], FAILED: [] }[end];
  const result = { EXPIRED: 'KEPT', RELEASED: 'RELEASED', BOOKED: 'BOOKED', FAILED: 'BOOKED' }[end];
  const kept: ExpectedRow = {
    table: 'hold_fact',
    columns: {
      ...personColumns(person, at),
      disposition,
      elsewhere_reason: reason,
      mode: slot.mode,
      supplier: slot.supplier,
      result,
    },
    facts: [
      {
        day: timeOf(at).day,
        values: { ...personValues(person, at, disposition), ...where },
        measures: ['HOLDS', ...more],
      },
    ],
  };
  const booked = (event: 'BOOKED' | 'FAILED' | 'CANCELLED', moment: Date) =>
    bookingRow({ person, hold, event, moment, reason, where });
  if (end !== 'BOOKED' && end !== 'FAILED') return [kept];
  const cancelled = hold.cancelled === null ? [] : [booked('CANCELLED', hold.cancelled.at)];
  return [kept, booked(end, endsAt), ...cancelled];
}

function bookingRow({
  person,
  hold,
  event,
  moment,
  reason,
  where,
}: {
  person: InsightPerson;
  hold: PersonHold;
  event: 'BOOKED' | 'FAILED' | 'CANCELLED';
  moment: Date;
  reason: string | null;
  where: Readonly<Record<string, string>>;
}): ExpectedRow {
  const { slot, miles, cancelled } = hold;
  const disposition = dispositionOf(person);
  const answer = person.search?.ownAnswer ?? null;
  const distance =
    miles < 1 ? 'Under 1 mile' : miles < 2 ? '1 to 2 miles' : miles < 5 ? '2 to 5 miles' : '5 to 10 miles';
  const cancelReason = event === 'CANCELLED' && cancelled !== null ? cancelled.reason : null;
  const measures = {
    BOOKED: ['BOOKINGS', reason === null ? 'BOOKINGS_OWN' : 'BOOKINGS_ELSEWHERE'],
    FAILED: ['BOOKINGS_FAILED'],
    CANCELLED: ['BOOKINGS_CANCELLED'],
  }[event];
  return {
    table: 'booking_fact',
    columns: {
      ...personColumns(person, moment),
      disposition,
      event,
      elsewhere_reason: reason,
      own_answer: answer,
      distance,
      mode: slot.mode,
      supplier: slot.supplier,
      cancel_reason: cancelReason,
    },
    facts: [
      {
        day: timeOf(moment).day,
        values: {
          ...personValues(person, moment, disposition),
          ...where,
          OWN_PRACTICE_ANSWER: answer === null ? 'No own practice known' : (OWN_ANSWERS[answer] ?? ''),
          DISTANCE: distance,
          LEAD_TIME: leadOf(person, slot),
          CANCEL_REASON: cancelReason === null ? '' : CANCELLATIONS[cancelReason],
        },
        measures,
      },
    ],
  };
}

function leadOf({ check, at }: InsightPerson, slot: PersonSlot): string {
  const from = timeOf(check.result === 'COMPLETED' ? check.at : at).day;
  const days = (Date.parse(timeOf(slot.startsAt).day) - Date.parse(from)) / 86_400_000;
  if (days < 1) return 'Same Day';
  return days < 2 ? '1 Day' : '2 to 7 Days';
}

const TABLES = ['triage_check_fact', 'search_fact', 'hold_fact', 'booking_fact', 'slot_seen'] as const;

/**
 * Pairs each expected row with one that the database has: rows that are the same are the same to statistics.
 * @returns the true facts with the cell keys of their rows, and what was written that nothing is true of, or the other way
 */
export async function truthOf(
  people: readonly InsightPerson[],
  triage: Kysely<TriageTables>,
  ledger: Kysely<LedgerTables>,
): Promise<{ facts: TrueFact[]; missing: string[]; strange: string[] }> {
  const expected = people.flatMap(rowsOf);
  const written = new Map<string, number[]>();
  for (const table of TABLES) {
    const rows: Record<string, unknown>[] =
      table === 'triage_check_fact'
        ? await triage.selectFrom(table).selectAll().execute()
        : await ledger.selectFrom(table).selectAll().execute();
    for (const { cell_key: key, ...row } of rows) {
      const columns = Object.entries(row).filter(([column]) => column !== 'id' && column !== 'lead_step');
      const name = nameOf(table, Object.fromEntries(columns));
      written.set(name, [...(written.get(name) ?? []), Number(key)]);
    }
  }
  const facts: TrueFact[] = [];
  const missing: string[] = [];
  for (const { table, columns, facts: counted } of expected) {
    const name = nameOf(table, columns);
    const key = written.get(name)?.pop();
    if (key === undefined) missing.push(name);
    else facts.push(...counted.map((fact) => ({ ...fact, key })));
  }
  return { facts, missing, strange: [...written].flatMap(([name, keys]) => keys.map(() => name)) };
}

function nameOf(table: string, columns: Readonly<Record<string, unknown>>): string {
  return `${table} ${JSON.stringify(Object.entries(columns).sort(([one], [other]) => (one < other ? -1 : 1)))}`;
}
