import { randomUUID } from 'node:crypto';
import { SupplierError, type Patient, type SupplierAppointment } from '../../../adapters/gp-system';
import type { Booking, Evidence } from '../ledger/records';
import { boundedCall, systemOf } from '../suppliers';
import { patientFor, type BookingDeps } from './booking-deps';

/** What the practice's book says of a booking. `found` is null when the appointment is not in it. */
export type ReadBack =
  | { kind: 'read'; found: SupplierAppointment | null; evidence: Omit<Evidence, 'at'> }
  | { kind: 'failed'; evidence: Omit<Evidence, 'at'> };

/**
 * The appointment that is ours: by the supplier's own id where it told us one, else by our marker, or by the slot it
 * stands on, because no supplier promises to keep the marker. The list is this patient's own, so another appointment of
 * theirs on the very slot is as good as ours.
 */
export async function readBack(booking: Booking, deps: BookingDeps): Promise<ReadBack> {
  const system = systemOf(booking, deps.systems);
  const { slot } = booking.offer;
  const patient = await patientFor(booking, deps);
  const probe = { practice: slot.practice, patient, actor: actorFor(booking), slot, marker: booking.marker };
  try {
    const call = boundedCall(system.manifest.limits.timeoutMs.read, randomUUID());
    const found = ours(booking, await system.readBack(probe, call));
    return { kind: 'read', found, evidence: { asked: 'READ_BACK', answer: found?.status ?? 'ABSENT' } };
  } catch (error) {
    return { kind: 'failed', evidence: { asked: 'READ_BACK', answer: failed(error, deps) } };
  }
}

function ours(booking: Booking, listed: readonly SupplierAppointment[]): SupplierAppointment | null {
  const known = listed.find(({ id }) => id === booking.appointment?.id);
  if (known !== undefined) return known;
  const likely = listed.filter(
    ({ carriesMarker, slotId }) => carriesMarker === true || slotId === booking.offer.slot.id,
  );
  return likely.find(({ status }) => status === 'BOOKED') ?? likely[0] ?? null;
}

/** Whether the practice offers the slot to others; null when it could not be found out. */
export async function slotIsFree(booking: Booking, deps: BookingDeps): Promise<boolean | null> {
  const system = systemOf(booking, deps.systems);
  const { slot } = booking.offer;
  const patient: Patient = await patientFor(booking, deps);
  const search = {
    practice: slot.practice,
    from: slot.startsAt,
    to: slot.endsAt,
    actor: actorFor(booking),
    patient,
  };
  try {
    const call = boundedCall(system.manifest.limits.timeoutMs.search, randomUUID());
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
  logger.error({ err: error }, 'adapter threw something other than a SupplierError');
  return 'FAILED';
}

/** Asked in the name of the person who booked. */
function actorFor({ callerId }: Booking) {
  return { kind: 'PATIENT', id: callerId } as const;
}
