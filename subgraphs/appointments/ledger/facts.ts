import { sql } from 'kysely';
import { ageBandOfMonths, leadStep } from '../../../domain/insight/bands';
import { deprivationValue } from '../../../domain/insight/dimensions';
import { londonDate } from '../../../domain/london-time';
import { rowStatement } from '../../../platform/database/row-statement';
import { factChance, factTime, type FactChance } from '../../../platform/insight/fact-time';
import { insertInto, type ForLedgerRow, type LedgerTransaction } from '../database/ledger-database';
import type { BookingFactTable, HoldFactTable, NeedFact } from '../database/tables';
import type { Offer } from '../holds/offers';
import { isOneOf, STANDING_STATES, type BookingState } from '../lifecycle/states';
import type { Booking } from './records';
import { whyElsewhere } from './why-elsewhere';

/**
 * Facts for statistics, each written in the transaction of what it tells. Nobody waits for these statements: on PostgreSQL they
 * go out with the next one.
 */

const insertHoldFact = insertInto('hold_fact')();
const insertBookingFact = insertInto('booking_fact')();

interface EndedHold {
  id: number | null;
  result: HoldFactTable['result'];
}

const endHoldFact = rowStatement(
  { table: 'hold_fact', by: [], kind: 'write' },
  ({ db, input }: ForLedgerRow<EndedHold>) =>
    db
      .updateTable('hold_fact')
      .from(input)
      .set((set) => ({ result: set.ref('input.result') }))
      .whereRef('hold_fact.id', '=', 'input.id')
      .where('hold_fact.result', '=', 'KEPT')
      .returning('hold_fact.id'),
);

const bookHoldFact = rowStatement(
  { table: 'hold', by: [], kind: 'write' },
  ({ db, input }: ForLedgerRow<{ id: string }>) =>
    db
      .updateTable('hold_fact')
      .from(input)
      .innerJoin('hold', (join) => join.onRef('hold.id', '=', 'input.id'))
      .set({ result: 'BOOKED' })
      .whereRef('hold_fact.id', '=', sql.ref('hold.fact'))
      .returning('hold_fact.id'),
);

/** The facts of a need, from what the offer knows of it. */
function needFact(
  { about, ownPractice, dispositionId, ageInMonths }: Offer,
  at: Date,
  chance: FactChance,
): NeedFact {
  return {
    id: chance.id(),
    ...factTime(at),
    cell_key: chance.cellKey(),
    pathway: about?.pathway ?? null,
    disposition: dispositionId,
    age_band: ageBandOfMonths(ageInMonths),
    sex: about?.sex ?? null,
    practice: ownPractice,
    outcode: about?.outcode ?? null,
    deprivation: deprivationValue(about?.deprivation ?? null),
  };
}

/** @param fact the name of the fact's row, which the hold's row has */
export async function holdKept(
  transaction: LedgerTransaction,
  fact: number,
  offer: Offer,
  at: Date,
): Promise<void> {
  await insertHoldFact(transaction, {
    ...needFact(offer, at, factChance),
    id: fact,
    elsewhere_reason: whyElsewhere(offer),
    mode: offer.slot.mode,
    supplier: offer.supplier,
    result: 'KEPT',
  });
}

export const newFactId = (): number => factChance.id();

/** The person has let it go. */
export async function holdReleased(transaction: LedgerTransaction, fact: number | null): Promise<void> {
  if (fact !== null) await endHoldFact(transaction, { id: fact, result: 'RELEASED' });
}

export async function holdBooked(transaction: LedgerTransaction, holdId: string): Promise<void> {
  await bookHoldFact(transaction, { id: holdId });
}

/** States in which the person has not been told yet that the appointment stands. */
const BEFORE_STANDING = [
  'BOOKING',
  'UNKNOWN',
  'MANUAL',
  'ORPHAN_FOUND',
  'ORPHAN_MANUAL',
] as const satisfies BookingState[];
const BEFORE_FAILING = ['BOOKING', 'UNKNOWN', 'MANUAL'] as const satisfies BookingState[];
/** States after which its end was told before. */
const OVER_BEFORE = ['DUPLICATE_FOUND', 'DUPLICATE_MANUAL'] as const satisfies BookingState[];

/** Writes what has become of a booking: made, failed, or cancelled, each once. */
export async function bookingChanged(
  transaction: LedgerTransaction,
  before: BookingState,
  after: Booking,
  cancelReason: string | null,
): Promise<void> {
  const event = eventOf(before, after);
  if (event === null) return;
  const { offer, changedAt, createdAt } = after;
  const { slot, about, supplier } = offer;
  const outcomeAt = about?.reachedAt ?? createdAt;
  const minutes = Math.max((slot.startsAt.getTime() - outcomeAt.getTime()) / 60_000, 0);
  const days = daysBetween(outcomeAt, slot.startsAt);
  await insertBookingFact(transaction, {
    ...needFact(offer, changedAt, factChance),
    event,
    elsewhere_reason: whyElsewhere(offer),
    own_answer: about?.ownAnswer ?? null,
    distance: about?.distance ?? 'Not known',
    lead_step: leadStep(minutes, days),
    mode: slot.mode,
    supplier,
    cancel_reason: event === 'CANCELLED' ? whyCancelled(after, cancelReason) : null,
  });
}

function eventOf(before: BookingState, { state, replacesId }: Booking): BookingFactTable['event'] | null {
  if (isOneOf(STANDING_STATES, state) && isOneOf(BEFORE_STANDING, before))
    return replacesId === null ? 'BOOKED' : 'REBOOKED';
  if (state === 'FAILED' && isOneOf(BEFORE_FAILING, before)) return 'FAILED';
  const isCancelled = state === 'CANCELLED' || state === 'CANCELLED_BY_PRACTICE';
  return isCancelled && !isOneOf(OVER_BEFORE, before) ? 'CANCELLED' : null;
}

function whyCancelled({ state, replacedBy }: Booking, reason: string | null): string {
  if (state === 'CANCELLED_BY_PRACTICE') return 'BY_PRACTICE';
  return replacedBy === null ? (reason ?? 'NOT_KNOWN') : 'MOVED_TO_ANOTHER_TIME';
}

const DAY_MS = 24 * 60 * 60_000;

/** London days from one moment to another. */
function daysBetween(from: Date, to: Date): number {
  return Math.round((Date.parse(londonDate(to)) - Date.parse(londonDate(from))) / DAY_MS);
}
