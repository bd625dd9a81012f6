import { randomBytes } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import type { Logger } from 'pino';
import type { Slot } from '../../../adapters/gp-system';
import { loggableError } from '../../../domain/loggable-error';
import type { EvidenceRecord } from '../lifecycle/evidence';
import type { BookingFailure } from '../lifecycle/failures';
import type { ActorKind, BookingState } from '../lifecycle/states';
import { Offer, SlotFacts } from '../holds/offers';
import type { BookingTable, HoldTable, LedgerTables } from '../database/tables';
import type { SlotInBook } from '../lifecycle/observation';

/** Rows of the ledger, parsed. */

export interface Hold {
  id: string;
  callerId: string;
  patientDigest: string;
  patientSealed: string;
  offer: Offer;
  expiresAt: Date;
  /** The person went back, so it cannot be confirmed any more. */
  released: boolean;
  /** The person has had more time already. */
  extended: boolean;
}

export interface Booking {
  id: string;
  reference: string;
  callerId: string;
  state: BookingState;
  version: number;
  failure: BookingFailure | null;
  /** Its slot is the one on which it stands now. */
  offer: Offer;
  /** The slot that was booked, where the practice has moved it since. */
  movedFrom: Slot | null;
  patientSealed: string;
  /** The telephone number and words that the person gave; null where they gave none. */
  contactSealed: string | null;
  marker: string;
  appointment: { id: string; version: string | undefined } | null;
  unknownSince: Date | null;
  absentReads: number;
  failedReads: number;
  createdAt: Date;
  changedAt: Date;
  holdId: string;
  patientDigest: string;
  /** The booking whose place it takes, and the one that takes its. */
  replacesId: string | null;
  replacedBy: string | null;
}

export interface HistoryEntry {
  at: Date;
  state: BookingState;
  actor: ActorKind;
}

export interface DatedEvidence extends EvidenceRecord {
  at: Date;
}

export function holdOf(
  row: Pick<
    Selectable<HoldTable>,
    | 'id'
    | 'caller_id'
    | 'patient_digest'
    | 'patient_sealed'
    | 'offer_json'
    | 'expires_at'
    | 'released_at'
    | 'extended_at'
  >,
): Hold {
  return {
    id: row.id,
    callerId: row.caller_id,
    patientDigest: row.patient_digest,
    patientSealed: row.patient_sealed,
    offer: Offer.parse(JSON.parse(row.offer_json)),
    expiresAt: new Date(row.expires_at),
    released: row.released_at !== null,
    extended: row.extended_at !== null,
  };
}

/** Bookings with what their holds know of them. */
export function bookingRows(reader: Kysely<LedgerTables>) {
  return reader
    .selectFrom('booking')
    .innerJoin('hold', 'hold.id', 'booking.hold_id')
    .selectAll('booking')
    .select(['hold.offer_json', 'hold.patient_sealed']);
}

/** A booking's row with what its hold knows of it. */
export function bookingOf(
  row: Selectable<BookingTable> & { offer_json: string; patient_sealed: string },
): Booking {
  const offer = Offer.parse(JSON.parse(row.offer_json));
  return bookingOn({ offer, patientSealed: row.patient_sealed }, row);
}

/** A booking's row where what its hold knows is at hand: holds do not change. */
export function bookingOn(
  { offer, patientSealed }: Pick<Hold, 'offer' | 'patientSealed'>,
  row: Selectable<BookingTable>,
): Booking {
  return {
    id: row.id,
    reference: row.reference,
    callerId: row.caller_id,
    state: row.state,
    version: row.version,
    failure: row.failure,
    offer: row.moved_json === null ? offer : { ...offer, slot: slotIn(row.moved_json) },
    movedFrom: row.moved_json === null ? null : offer.slot,
    patientSealed,
    contactSealed: row.contact_sealed,
    marker: row.marker,
    appointment:
      row.appointment_id === null
        ? null
        : { id: row.appointment_id, version: row.appointment_version ?? undefined },
    unknownSince: row.unknown_since === null ? null : new Date(row.unknown_since),
    absentReads: row.absent_reads,
    failedReads: row.failed_reads,
    createdAt: new Date(row.created_at),
    changedAt: new Date(row.changed_at),
    holdId: row.hold_id,
    patientDigest: row.patient_digest,
    replacesId: row.replaces_id,
    replacedBy: row.replaced_by,
  };
}

/** The slot of a booking that its practice has moved; what the practice's book does not tell is as it was. */
export function movedSlot(slot: Slot, to: SlotInBook): Slot {
  const { mode, sessionName, clinicianName, clinicianRole, ...place } = to;
  return {
    ...slot,
    ...place,
    mode: mode ?? slot.mode,
    sessionName: sessionName ?? slot.sessionName,
    clinicianName: clinicianName ?? slot.clinicianName,
    // Somebody else's role is not theirs.
    clinicianRole: clinicianRole ?? (clinicianName === undefined ? slot.clinicianRole : undefined),
  };
}

function slotIn(json: string): Slot {
  return SlotFacts.parse(JSON.parse(json));
}

/**
 * Every booking that can be read. One that cannot, because of a mistake of ours, is told to operators by its id and must
 * not keep the others from being seen and settled.
 */
export function readable(rows: readonly Parameters<typeof bookingOf>[0][], logger: Logger): Booking[] {
  return rows.flatMap((row) => {
    try {
      return [bookingOf(row)];
    } catch (error) {
      logger.error({ err: loggableError(error), booking: row.id }, 'a booking cannot be read');
      return [];
    }
  });
}

/** Makes the text that read-back looks for in a supplier's free text. */
export function newMarker(): string {
  return `GPBG-${randomBytes(9).toString('base64url')}`;
}
