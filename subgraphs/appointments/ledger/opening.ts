import { randomUUID } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import { londonDate } from '../../../domain/london-time';
import { rulesStoppingSlot, type ReleaseRule } from '../../../domain/release-policy';
import type { Offer } from '../offers';
import { lockPolicy, type DefaultPolicyOf } from '../releases/stored-policy';
import { liveBookings, standing } from './reading';
import { bookingOn, newMarker, newReference, type Booking, type Hold } from './records';
import { remember, type Earlier, type Refused, type Request } from './requests';
import type { LedgerTables, Refusal, WhyElsewhere } from './tables';
import { Undone, type Writing } from './writing';

export type Opened = { kind: 'opened'; booking: Booking } | Earlier;

export type Recorded = { kind: 'recorded'; hold: Hold } | Earlier;
export type NewHold = Omit<Hold, 'expiresAt' | 'released'>;

/** By what, and when, a practice's release rules are judged in the transaction that books. */
export interface ReleaseTerms {
  defaultPolicyOf: DefaultPolicyOf;
  now: () => Date;
}

/** THE GUARD: how a hold, and after it a booking, comes to be on disk, and what keeps a second one from it. */
export function ledgerOpening({ write, now, inMs, appendEvent }: Writing, terms: ReleaseTerms) {
  return {
    recordHold(hold: NewHold, ttlMs: number, request: Request): Promise<Recorded> {
      return write(async (transaction) => {
        const known = await remember(transaction, now, request, { resultId: hold.id });
        if (known !== null) return known;
        return { kind: 'recorded', hold: await insertHold(transaction, hold, ttlMs) };
      });
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
      return open(request, (transaction, id) => insertBooking(transaction, id, hold, checkInMs, null));
    },

    /** The same for a booking that stands beside the one whose place it takes until it is CONFIRMED. */
    openReplacement(
      newHold: NewHold,
      checkInMs: number,
      request: Request,
      replaces: Booking,
    ): Promise<Opened> {
      return open(request, async (transaction, id) => {
        if (!(await lockConfirmed(transaction, replaces))) throw new Undone(refused('NOTHING_TO_REPLACE'));
        const hold = await insertHold(transaction, newHold, checkInMs);
        return insertBooking(transaction, id, hold, checkInMs, replaces);
      });
    },

    /** Puts down that the request led to nothing; or what a repetition of it has led to meanwhile. */
    refuse: (request: Request, why: Refusal): Promise<Earlier> => refuse(request, refused(why)),
  };

  async function open(
    request: Request,
    insert: (transaction: Transaction<LedgerTables>, id: string) => Promise<Opened>,
  ): Promise<Opened> {
    const resultId = randomUUID();
    const opened = await write<Opened>(async (transaction) => {
      const known = await remember(transaction, now, request, { resultId });
      return known ?? insert(transaction, resultId);
    });
    return opened.kind === 'refused' ? refuse(request, opened) : opened;
  }

  /** Undone with its transaction, so that a repetition may have been luckier since: then that is the answer. */
  async function refuse(request: Request, refusal: Refused): Promise<Earlier> {
    const { why, bookingId } = refusal;
    const known = await write((transaction) =>
      remember(transaction, now, request, { resultId: bookingId ?? '', refused: why }),
    );
    return known ?? refusal;
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

  async function insertHold(
    transaction: Transaction<LedgerTables>,
    hold: NewHold,
    ttlMs: number,
  ): Promise<Hold> {
    const { expires_at: expiresAt } = await transaction
      .insertInto('hold')
      .values({
        id: hold.id,
        caller_id: hold.callerId,
        patient_digest: hold.patientDigest,
        patient_sealed: hold.patientSealed,
        offer_json: JSON.stringify(hold.offer),
        created_at: now,
        expires_at: inMs(ttlMs),
        released_at: null,
      })
      .returning('expires_at')
      .executeTakeFirstOrThrow();
    return { ...hold, expiresAt: new Date(expiresAt), released: false };
  }

  /** @throws Undone with why it may not be. */
  async function insertBooking(
    transaction: Transaction<LedgerTables>,
    id: string,
    hold: Hold,
    checkInMs: number,
    replaces: Booking | null,
  ): Promise<Opened> {
    const { offer } = hold;
    const startsOn = londonDate(offer.slot.startsAt);
    const stoppedBy = await rulesStopping(transaction, hold, startsOn, replaces);
    if (stoppedBy.length > 0) throw new Undone(refused('NOT_RELEASED'));
    // Only for the same need does it stand in for what it replaces; for another it is that need's one booking.
    const standsIn = replaces?.offer.assessmentDigest === offer.assessmentDigest;
    const row = await transaction
      .insertInto('booking')
      .values({
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
        next_check_at: inMs(checkInMs),
        unknown_since: null,
        absent_reads: 0,
        failed_reads: 0,
        created_at: now,
        replaces_id: replaces?.id ?? null,
        replaced_by: null,
        stand_in: standsIn ? 1 : 0,
        changed_at: now,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returningAll()
      .executeTakeFirst();
    if (row === undefined) throw new Undone(await whyNot(transaction, hold, replaces));
    await appendEvent(transaction, row, null, 'OPENED', 'PATIENT');
    return { kind: 'opened', booking: bookingOn(hold, row) };
  }

  /** By the rules of this moment, whatever they were when the slot was offered. */
  async function rulesStopping(
    transaction: Transaction<LedgerTables>,
    { offer }: Hold,
    day: string,
    replaces: Booking | null,
  ): Promise<ReleaseRule[]> {
    const { practice } = offer.slot;
    const policy = await lockPolicy(transaction, practice, terms.defaultPolicyOf);
    // What is given back for it makes room for it.
    const { others } = await liveBookings(transaction, [practice], day, day, replaces?.id);
    return rulesStoppingSlot(policy, offer, offer.slot, terms.now(), others(practice, day));
  }

  async function whyNot(
    reader: Kysely<LedgerTables>,
    { patientDigest, offer }: Hold,
    replaces: Booking | null,
  ): Promise<Refused> {
    const others = standing(reader, patientDigest, offer.assessmentDigest);
    const row = await (
      replaces === null ? others : others.where('booking.id', '!=', replaces.id)
    ).executeTakeFirst();
    return row === undefined ? refused('SLOT_TAKEN') : refused('ALREADY_BOOKED', row.id);
  }
}

function refused(why: Refusal, bookingId: string | null = null): Refused {
  return { kind: 'refused', why, bookingId };
}

function whyElsewhere({ relation, elsewhereBecause, ownPractice }: Offer): WhyElsewhere | null {
  if (relation === 'OWN') return null;
  return elsewhereBecause ?? (ownPractice === null ? 'NO_OWN_PRACTICE_KNOWN' : 'NOTHING_AT_OWN_PRACTICE');
}
