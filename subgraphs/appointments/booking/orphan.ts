import { randomUUID } from 'node:crypto';
import type { SupplierAppointment } from '../../../adapters/gp-system';
import { answered } from '../ledger/evidence';
import type { Booking, Evidence } from '../ledger/records';
import { boundedCall, systemOf } from '../suppliers';
import { apply, move, outcomeOf, patientFor, type BookingDeps } from './booking-deps';
import { absence, isOutOfTime, lookAgain, tellOperators } from './looking';
import { readBack } from './read-back';

/** Who was told that it failed so recently is most likely still at it, and glad to be told that it worked. */
const ADOPTED_WITHIN_MS = 10 * 60_000;

/**
 * An appointment that turned up after FAILED was said. It is taken on while the person has made no other plans that we
 * know of; otherwise the practice gets its slot back. Never two appointments, and never one that nobody knows of.
 */
export async function settleOrphan(booking: Booking, deps: BookingDeps): Promise<void> {
  const read = await readBack(booking, deps);
  const found = read.kind === 'read' ? read.found : null;
  if (found?.status === 'BOOKED') return adoptOrGiveBack(booking, found, deps);
  if (found?.status === 'CANCELLED') return gone(booking, read.evidence, deps);
  if (read.kind === 'read' && (await absence(booking, deps)) !== 'NOT_PROVEN')
    return gone(booking, read.evidence, deps);
  if (isOutOfTime(booking, deps.now())) return needsAPerson(booking, read.evidence, deps);
  return lookAgain(booking, read, deps);
}

async function adoptOrGiveBack(
  booking: Booking,
  found: SupplierAppointment,
  deps: BookingDeps,
): Promise<void> {
  const { id, version } = found;
  const appointment = { id, version };
  // The guard refuses it where the person has another booking for the same need, or somebody has the slot.
  if (
    (await wasFailedLately(booking, deps)) &&
    (await move(booking, 'ADOPTED', 'SYSTEM', { appointment }, deps))
  )
    return;
  // Without our mark it may be an appointment that the person made themself, at the practice or in its own app.
  const isSurelyOurs = found.carriesMarker === true || booking.appointment?.id === id;
  if (!isSurelyOurs) return needsAPerson(booking, { asked: 'READ_BACK', answer: 'BOOKED UNMARKED' }, deps);
  return giveBackOrphan(booking, appointment, deps);
}

async function wasFailedLately({ id }: Booking, { ledger, now }: BookingDeps): Promise<boolean> {
  const failed = (await ledger.history(id)).findLast(({ state }) => state === 'FAILED');
  return failed !== undefined && now().getTime() - failed.at.getTime() < ADOPTED_WITHIN_MS;
}

async function giveBackOrphan(
  booking: Booking,
  appointment: { id: string; version: string | undefined },
  deps: BookingDeps,
): Promise<void> {
  const { slot } = booking.offer;
  const system = systemOf(booking, deps.systems);
  const command = {
    practice: slot.practice,
    patient: await patientFor(booking, deps),
    actor: { kind: 'PATIENT', id: booking.callerId } as const,
    appointment,
    slot,
  };
  const call = boundedCall(system.manifest.limits.timeoutMs.cancel, randomUUID());
  const outcome = await outcomeOf(system.cancel(command, call), system.manifest.id, deps.logger);
  const evidence = { asked: 'CANCEL', answer: answered(outcome) } as const;
  if (outcome.class === 'ACCEPTED') return gone(booking, evidence, deps);
  const isFinal = outcome.class === 'REJECTED' && outcome.refusal === 'TOO_LATE';
  if (isFinal || isOutOfTime(booking, deps.now())) return needsAPerson(booking, evidence, deps);
  return lookAgain(booking, { kind: 'failed', evidence }, deps);
}

async function gone(booking: Booking, evidence: Omit<Evidence, 'at'>, deps: BookingDeps): Promise<void> {
  await apply(booking, 'GIVEN_BACK', 'SYSTEM', { evidence }, deps);
}

async function needsAPerson(
  booking: Booking,
  evidence: Omit<Evidence, 'at'>,
  deps: BookingDeps,
): Promise<void> {
  tellOperators(booking, evidence, deps);
  await apply(booking, 'OUT_OF_TIME', 'SYSTEM', { evidence }, deps);
}
