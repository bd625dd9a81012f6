import type { Person, Caller } from '../../../domain/caller';
import { create } from '../../../platform/graphql/create';
import { cancellableUntil } from '../booking/cancel-booking';
import type { Booking as LedgerBooking } from '../ledger/records';
import { isOneOf, STANDING_STATES, statusOf } from '../lifecycle/states';
import { movedMessage } from '../../../domain/messages/messages';
import { BookablePerson, Booking, MovedByPractice } from '../types/booking';
import { practiceReference } from './slot-view';

export function bookingView(booking: LedgerBooking): Booking {
  const { offer } = booking;
  const { startsAt, endsAt, mode, clinicianName, practice: odsCode } = offer.slot;
  return create(Booking, {
    id: booking.id,
    reference: booking.reference,
    status: statusOf(booking.state),
    startsAt,
    endsAt,
    mode,
    clinicianName,
    practice: practiceReference(odsCode),
    atOwnPractice: offer.relation === 'OWN',
    createdAt: booking.createdAt,
    moved: movedView(booking),
    cutOff: isOneOf(STANDING_STATES, booking.state) ? cancellableUntil(booking) : null,
    replacesId: booking.replacesId,
    patientDigest: booking.patientDigest,
  });
}

function movedView({ movedFrom, offer }: LedgerBooking): MovedByPractice | null {
  if (movedFrom === null) return null;
  const { startsAt: startedAt, mode, clinicianName } = movedFrom;
  const message = movedMessage({ before: movedFrom, now: offer.slot });
  return create(MovedByPractice, { message, startedAt, mode, clinicianName });
}

/** @param caller the one who may act for the person. */
export function bookablePersonView({ id, givenName }: Person, caller: Caller): BookablePerson {
  const isCaller = caller.kind === 'patient' && caller.self?.id === id;
  return create(BookablePerson, { id, givenName, isCaller });
}
