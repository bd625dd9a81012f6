import type { Logger } from 'pino';
import { loggableError } from '../../../domain/loggable-error';
import type { Booking } from '../ledger/records';
import type { BookingCopies, BookingCopy } from './booking-copies';

interface Keeping {
  copies: BookingCopies;
  now: () => Date;
  logger: Logger;
}

/** Keeps a copy of a booking that is being sent. The ledger has it; where the copy cannot be kept nobody waits or is refused. */
export async function keepCopy(booking: Booking, { copies, now, logger }: Keeping): Promise<void> {
  const { id, reference, marker, replacesId, contactSealed } = booking;
  const { holdId, callerId, patientDigest, patientSealed, offer } = booking;
  const copy: BookingCopy = {
    keptAt: now().getTime(),
    hold: { id: holdId, callerId, patientDigest, patientSealed, offer },
    booking: { id, reference, marker, replacesId, contactSealed },
  };
  await copies.keep(copy).catch((error: unknown) => {
    logger.warn({ err: loggableError(error), booking: id }, 'no copy of a booking could be kept');
  });
}

/** Drops the copy of a booking that is over. One that stays does no harm: the practice's book says what became of it. */
export async function dropCopy(
  booking: Pick<Booking, 'id' | 'patientDigest'>,
  { copies, logger }: Omit<Keeping, 'now'>,
): Promise<void> {
  await copies.drop(booking).catch((error: unknown) => {
    logger.warn(
      { err: loggableError(error), booking: booking.id },
      'the copy of a booking could not be dropped',
    );
  });
}
