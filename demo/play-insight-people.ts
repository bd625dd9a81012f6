import { createHash, randomUUID } from 'node:crypto';
import { sql, type Kysely, type RawBuilder } from 'kysely';
import pino, { type Logger } from 'pino';
import { distanceBand } from '../domain/insight/bands';
import { SEX_WORDS } from '../domain/insight/dimensions';
import { CalendarDate, londonDate } from '../domain/london-time';
import { OdsCode } from '../domain/ods-code';
import { NOT_OPTED_IN, type ReleasePolicy } from '../domain/release-policy';
import { openDatabase, type Database, type DatabaseSettings } from '../platform/database/database';
import { ledgerMigrations } from '../subgraphs/appointments/database/migrations';
import type { LedgerTables } from '../subgraphs/appointments/database/tables';
import type { Offer } from '../subgraphs/appointments/holds/offers';
import { ledger, type Ledger } from '../subgraphs/appointments/ledger/ledger';
import type { Booking } from '../subgraphs/appointments/ledger/records';
import { assessmentStore } from '../subgraphs/triage/assessment/assessment-store';
import { openTriageDatabase } from '../subgraphs/triage/database/open-database';
import type { TriageTables } from '../subgraphs/triage/database/tables';
import { insightPeople, type InsightPerson, type PersonHold, type PersonSlot } from './insight-people';

const DAY_MS = 24 * 60 * 60_000;
/** Fewer would be withheld nearly everywhere. */
const PEOPLE = 500;

const HOLD_MS = 5 * 60_000;
const LIFETIME_MS = 4 * 60 * 60_000;

/** The databases that people are played into. */
export interface PlayedInto {
  triage: Kysely<TriageTables>;
  appointments: Database<LedgerTables>;
  logger: Logger;
}

/** Plays invented people of the last two whole months into these databases; the first day of theirs. */
export async function playLastTwoMonths(
  databases: Readonly<Record<'triage' | 'appointments', DatabaseSettings>>,
  now: Date,
  seed: number,
): Promise<CalendarDate> {
  const thisMonth = `${londonDate(now).slice(0, 7)}-01`;
  const first = monthBefore(monthBefore(thisMonth));
  const days = Math.round((Date.parse(thisMonth) - Date.parse(first)) / DAY_MS);
  const triage = await openTriageDatabase(databases.triage);
  const appointments = await openDatabase<LedgerTables>(
    databases.appointments,
    'appointments',
    ledgerMigrations,
  );
  try {
    const people = insightPeople(seed, first, { count: PEOPLE, days });
    await playInsightPeople(people, { triage: triage.db, appointments, logger: pino({ level: 'silent' }) });
    return first;
  } finally {
    await triage.close();
    await appointments.close();
  }
}

function monthBefore(firstOfMonth: string): CalendarDate {
  const day = new Date(Date.parse(firstOfMonth) - DAY_MS).toISOString().slice(0, 7);
  return CalendarDate.parse(`${day}-01`);
}

/** People who are played at the same time, so that they share commits. */
const AT_ONCE = 12;

/** Plays people's histories through the functions that write them in the product, each at its own moment. */
export async function playInsightPeople(people: readonly InsightPerson[], into: PlayedInto): Promise<void> {
  const waiting = [...people];
  await Promise.all(Array.from({ length: AT_ONCE }, () => playInTurn(waiting, into)));
}

/** Plays one person after the other, by a clock of their own. */
async function playInTurn(
  waiting: InsightPerson[],
  { triage, appointments, logger }: PlayedInto,
): Promise<void> {
  let at = new Date(0);
  const movable: RawBuilder<number> = Object.assign(sql<number>`0`, {
    // Kysely asks for the node whenever it builds a statement.
    toOperationNode: () => sql.lit(at.getTime()).toOperationNode(),
  });
  const terms = { defaultPolicyOf: () => EVERYTHING, now: () => new Date(0) };
  const books = ledger({ ...appointments, now: movable }, logger, terms);
  const store = assessmentStore(triage);
  for (let person = waiting.shift(); person !== undefined; person = waiting.shift()) {
    await playCheck(person, store);
    if (person.search === null) continue;
    at = person.search.at;
    await playSearch(person, books);
    if (person.hold !== null) await playHold(person, person.hold, books, (moment) => (at = moment));
  }
}

/** Everything is released, whenever it starts. */
const EVERYTHING: ReleasePolicy = {
  ...NOT_OPTED_IN,
  status: 'OPEN',
  ownPatients: true,
  otherPatients: true,
  modes: ['IN_PERSON', 'TELEPHONE', 'VIDEO'],
  dispositionIds: ['gp-6h', 'gp-24h'],
  slotTypes: ['111'],
  minimumNoticeMinutes: 0,
  horizonDays: 100_000,
};

async function playCheck(person: InsightPerson, store: ReturnType<typeof assessmentStore>): Promise<void> {
  const { number, at, pathway, born, sex, postcode, deprivation, practice, check } = person;
  const source = { name: `person ${number}`, most: 10 };
  const subject = {
    relationship: 'SELF',
    dateOfBirth: born,
    sex,
    ageInDays: person.ageInDays,
    ageInMonths: person.ageInMonths,
  } as const;
  const place = {
    postcode,
    latitude: 53.8,
    longitude: -1.5,
    precision: 'UNIT_POSTCODE',
    deprivation,
  } as const;
  const started = { pathwayId: pathway, subject, place, practice, at, source };
  if (check.result === 'REFUSED') return store.countRefused(started);
  const id = digestOf(`check ${number} ${at.getTime()}`);
  const record = {
    id,
    revision: 1,
    pathwayId: pathway,
    contentVersion: '0.0.0',
    contentHash: 'played',
    subject,
    place,
    declaredPractice: practice === null ? null : OdsCode.parse(practice),
    answers: [],
    droppedAnswers: [],
    amendedAnswers: [],
    earlierEmergency: null,
    startedAt: at,
    expiresAt: new Date(at.getTime() + LIFETIME_MS),
    locale: 'en-GB',
    isCompleted: false,
  };
  await store.insert(record, { scope: 'played', key: id, inputDigest: id }, started);
  if (check.result === 'COMPLETED')
    await store.replaceAnswers(record, {
      completedAt: check.at,
      dispositionId: check.disposition,
      isEmergency: false,
    });
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

const needOf = ({ number, at }: InsightPerson) => digestOf(`need ${number} ${at.getTime()}`);

async function playSearch(person: InsightPerson, books: Ledger): Promise<void> {
  const { search, check, number, pathway, sex, practice, postcode, deprivation, ageInMonths } = person;
  if (search === null || check.result !== 'COMPLETED') return;
  const { at, ownAnswer, found, notOffered, suppliers, slots } = search;
  await books.noteSearch({
    at,
    assessmentDigest: needOf(person),
    source: { name: `person ${number}`, most: 10 },
    person: {
      pathway,
      disposition: check.disposition,
      ageInMonths,
      sex: SEX_WORDS[sex],
      practice,
      outcode: outwardOf(postcode),
      deprivation,
    },
    ownAnswer,
    found,
    notOffered,
    suppliers,
    slots: slots.map((slot) => ({ supplier: slot.supplier, slot: slotOf(slot) })),
  });
}

function outwardOf(postcode: string): string {
  return postcode.split(' ')[0] ?? '';
}

function slotOf({ id, practice, startsAt, mode }: PersonSlot): Offer['slot'] {
  const endsAt = new Date(startsAt.getTime() + 600_000);
  return { practice: OdsCode.parse(practice), id, startsAt, endsAt, mode, slotType: '111', supplierData: '' };
}

async function playHold(
  person: InsightPerson,
  hold: PersonHold,
  books: Ledger,
  moveTo: (moment: Date) => void,
): Promise<void> {
  moveTo(hold.at);
  const callerId = digestOf(`caller ${person.number}`);
  const wanted = {
    id: randomUUID(),
    callerId,
    patientDigest: callerId,
    // Like that of somebody whose details were erased.
    patientSealed: '',
    offer: offerOf(person, hold, callerId),
  };
  const recorded = await books.recordHold(wanted, HOLD_MS, requestFor('hold', callerId));
  if (recorded.kind !== 'recorded') throw new Error(`The time was not kept: ${recorded.kind}.`);
  moveTo(hold.endsAt);
  if (hold.end === 'EXPIRED') return;
  if (hold.end === 'RELEASED') return books.endHold(recorded.hold.id);
  const opened = await books.openBooking(recorded.hold, 60_000, requestFor('confirm', callerId));
  if (opened.kind !== 'opened') throw new Error(`The booking was not opened: ${opened.kind}.`);
  if (hold.end === 'FAILED') {
    await change(books, opened.booking, 'REFUSED');
    return;
  }
  const booked = await change(books, opened.booking, 'ACCEPTED');
  if (hold.cancelled === null) return;
  moveTo(hold.cancelled.at);
  if (hold.cancelled.reason === 'BY_PRACTICE') {
    await change(books, booked, 'CANCELLED_AT_PRACTICE');
    return;
  }
  const cancelling = await change(books, booked, 'CANCEL_ASKED', hold.cancelled.reason);
  await change(books, cancelling, 'CANCEL_ACCEPTED');
}

function requestFor(operation: 'hold' | 'confirm', callerId: string) {
  return { callerId, operation, key: randomUUID(), fingerprint: 'played' };
}

function offerOf(
  person: InsightPerson,
  { slot, elsewhereReason, miles, endsAt }: PersonHold,
  callerId: string,
): Offer {
  const { search, check, practice, pathway, sex, postcode, deprivation } = person;
  const ownPractice = practice === null ? null : OdsCode.parse(practice);
  return {
    callerId,
    assessmentDigest: needOf(person),
    supplier: slot.supplier,
    slot: slotOf(slot),
    relation: slot.practice === practice ? 'OWN' : 'OTHER',
    dispositionId: check.result === 'COMPLETED' ? check.disposition : '',
    ageInMonths: person.ageInMonths,
    modes: ['IN_PERSON', 'TELEPHONE', 'VIDEO'],
    deadline: null,
    elsewhereReason,
    ownPractice,
    policy: EVERYTHING,
    about: {
      pathway,
      sex: SEX_WORDS[sex],
      outcode: outwardOf(postcode),
      deprivation,
      reachedAt: check.result === 'COMPLETED' ? check.at : null,
      ownPractice,
      ownAnswer: search?.ownAnswer ?? null,
      distance: distanceBand(miles),
    },
    seat: 0,
    keeping: [],
    expiresAt: new Date(endsAt.getTime() + HOLD_MS),
  };
}

async function change(
  books: Ledger,
  booking: Booking,
  event: 'ACCEPTED' | 'REFUSED' | 'CANCEL_ASKED' | 'CANCEL_ACCEPTED' | 'CANCELLED_AT_PRACTICE',
  reason?: string,
): Promise<Booking> {
  const evidence = reason === undefined ? undefined : ({ asked: 'PERSON', answer: reason } as const);
  const failure = event === 'REFUSED' ? ({ failure: 'NOT_SENT' } as const) : {};
  const changed = await books.applyTransition(booking, event, { nextCheckMs: null, evidence, ...failure });
  if (changed.kind !== 'moved') throw new Error(`${event} does not apply: ${changed.kind}.`);
  return changed.booking;
}
