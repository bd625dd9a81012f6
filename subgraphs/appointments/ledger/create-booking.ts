import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { londonDate } from '../../../domain/london-time';
import { Rollback } from '../../../platform/database/shared-transactions';
import {
  inMs,
  insertInto,
  type LedgerTransaction,
  type LedgerTransactions,
} from '../database/ledger-database';
import type { StoredRefusal } from '../database/tables';
import { STANDING_STATES } from '../lifecycle/states';
import { checkReleaseRules, type Opening, type ReleaseTerms } from './check-release-rules';
import { appendEvent } from './events';
import { holdBooked } from './facts';
import { insertHold, type NewHold } from './holds';
import { bookingsInTheWay } from './live-bookings';
import { bookingOn, newMarker, type Booking, type Hold } from './records';
import { remember, type Earlier, type Refused, type Request, type RequestResult } from './requests';
import { newReference } from './spoken-reference';
import { whyElsewhere } from './why-elsewhere';

export type CreatedBooking = { kind: 'opened'; booking: Booking } | Earlier;

interface Creation extends Opening {
  id: string;
  checkInMs: number;
  request: Request;
  hold: Hold;
  contactSealed: string | null;
}

const insertBookingRow = insertInto('booking')({
  by: ['id'],
  returning: ['created_at', 'changed_at'],
  computed: (now) => ({
    created_at: now,
    changed_at: now,
    next_check_at: inMs(now, sql.ref('input.next_check_at')),
  }),
  onConflict: 'do nothing',
});

/** THE GUARD: how a booking comes to be on disk, and what keeps a second one from it. */
export function bookingCreation({ write, shared }: LedgerTransactions, terms: ReleaseTerms) {
  const create = shared((transaction, creation: Creation) => createBooking(transaction, creation, terms));

  return {
    /** Puts a booking down before the supplier is called; the unique indexes refuse a second one. */
    openBooking(
      hold: Hold,
      checkInMs: number,
      request: Request,
      contactSealed: string | null = null,
    ): Promise<CreatedBooking> {
      const startsOn = londonDate(hold.offer.slot.startsAt);
      return create({ id: randomUUID(), hold, startsOn, checkInMs, request, contactSealed, replaces: null });
    },

    /** The same for a booking that stands beside the one whose place it takes until it is CONFIRMED. */
    async openReplacement(
      { contactSealed = null, ...newHold }: NewHold & { contactSealed?: string | null },
      checkInMs: number,
      request: Request,
      replaces: Booking,
    ): Promise<CreatedBooking> {
      const created = await write<CreatedBooking>(async (transaction) => {
        const id = randomUUID();
        const earlier = await remember(transaction, request, { resultId: id, refused: null });
        if (earlier !== null) return earlier;
        if (!(await lockStanding(transaction, replaces))) throw new Rollback(refused('NOTHING_TO_REPLACE'));
        const startsOn = londonDate(newHold.offer.slot.startsAt);
        const stopped = await checkReleaseRules(transaction, { hold: newHold, startsOn, replaces }, terms);
        if (stopped !== null) throw new Rollback(stopped);
        const { hold } = await insertHold(transaction, newHold, checkInMs);
        const creation = { id, hold, startsOn, checkInMs, request, contactSealed, replaces };
        const booking = await insertBooking(transaction, creation);
        if (booking === null) throw new Rollback(await guardOf(transaction, creation));
        return { kind: 'opened', booking };
      });
      return created.kind === 'refused' ? refuse(request, created) : created;
    },

    /**
     * Puts down that the request led to nothing; or what a repetition of it has led to meanwhile.
     * @param bookingId the booking that stands in its way
     */
    refuse(request: Request, why: StoredRefusal, bookingId: string | null = null): Promise<Earlier> {
      return refuse(request, refused(why, bookingId));
    },
  };

  /** The refusal was undone with its transaction, so a repetition may have been luckier since: then that is the answer. */
  async function refuse(request: Request, refusal: Refused): Promise<Earlier> {
    const earlier = await write((transaction) => remember(transaction, request, resultOf(refusal)));
    return earlier ?? refusal;
  }
}

async function createBooking(
  transaction: LedgerTransaction,
  creation: Creation,
  terms: ReleaseTerms,
): Promise<CreatedBooking> {
  const { id, request } = creation;
  const stopped = await checkReleaseRules(transaction, creation, terms);
  const result = stopped === null ? { resultId: id, refused: null } : resultOf(stopped);
  const answer = (await remember(transaction, request, result)) ?? stopped;
  if (answer !== null) return answer;
  const booking = await insertBooking(transaction, creation);
  if (booking !== null) return { kind: 'opened', booking };
  const guard = await guardOf(transaction, creation);
  await rememberRefused(transaction, request, guard);
  return guard;
}

/** Replaces the result that this transaction has written down for the request. */
async function rememberRefused(
  { db }: LedgerTransaction,
  { callerId, operation, key }: Request,
  refusal: Refused,
): Promise<void> {
  const { resultId, refused } = resultOf(refusal);
  await db
    .updateTable('idempotency')
    .set({ result_id: resultId, refused })
    .where('caller_id', '=', callerId)
    .where('operation', '=', operation)
    .where('key', '=', key)
    .execute();
}

/** True when it stands as it was read, and nobody changes it before this transaction ends. */
async function lockStanding({ db }: LedgerTransaction, { id, version }: Booking): Promise<boolean> {
  const locked = await db
    .updateTable('booking')
    .set({ version })
    .where('id', '=', id)
    .where('version', '=', version)
    .where('state', 'in', STANDING_STATES)
    .returning('id')
    .executeTakeFirst();
  return locked !== undefined;
}

/** Inserts a booking with its first event. Null where a unique index keeps it out. */
async function insertBooking(transaction: LedgerTransaction, creation: Creation): Promise<Booking | null> {
  const row = newBooking(creation);
  const [stamps] = await insertBookingRow(transaction, row);
  if (stamps === undefined) return null;
  await holdBooked(transaction, creation.hold.id);
  const booking = bookingOn(creation.hold, { ...row, ...stamps });
  await appendEvent(transaction, { booking, before: null, event: 'OPENED', actor: 'PATIENT' });
  return booking;
}

/** The refusal of a booking that a unique index has kept out. */
async function guardOf(transaction: LedgerTransaction, { hold, replaces }: Creation): Promise<Refused> {
  const { patientDigest, offer } = hold;
  const { assessmentDigest } = offer;
  const inTheWay = await bookingsInTheWay(transaction, { patientDigest, assessmentDigest });
  const other = inTheWay.find(({ id }) => id !== replaces?.id);
  return other === undefined ? refused('SLOT_TAKEN') : refused('ALREADY_BOOKED', other.id);
}

/** The parts of a booking's row. */
export interface NewBooking {
  contactSealed: string | null;
  id: string;
  hold: Pick<Hold, 'id' | 'callerId' | 'patientDigest' | 'offer'>;
  startsOn: string;
  checkInMs: number;
  replaces: Booking | null;
}

export function newBooking({ id, hold, startsOn, checkInMs, replaces, contactSealed }: NewBooking) {
  const { offer } = hold;
  // Only for the same need does it stand in for what it replaces; for another it is that need's one booking.
  const standsIn = replaces?.offer.assessmentDigest === offer.assessmentDigest;
  return {
    id,
    reference: newReference(),
    hold_id: hold.id,
    caller_id: hold.callerId,
    state: 'BOOKING',
    version: 1,
    failure: null,
    supplier: offer.supplier,
    practice: offer.slot.practice,
    slot_id: offer.slot.id,
    seat: offer.seat,
    moved_json: null,
    contact_sealed: contactSealed,
    patient_digest: hold.patientDigest,
    assessment_digest: offer.assessmentDigest,
    relation: offer.relation,
    starts_at: offer.slot.startsAt.getTime(),
    starts_on: startsOn,
    elsewhere_because: whyElsewhere(offer),
    marker: newMarker(),
    appointment_id: null,
    appointment_version: null,
    next_check_at: Math.round(checkInMs),
    unknown_since: null,
    absent_reads: 0,
    failed_reads: 0,
    replaces_id: replaces?.id ?? null,
    replaced_by: null,
    stand_in: standsIn ? 1 : 0,
    cancel_reason: null,
  } as const;
}

function refused(why: StoredRefusal, bookingId: string | null = null): Refused {
  return { kind: 'refused', why, bookingId };
}

function resultOf({ why, bookingId }: Refused): RequestResult {
  return { resultId: bookingId ?? '', refused: why };
}
