import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { SupplierError, type Patient } from '../../../adapters/gp-system';
import type { HoldStore } from '../holds/hold-store';
import type { Changes, Ledger } from '../ledger/ledger';
import type { Booking } from '../ledger/records';
import type { Request } from '../ledger/requests';
import type { ActorKind, Operation } from '../ledger/tables';
import type { Offer } from '../offers';
import type { Patients } from '../patients';
import type { Sealer } from '../sealed';
import type { GpSystems } from '../suppliers';
import type { BookingEvent } from './states';

export interface BookingDeps {
  systems: GpSystems;
  ledger: Ledger;
  holds: HoldStore;
  offers: Sealer<Offer>;
  patients: Patients;
  holdMs: number;
  now: () => Date;
  logger: Logger;
}

/** @param significant what makes the request this one and no other; cosmetic fields stay out. */
export function request(
  callerId: string,
  operation: Operation,
  key: string,
  significant: unknown[],
): Request {
  const fingerprint = createHash('sha256').update(JSON.stringify(significant)).digest('base64url');
  return { callerId, operation, key, fingerprint };
}

/** @throws Error when the sealing key is not the one that the details were sealed with. */
export async function patientFor(
  sealed: { patientSealed: string },
  { patients, now }: Pick<BookingDeps, 'patients' | 'now'>,
): Promise<Patient> {
  const patient = await patients.open(sealed.patientSealed, now());
  if (patient === null) throw new Error('Patient details cannot be opened: GATEWAY_SECRET has changed.');
  return patient;
}

/**
 * Applies an event that has happened, whatever became of the booking meanwhile: a late answer meets a booking that was
 * given up as UNKNOWN and settles it; one that means nothing any more changes nothing.
 */
export async function apply(
  booking: Booking,
  event: BookingEvent,
  actor: ActorKind,
  changes: Changes,
  { ledger, logger }: Pick<BookingDeps, 'ledger' | 'logger'>,
): Promise<Booking> {
  const moved = await ledger.move(booking, event, actor, changes);
  if (moved !== null) return moved;
  const current = (await ledger.findBooking(booking.id)) ?? booking;
  const late = await ledger.move(current, event, actor, changes);
  if (late === null) {
    // An ACCEPTED here may be an appointment that stands with nobody knowing of it.
    const level = event === 'ACCEPTED' ? 'error' : 'warn';
    logger[level]({ booking: booking.id, state: current.state, event }, 'event came too late');
  }
  return late ?? current;
}

/** Adapters answer with outcomes; one that throws has a bug, and nobody knows what it did. */
export async function outcomeOf<T>(
  exchange: Promise<T>,
  supplier: string,
  logger: Logger,
): Promise<T | { class: 'AMBIGUOUS'; error: SupplierError }> {
  try {
    return await exchange;
  } catch (error) {
    logger.error({ err: error, supplier }, 'adapter threw while changing a book');
    return {
      class: 'AMBIGUOUS',
      error: new SupplierError(supplier, 'BAD_REPLY', { mayHaveBeenSent: true, cause: error }),
    };
  }
}

/** As the API states how long to wait. */
export function seconds(ms: number | null): number | null {
  return ms === null ? null : Math.ceil(ms / 1000);
}
