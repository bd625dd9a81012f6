import { randomUUID } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import { londonDate } from '../../../domain/london-time';
import { rulesStoppingSlot } from '../../../domain/release-policy';
import type { Offer } from '../offers';
import { lockPolicies, type DefaultPolicyOf } from '../releases/stored-policy';
import { liveBookings, standing } from './reading';
import { bookingOn, newMarker, newReference, type Booking, type Hold } from './records';
import { nameOf, remember, type Asked, type Earlier, type Refused, type Request } from './requests';
import type { BookingTable, LedgerTables, Refusal, WhyElsewhere } from './tables';
import { only, Undone, type Writing } from './writing';

export type Opened = { kind: 'opened'; booking: Booking } | Earlier;

export type Recorded = { kind: 'recorded'; hold: Hold } | Earlier;
export type NewHold = Omit<Hold, 'expiresAt' | 'released'>;

type Inserted = { kind: 'opened'; booking: Booking } | Refused;

/** By what, and when, a practice's release rules are judged in the transaction that books. */
export interface ReleaseTerms {
  defaultPolicyOf: DefaultPolicyOf;
  now: () => Date;
}

interface Recording {
  hold: NewHold;
  ttlMs: number;
  request: Request;
}

/** A booking that is to be put down. */
interface Opening {
  id: string;
  hold: Hold;
  /** The London day. */
  startsOn: string;
  checkInMs: number;
  request: Request;
  replaces: Booking | null;
}

/** THE GUARD: how a hold, and after it a booking, comes to be on disk, and what keeps a second one from it. */
export function ledgerOpening(writing: Writing, terms: ReleaseTerms) {
  const { write, writeTogether, insertAll, given, now, inMs, appendEvents } = writing;
  const record = writeTogether(byRequest, recordAll);
  const open = writeTogether(byRequest, openAll);

  return {
    recordHold(hold: NewHold, ttlMs: number, request: Request): Promise<Recorded> {
      return record({ hold, ttlMs, request });
    },

    async endHold(id: string): Promise<void> {
      await write((transaction) =>
        transaction
          .updateTable('hold')
          .set({ released_at: now })
          .where('id', '=', id)
          .where('released_at', 'is', null)
          .execute(),
      );
    },

    /** Puts a booking down before the supplier is called; the unique indexes refuse a second one. */
    openBooking(hold: Hold, checkInMs: number, request: Request): Promise<Opened> {
      return open(opening(randomUUID(), hold, checkInMs, request, null));
    },

    /** The same for a booking that stands beside the one whose place it takes until it is CONFIRMED. */
    async openReplacement(
      newHold: NewHold,
      checkInMs: number,
      request: Request,
      replaces: Booking,
    ): Promise<Opened> {
      const id = randomUUID();
      const opened = await write<Opened>(async (transaction) => {
        const asked = { request, resultId: id, refused: null };
        const known = (await remember(transaction, [asked], writing)).get(request);
        if (known !== undefined) return known;
        if (!(await lockConfirmed(transaction, replaces))) throw new Undone(refused('NOTHING_TO_REPLACE'));
        const hold = await only(insertHolds(transaction, [{ hold: newHold, ttlMs: checkInMs }]));
        const wanted = opening(id, hold, checkInMs, request, replaces);
        const stopped = await only(judge(transaction, [wanted]));
        if (stopped !== null) throw new Undone(stopped);
        const inserted = await only(insertBookings(transaction, [wanted]));
        if (inserted.kind === 'refused') throw new Undone(inserted);
        return inserted;
      });
      return opened.kind === 'refused' ? refuse(request, opened) : opened;
    },

    /** Puts down that the request led to nothing; or what a repetition of it has led to meanwhile. */
    refuse(request: Request, why: Refusal): Promise<Earlier> {
      return refuse(request, refused(why));
    },
  };

  async function recordAll(
    transaction: Transaction<LedgerTables>,
    recordings: readonly Recording[],
  ): Promise<Map<Recording, Recorded>> {
    const asked = recordings.map(({ hold, request }) => ({ request, resultId: hold.id, refused: null }));
    const known = await remember(transaction, asked, writing);
    const isNew = ({ request }: Recording) => !known.has(request);
    const answers = new Map<Recording, Recorded>();
    for (const [recording, hold] of await insertHolds(transaction, recordings.filter(isNew)))
      answers.set(recording, { kind: 'recorded', hold });
    for (const recording of recordings) {
      const earlier = known.get(recording.request);
      if (earlier !== undefined) answers.set(recording, earlier);
    }
    return answers;
  }

  async function openAll(
    transaction: Transaction<LedgerTables>,
    openings: readonly Opening[],
  ): Promise<Map<Opening, Opened>> {
    const judged = await judge(transaction, openings);
    const asked = [...judged].map(([{ id, request }, stopped]) => ({
      request,
      ...(stopped === null ? { resultId: id, refused: null } : resultOf(stopped)),
    }));
    const known = await remember(transaction, asked, writing);
    const answers = new Map<Opening, Opened>();
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

  /** Undone with its transaction, so that a repetition may have been luckier since: then that is the answer. */
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

  async function insertHolds<Held extends Pick<Recording, 'hold' | 'ttlMs'>>(
    transaction: Transaction<LedgerTables>,
    held: readonly Held[],
  ): Promise<Map<Held, Hold>> {
    const rows = held.map(({ hold, ttlMs }) => ({
      id: hold.id,
      caller_id: hold.callerId,
      patient_digest: hold.patientDigest,
      patient_sealed: hold.patientSealed,
      offer_json: JSON.stringify(hold.offer),
      expires_at: Math.round(ttlMs),
      released_at: null,
    }));
    const stated = { created_at: now, expires_at: inMs(sql.ref('given.expires_at')) };
    const returning = sql<{ id: string; expires_at: number }>`returning id, expires_at`;
    const inserted = await insertAll(transaction, 'hold', rows, stated, returning);
    const ends = new Map(inserted.map(({ id, expires_at }) => [id, new Date(expires_at)]));
    const holds = new Map<Held, Hold>();
    for (const one of held) {
      const expiresAt = ends.get(one.hold.id);
      if (expiresAt !== undefined) holds.set(one, { ...one.hold, expiresAt, released: false });
    }
    return holds;
  }

  /**
   * By the rules of this moment, whatever they were when the slot was offered.
   * @returns null for what may be put down; left out is what only those beside it leave no room for.
   */
  async function judge(
    transaction: Transaction<LedgerTables>,
    openings: readonly Opening[],
  ): Promise<Map<Opening, Refused | null>> {
    const days = openings.map(({ hold, startsOn }) => ({
      practice: hold.offer.slot.practice,
      starts_on: startsOn,
    }));
    const practices = days.map(({ practice }) => practice);
    const policyOf = await lockPolicies(transaction, practices, terms.defaultPolicyOf, writing);
    // What is given back for it makes room for it.
    const except = openings.flatMap(({ replaces }) => replaces?.id ?? []);
    const live = await liveBookings(transaction, days, given, except);
    const at = terms.now();
    const beside = new Map<string, Date[]>();
    const judged = new Map<Opening, Refused | null>();
    for (const opening of openings) {
      const { offer } = opening.hold;
      const { practice, startsAt } = offer.slot;
      const others = live.others(practice, opening.startsOn);
      const isStoppedBy = (booked: readonly Date[]) =>
        rulesStoppingSlot(policyOf(practice), offer, offer.slot, at, booked).length > 0;
      if (isStoppedBy(others)) {
        judged.set(opening, refused('NOT_RELEASED'));
        continue;
      }
      const day = `${practice} ${opening.startsOn}`;
      const joining = beside.get(day) ?? [];
      // Judged again when it is known which of them are booked.
      if (joining.length > 0 && isStoppedBy([...others, ...joining])) continue;
      judged.set(opening, null);
      if (offer.relation === 'OTHER') beside.set(day, [...joining, startsAt]);
    }
    return judged;
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

function byRequest({ request }: { request: Request }): string {
  return nameOf(request);
}

function needOf(opening: Opening) {
  const { patientDigest, offer } = opening.hold;
  return { opening, patientDigest, assessmentDigest: offer.assessmentDigest };
}

function newBooking({ id, hold, startsOn, checkInMs, replaces }: Opening) {
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

function whyElsewhere({ relation, elsewhereBecause, ownPractice }: Offer): WhyElsewhere | null {
  if (relation === 'OWN') return null;
  return elsewhereBecause ?? (ownPractice === null ? 'NO_OWN_PRACTICE_KNOWN' : 'NOTHING_AT_OWN_PRACTICE');
}
