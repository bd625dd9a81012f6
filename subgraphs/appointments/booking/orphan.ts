import { randomUUID } from 'node:crypto';
import type { SupplierAppointment } from '../../../adapters/gp-system';
import { answered } from '../ledger/evidence';
import type { Booking, Evidence } from '../ledger/records';
import { apply, move, patientFor, type BookingDeps } from './booking-deps';
import { askToCancel } from './give-back';
import { absence, isOutOfTime, lookAgain, needsAPerson, notSettled } from './looking';
import { readBack } from './read-back';

/** Who was told that it failed so recently is most likely still at it, and glad to be told that it worked. */
const ADOPTED_WITHIN_MS = 10 * 60_000;

/**
 * An appointment that turned up after FAILED was said, or again after CANCELLED. The former is taken on while the person has
 * made no other plans that we know of; otherwise the practice gets its slot back. Never two appointments, and never one
 * that nobody knows of.
 */
export async function settleOrphan(booking: Booking, deps: BookingDeps): Promise<void> {
  const read = await readBack(booking, deps);
  if (read.kind === 'failed') return notSettled(booking, read, deps);
  const { found, evidence } = read;
  if (found?.status === 'BOOKED') return adoptOrGiveBack(booking, found, deps);
  const isGone = found?.status === 'CANCELLED' || (await absence(booking, deps)) !== 'NOT_PROVEN';
  if (isGone) await givenBack(booking, evidence, deps);
  else await notSettled(booking, read, deps);
}

async function adoptOrGiveBack(
  booking: Booking,
  found: SupplierAppointment,
  deps: BookingDeps,
): Promise<void> {
  const { id, version } = found;
  const appointment = { id, version };
  if (await isStillWanted(booking, deps)) {
    // The guard refuses it where the person has another booking for the same need, or somebody has the slot.
    const adopted = await move(booking, 'ADOPTED', 'SYSTEM', { appointment }, deps);
    if (adopted.kind !== 'guarded') return;
  }
  // Without our mark it may be an appointment that the person made themself, at the practice or in its own app.
  const isSurelyOurs = found.carriesMarker === true || booking.appointment?.id === id;
  if (isSurelyOurs) await giveBackOrphan(booking, appointment, deps);
  else await needsAPerson(booking, { asked: 'READ_BACK', answer: 'BOOKED UNMARKED' }, deps);
}

/** A replacement is wanted only while the person keeps what it was to replace. */
async function isStillWanted(
  { id, state, replacesId }: Booking,
  { ledger, now }: BookingDeps,
): Promise<boolean> {
  if (state === 'DUPLICATE_FOUND') return false;
  const failed = (await ledger.history(id)).findLast(({ state }) => state === 'FAILED');
  const replaced = replacesId === null ? null : await ledger.findBooking(replacesId);
  const isLately = failed !== undefined && now().getTime() - failed.at.getTime() < ADOPTED_WITHIN_MS;
  return isLately && (replaced === null || replaced.state === 'CONFIRMED');
}

async function giveBackOrphan(
  booking: Booking,
  appointment: { id: string; version: string | undefined },
  deps: BookingDeps,
): Promise<void> {
  const patient = patientFor(booking, deps);
  // Somebody quicker may have adopted it since it was read.
  const current = await deps.ledger.findBooking(booking.id);
  if (current?.version !== booking.version) return;
  const outcome = await askToCancel(booking, appointment, { patient, requestId: randomUUID() }, deps);
  const evidence = { asked: 'CANCEL', answer: answered(outcome) } as const;
  if (outcome.class === 'ACCEPTED') return givenBack(booking, evidence, deps);
  const isFinal = outcome.class === 'REJECTED' && outcome.refusal !== 'CHANGED_MEANWHILE';
  if (isFinal || isOutOfTime(booking, deps.now())) await needsAPerson(booking, evidence, deps);
  else await lookAgain(booking, { kind: 'failed', evidence }, deps);
}

async function givenBack(booking: Booking, evidence: Omit<Evidence, 'at'>, deps: BookingDeps): Promise<void> {
  await apply(booking, 'GIVEN_BACK', 'SYSTEM', { evidence }, deps);
}
