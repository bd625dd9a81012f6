import type { Logger } from 'pino';
import { SupplierError, type Actor, type GpSystem, type Patient } from '../../../adapters/gp-system';
import type { PatientCaller } from '../../../domain/caller';
import { loggableError } from '../../../domain/loggable-error';
import type { ReleaseLedger } from '../../../domain/release-ledger';
import type { SymptomChecks } from '../../../domain/symptom-checks';
import type { Timers } from '../../../domain/timers';
import type { HoldStore } from '../holds/hold-store';
import type { Ledger } from '../ledger/ledger';
import type { Booking } from '../ledger/records';
import type { Request } from '../ledger/requests';
import type { CommandKind } from '../database/tables';
import type { Offer } from '../holds/offers';
import type { Patients } from '../sealed-patients';
import type { BookingCopies } from '../recovery/booking-copies';
import type { Sealer } from '../../../domain/sealed';
import type { GpSystems } from '../gp-systems';
import type { Contact } from '../sealed-contacts';

export interface BookingDeps {
  systems: GpSystems;
  ledger: Ledger;
  releases: ReleaseLedger;
  holds: HoldStore;
  /** Copies by which bookings are found again after a restore. */
  copies: BookingCopies;
  offers: Sealer<Offer>;
  patients: Patients;
  contacts: Sealer<Contact>;
  /** Symptom checks as they are now: bookings rest on them. */
  checks: SymptomChecks;
  /** A keyed digest of what a request says: phone numbers and reasons are in it. */
  fingerprint: (content: string) => string;
  holdMs: number;
  /** Interval, in milliseconds, at which standing bookings are compared with the practice's own book. */
  compareEveryMs: number;
  now: () => Date;
  timers: Timers;
  logger: Logger;
  /** Counts bookings that a restore has lost and nobody can take on again without asking their practices. */
  onLostLeft?: (() => void) | undefined;
}

/** The person who sent a request, and the request's id. */
export interface RequestSource {
  caller: PatientCaller;
  requestId: string;
}

/** @param significant the fields that identify the request; cosmetic ones stay out. */
export function idempotentRequest(
  { callerId, operation, key }: { callerId: string; operation: CommandKind; key: string },
  significant: unknown[],
  { fingerprint }: Pick<BookingDeps, 'fingerprint'>,
): Request {
  return { callerId, operation, key, fingerprint: fingerprint(JSON.stringify(significant)) };
}

/** @throws Error when the details were erased, or sealed under another key than the ledger's. */
export function openPatient(
  sealed: { patientSealed: string },
  { patients, now }: Pick<BookingDeps, 'patients' | 'now'>,
): Patient {
  const patient = patients.open(sealed.patientSealed, now());
  if (patient === null)
    throw new Error(
      'Patient details cannot be opened: they were erased, or sealed under other keys than the ledger has.',
    );
  return patient;
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
    logger.error({ err: loggableError(error), supplier }, 'adapter threw during a booking or a cancellation');
    return {
      class: 'AMBIGUOUS',
      error: new SupplierError(supplier, 'BAD_REPLY', { mayHaveBeenSent: true, cause: error }),
    };
  }
}

/** Returns the time, in milliseconds, that one process has for an exchange before another takes over the booking. */
export function leaseMs({ manifest }: GpSystem, operation: 'book' | 'cancel'): number {
  return manifest.limits.timeoutMs[operation] + ABANDONED_AFTER_MS;
}

/** After so long without sending, a process that slept must not send any more: another may be at it by now. */
export const ABANDONED_AFTER_MS = 5_000;

/** Identifies the person who booked, as the actor towards suppliers. */
export function bookingActor({ callerId }: Booking): Actor {
  return { kind: 'PATIENT', id: callerId };
}
