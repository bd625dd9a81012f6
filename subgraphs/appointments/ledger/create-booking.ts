import { randomUUID } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { londonDate } from '../../../domain/london-time';
import type { Offer } from '../holds/offers';
import { insertHolds, type NewHold } from './holds';
import { checkReleaseRules, type Judged, type ReleaseTerms } from './check-release-rules';
import { standing } from './queries';
import { bookingOn, newMarker, newReference, type Booking, type Hold } from './records';
import { byRequest, remember, type Asked, type Earlier, type Refused, type Request } from './requests';
import type { BookingTable, LedgerTables, Refusal, WhyElsewhere } from '../database/tables';
import { single, Rollback, type LedgerTransactions } from '../database/transactions';

export type CreatedBooking = { kind: 'opened'; booking: Booking } | Earlier;

type Inserted = { kind: 'opened'; booking: Booking } | Refused;

interface Opening extends Judged {
  id: string;
  checkInMs: number;
  request: Request;
}

/** THE GUARD: how a booking comes to be on disk, and what keeps a second one from it. */
export function bookingCreation(writing: LedgerTransactions, terms: ReleaseTerms) {
  const { write, writeTogether, insertAll, given, now, inMs, appendEvents } = writing;
  const open = writeTogether(byRequest, openAll);

  return {
    /** Puts a booking down before the supplier is called; the unique indexes refuse a second one. */
    openBooking(hold: Hold, checkInMs: number, request: Request): Promise<CreatedBooking> {
      return open(opening(randomUUID(), hold, checkInMs, request, null));
    },

    /** The same for a booking that stands beside the one whose place it takes until it is CONFIRMED. */
    async openReplacement(
      newHold: NewHold,
      checkInMs: number,
      request: Request,
      replaces: Booking,
    ): Promise<CreatedBooking> {
      const id = randomUUID();
      const opened = await write<CreatedBooking>(async (transaction) => {
        const asked = { request, resultId: id, refused: null };
        const known = (await remember(transaction, [asked], writing)).get(request);
        if (known !== undefined) return known;
        if (!(await lockConfirmed(transaction, replaces))) throw new Rollback(refused('NOTHING_TO_REPLACE'));
        const hold = await single(insertHolds(transaction, [{ hold: newHold, ttlMs: checkInMs }], writing));
        const wanted = opening(id, hold, checkInMs, request, replaces);
        const stopped = await single(checkReleaseRules(transaction, [wanted], terms, writing));
        if (stopped !== null) throw new Rollback(stopped);
        const inserted = await single(insertBookings(transaction, [wanted]));
        if (inserted.kind === 'refused') throw new Rollback(inserted);
        return inserted;
      });
      return opened.kind === 'refused' ? refuse(request, opened) : opened;
    },

    /**
     * Puts down that the request led to nothing; or what a repetition of it has led to meanwhile.
     * @param bookingId the booking that stands in its way
     */
    refuse(request: Request, why: Refusal, bookingId: string | null = null): Promise<Earlier> {
      return refuse(request, refused(why, bookingId));
    },
  };

  async function openAll(
    transaction: Transaction<LedgerTables>,
    openings: readonly Opening[],
  ): Promise<Map<Opening, CreatedBooking>> {
    const judged = await checkReleaseRules(transaction, openings, terms, writing);
    const asked = [...judged].map(([{ id, request }, stopped]) => ({
      request,
      ...(stopped === null ? { resultId: id, refused: null } : resultOf(stopped)),
    }));
    const known = await remember(transaction, asked, writing);
    const answers = new Map<Opening, CreatedBooking>();
    const unknown: Opening[] = [];
    for (const [opening, stopped] of judged) {
      const answer = known.get(opening.request) ?? stopped;
      if (answer === null) unknown.push(opening);
      else answers.set(opening, answer);
    }
    for (const [opening, inserted] of await insertBookings(transaction, unknown)) {
      answers.set(opening, inserted);
      if (inserted.kind === 'refused') await rememberRefused(transaction, opening.request, inserted);
    }
    return answers;
  }

  /** Rollback with its transaction, so that a repetition may have been luckier since: then that is the answer. */
  async function refuse(request: Request, refusal: Refused): Promise<Earlier> {
    const known = await write((transaction) =>
      remember(transaction, [{ request, ...resultOf(refusal) }], writing),
    );
    return known.get(request) ?? refusal;
  }

  /** What this transaction has written down as leading to a booking. */
  async function rememberRefused(
    transaction: Transaction<LedgerTables>,
    { callerId, operation, key }: Request,
    refusal: Refused,
  ): Promise<void> {
    const { resultId, refused } = resultOf(refusal);
    await transaction
      .updateTable('idempotency')
      .set({ result_id: resultId, refused })
      .where('caller_id', '=', callerId)
      .where('operation', '=', operation)
      .where('key', '=', key)
      .execute();
  }

  /** True when it stands as it was read, and nobody changes it before this transaction ends. */
  async function lockConfirmed(
    transaction: Transaction<LedgerTables>,
    { id, version }: Booking,
  ): Promise<boolean> {
    const locked = await transaction
      .updateTable('booking')
      .set({ version })
      .where('id', '=', id)
      .where('version', '=', version)
      .where('state', '=', 'CONFIRMED')
      .returning('id')
      .executeTakeFirst();
    return locked !== undefined;
  }

  /** Those that stand in nobody's way, with their first event; the unique indexes keep out the others. */
  async function insertBookings(
    transaction: Transaction<LedgerTables>,
    openings: readonly Opening[],
  ): Promise<Map<Opening, Inserted>> {
    const wanted = openings.map((opening) => ({ opening, row: newBooking(opening) }));
    const inserted = await insertAll(
      transaction,
      'booking',
      wanted.map(({ row }) => row),
      { created_at: now, changed_at: now, next_check_at: inMs(sql.ref('given.next_check_at')) },
      sql<Pick<BookingTable, 'id' | 'created_at' | 'changed_at'>>`
        on conflict do nothing returning id, created_at, changed_at`,
    );
    const times = new Map(inserted.map((row) => [row.id, row]));
    const opened = wanted.flatMap(({ opening, row }) => {
      const stamps = times.get(row.id);
      return stamps === undefined
        ? []
        : [{ opening, booking: bookingOn(opening.hold, { ...row, ...stamps }) }];
    });
    await appendEvents(
      transaction,
      opened.map(({ booking }) => ({ booking, before: null, event: 'OPENED', actor: 'PATIENT' })),
    );
    const answers = new Map<Opening, Inserted>(
      opened.map(({ opening, booking }) => [opening, { kind: 'opened', booking }]),
    );
    const inTheWay = await standing(
      transaction,
      openings.filter((opening) => !answers.has(opening)).map(needOf),
      given,
    );
    for (const [{ opening }, bookings] of inTheWay) {
      const other = bookings.find(({ id }) => id !== opening.replaces?.id);
      answers.set(opening, other === undefined ? refused('SLOT_TAKEN') : refused('ALREADY_BOOKED', other.id));
    }
    return answers;
  }
}

function opening(
  id: string,
  hold: Hold,
  checkInMs: number,
  request: Request,
  replaces: Booking | null,
): Opening {
  return { id, hold, startsOn: londonDate(hold.offer.slot.startsAt), checkInMs, request, replaces };
}

function needOf(opening: Opening) {
  const { patientDigest, offer } = opening.hold;
  return { opening, patientDigest, assessmentDigest: offer.assessmentDigest };
}

/** What a booking's row is made of. */
export interface NewBooking {
  id: string;
  hold: Pick<Hold, 'id' | 'callerId' | 'patientDigest' | 'offer'>;
  startsOn: string;
  checkInMs: number;
  replaces: Booking | null;
}

export function newBooking({ id, hold, startsOn, checkInMs, replaces }: NewBooking) {
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
  } as const;
}

function refused(why: Refusal, bookingId: string | null = null): Refused {
  return { kind: 'refused', why, bookingId };
}

function resultOf({ why, bookingId }: Refused): Pick<Asked, 'resultId' | 'refused'> {
  return { resultId: bookingId ?? '', refused: why };
}

function whyElsewhere({ relation, elsewhereReason, ownPractice }: Offer): WhyElsewhere | null {
  if (relation === 'OWN') return null;
  return elsewhereReason ?? (ownPractice === null ? 'NO_OWN_PRACTICE_KNOWN' : 'NOTHING_AT_OWN_PRACTICE');
}
