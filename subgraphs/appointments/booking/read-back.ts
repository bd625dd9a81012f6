import { randomUUID } from 'node:crypto';
import { SupplierError, type Patient, type SupplierAppointment } from '../../../adapters/gp-system';
import { loggableError } from '../../../domain/loggable-error';
import type { Booking, Evidence } from '../ledger/records';
import { boundedCall, systemOf } from '../suppliers';
import { actorFor, patientFor, type BookingDeps } from './booking-deps';

/** What the practice's book says of a booking. `found` is null when the appointment is not in it. */
export type ReadBack =
  | { kind: 'read'; found: SupplierAppointment | null; evidence: Omit<Evidence, 'at'> }
  | { kind: 'failed'; evidence: Omit<Evidence, 'at'> };

/** @throws Error when the supplier was unplugged, or the patient's details cannot be opened: mistakes of operators. */
export async function readBack(booking: Booking, deps: BookingDeps): Promise<ReadBack> {
  const system = systemOf(booking, deps.systems);
  const { slot } = booking.offer;
  const patient = patientFor(booking, deps);
  const probe = { practice: slot.practice, patient, actor: actorFor(booking), slot, marker: booking.marker };
  try {
    const call = boundedCall(system.manifest.limits.timeoutMs.read, randomUUID(), deps.timers);
    const found = ours(booking, await system.readBack(probe, call));
    return { kind: 'read', found, evidence: { asked: 'READ_BACK', answer: found?.status ?? 'ABSENT' } };
  } catch (error) {
    return { kind: 'failed', evidence: { asked: 'READ_BACK', answer: failed(error, deps) } };
  }
}

/**
 * Where the supplier has told us its id, that one and no other. Before that: by our marker, or standing on the very slot,
 * because no supplier promises to keep the marker; the list is this patient's own, so another appointment of theirs that
 * stands there is as good as ours. One that was cancelled there may be an earlier one, and proves nothing.
 */
function ours(booking: Booking, listed: readonly SupplierAppointment[]): SupplierAppointment | null {
  const { appointment, offer } = booking;
  if (appointment !== null)
    return (
      listed.find(({ id }) => id === appointment.id) ??
      // Where a supplier names no appointment in its answer, its slot's key stands in for it.
      listed.find(({ slotId }) => slotId === appointment.id) ??
      null
    );
  return (
    listed.find(({ carriesMarker, status }) => carriesMarker === true && status === 'BOOKED') ??
    listed.find(({ carriesMarker }) => carriesMarker === true) ??
    listed.find(({ slotId, status }) => slotId === offer.slot.id && status === 'BOOKED') ??
    null
  );
}

/** Whether the practice offers the slot to others; null when it could not be found out. */
export async function slotIsFree(booking: Booking, deps: BookingDeps): Promise<boolean | null> {
  const system = systemOf(booking, deps.systems);
  const { slot } = booking.offer;
  const patient: Patient = patientFor(booking, deps);
  const search = {
    practice: slot.practice,
    from: slot.startsAt,
    to: slot.endsAt,
    actor: actorFor(booking),
    patient,
  };
  try {
    const call = {
      ...boundedCall(system.manifest.limits.timeoutMs.search, randomUUID(), deps.timers),
      forBooking: true,
    };
    for await (const page of system.searchSlots(search, call))
      if (page.some(({ id }) => id === slot.id)) return true;
    return false;
  } catch (error) {
    failed(error, deps);
    return null;
  }
}

function failed(error: unknown, { logger }: BookingDeps): string {
  if (error instanceof SupplierError)
    return ['FAILED', error.fault, error.status].filter((part) => part !== undefined).join(' ');
  logger.error({ err: loggableError(error) }, 'adapter threw something other than a SupplierError');
  return 'FAILED';
}
