import type { Logger } from 'pino';
import { loggableError } from '../../../domain/loggable-error';
import type { GpSystems } from '../gp-systems';
import type { Ledger } from '../ledger/ledger';
import type { Booking } from '../ledger/records';
import type { Patients } from '../sealed-patients';
import type { BookingCopies, BookingCopy } from './booking-copies';

/** The result for a booking that is not in the ledger, and of which there is a copy. */
export type TakenOn = { kind: 'adopted'; booking: Booking } | { kind: 'known' } | { kind: 'left'; why: Left };

/** The reason that a booking was not taken on. */
export type Left =
  /** It has begun: practices list no past ones, and nothing can be doubled any more. */
  | 'PAST'
  /** Another booking stands on its slot, or for its person and need. */
  | 'ANOTHER_STANDS'
  /** The patient's details were sealed with a key that the restored ledger does not have. */
  | 'DETAILS_UNREADABLE'
  /** Its supplier is not connected here. */
  | 'SUPPLIER_UNKNOWN';

interface Finding {
  ledger: Pick<Ledger, 'adopt' | 'unknown'>;
  copies: BookingCopies;
  patients: Patients;
  systems: GpSystems;
  now: () => Date;
  logger: Logger;
  onLostLeft?: (() => void) | undefined;
}

/**
 * Takes a booking on again that a restore took out of the ledger, under the ledger's guards and as UNKNOWN: it is settled by
 * reading the practice's book, by our marker where its system shows one. Doing so twice does no harm.
 */
export async function adopt(copy: BookingCopy, deps: Finding): Promise<TakenOn> {
  const { ledger, patients, systems, now } = deps;
  const { offer, patientSealed } = copy.hold;
  if (offer.slot.startsAt <= now()) return { kind: 'left', why: 'PAST' };
  if (!systems.has(offer.supplier)) return { kind: 'left', why: 'SUPPLIER_UNKNOWN' };
  if (patients.open(patientSealed, now()) === null) return { kind: 'left', why: 'DETAILS_UNREADABLE' };
  const adopted = await ledger.adopt(copy);
  return adopted.kind === 'guarded' ? { kind: 'left', why: 'ANOTHER_STANDS' } : adopted;
}

/**
 * Takes on what the ledger has lost of one person's, before anything else is booked for them.
 * @returns the first that nobody here knew of until now, so that its person is told of it; null as a rule.
 */
export async function findLostOf(patientDigest: string, deps: Finding): Promise<Booking | null> {
  const { copies, logger, onLostLeft } = deps;
  const found: Booking[] = [];
  try {
    for (const copy of await unknownOf(await copies.of(patientDigest), deps)) {
      const taken = await adopt(copy, deps);
      if (taken.kind === 'adopted') found.push(taken.booking);
      if (taken.kind !== 'left' || taken.why === 'PAST') continue;
      logger.error(
        { booking: copy.booking.id, why: taken.why },
        'a booking that the ledger has lost was not taken on again: ask its practice',
      );
      onLostLeft?.();
    }
  } catch (error) {
    // Copies are a second line: without them people book by what the ledger knows.
    logger.warn({ err: loggableError(error) }, 'bookings that a restore may have lost were not looked for');
  }
  return found[0] ?? null;
}

/** Returns those of the copies that the ledger does not know. */
export async function unknownOf(
  copies: readonly BookingCopy[],
  { ledger }: Pick<Finding, 'ledger'>,
): Promise<BookingCopy[]> {
  const unknown = await ledger.unknown(copies.map(({ booking }) => booking.id));
  return copies.filter(({ booking }) => unknown.has(booking.id));
}
