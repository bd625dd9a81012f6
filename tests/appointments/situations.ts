import { randomUUID } from 'node:crypto';
import type { GpSystem, SupplierAppointment } from '../../adapters/gp-system';
import type { Fault } from '../../adapters/simulator/injected-faults';
import type { PatientCaller } from '../../domain/caller';
import type { BookingDeps } from '../../subgraphs/appointments/booking/booking-deps';
import { settle } from '../../subgraphs/appointments/booking/advance';
import { cancelBooking } from '../../subgraphs/appointments/booking/cancel-booking';
import { confirmBooking } from '../../subgraphs/appointments/booking/confirm-booking';
import { holdSlot } from '../../subgraphs/appointments/booking/hold-slot';
import { reconciler } from '../../subgraphs/appointments/booking/reconciler';
import { isOneOf, UNSETTLED_STATES } from '../../subgraphs/appointments/lifecycle/states';
import type { Booking } from '../../subgraphs/appointments/ledger/records';
import type { Offer } from '../../subgraphs/appointments/holds/offers';
import {
  confirmInput,
  freeSlot,
  holdInput,
  newCaller,
  offer,
  SETTLE_MS,
  type BookingLaboratory,
} from '../booking-laboratory';

/** Somebody who holds a slot. */
export interface Situation {
  caller: PatientCaller;
  offered: Offer;
  holdId: string;
}

/** The situations that booking tests begin from, in one laboratory. */
export function situations(lab: BookingLaboratory) {
  async function held(values: Partial<Offer> = {}, caller: PatientCaller = newCaller()): Promise<Situation> {
    const offered = offer(caller, await freeSlot(lab), values);
    const answer = await holdSlot(holdInput(offered, caller, lab.deps), caller, lab.deps);
    if (answer.kind !== 'held') throw new Error(`expected a hold, not ${answer.kind}`);
    return { caller, offered, holdId: answer.hold.id };
  }

  const confirm = ({ holdId, caller }: Situation, input = confirmInput(holdId)) =>
    confirmBooking(input, caller, lab.deps);

  async function booked(situation?: Situation): Promise<Situation & { booking: Booking }> {
    const settled = situation ?? (await held());
    const answer = await confirm(settled);
    if (answer.kind !== 'booking') throw new Error(`expected a booking, not ${answer.kind}`);
    return { ...settled, booking: answer.booking };
  }

  const cancel = ({ caller, booking }: { caller: PatientCaller; booking: Booking }) =>
    cancelBooking(
      { bookingId: booking.id, reason: 'OTHER', idempotencyKey: randomUUID(), requestId: randomUUID() },
      caller,
      lab.deps,
    );

  function once(operation: 'BOOK' | 'CANCEL' | 'READ' | 'SEARCH', fault: Fault, times = 1): void {
    lab.simulators.faults.add({ supplier: 'gp-connect', operation, times, fault });
  }

  /** The services as they are, over suppliers whose lists come back changed. */
  function withReadBack(
    change: (list: readonly SupplierAppointment[]) => readonly SupplierAppointment[],
  ): BookingDeps {
    const changed = [...lab.deps.systems].map(([id, system]): [string, GpSystem] => [
      id,
      { ...system, readBack: async (probe, call) => change(await system.readBack(probe, call)) },
    ]);
    return { ...lab.deps, systems: new Map(changed) };
  }

  const withoutMarkers = () => withReadBack((list) => list.map((one) => ({ ...one, carriesMarker: false })));

  /** Lets time pass until what became of the booking is known. */
  async function settled(booking: Booking, deps: BookingDeps = lab.deps): Promise<Booking> {
    const look = reconciler(deps);
    for (let looks = 0; looks < 40; looks++) {
      const current = await lab.deps.ledger.findBooking(booking.id);
      if (current !== null && !isOneOf(UNSETTLED_STATES, current.state)) return current;
      lab.clock.advance(SETTLE_MS);
      await look.settleDue();
    }
    throw new Error('It was not settled.');
  }

  /** Looks at the booking, so many times, as if its time had come. */
  async function looked({ id }: Booking, times = 1, deps: BookingDeps = lab.deps): Promise<Booking> {
    const current = async () => (await lab.deps.ledger.findBooking(id))!;
    for (let looks = 0; looks < times; looks++) await settle(await current(), deps);
    return current();
  }

  return { held, booked, confirm, cancel, once, settled, looked, withReadBack, withoutMarkers };
}
