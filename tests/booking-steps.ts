import type { GpSystem } from '../adapters/gp-system';
import type { BookingDeps } from '../subgraphs/appointments/booking/booking-deps';
import type { Gate } from './gate';

/** The calls that holding and confirming await, in this order: other requests can run only in between. */
export const HOLD_STEPS = [
  'look for a booking',
  'take the hold',
  'ask whether it is free',
  'record the hold',
] as const;
export const CONFIRM_STEPS = [
  'read the hold',
  'take the hold',
  'open the booking',
  'look once more',
  'ask the supplier',
  'record the answer',
  'let the hold go',
] as const;
export type Step = (typeof HOLD_STEPS)[number] | (typeof CONFIRM_STEPS)[number];

/** Dependencies with which holding and confirming wait at the gate before they take the step. */
export function stoppedBefore(step: Step, gate: Gate, deps: BookingDeps): BookingDeps {
  const { ledger, holds } = deps;
  function stopped<Args extends unknown[], Result>(call: (...args: Args) => Promise<Result>) {
    return async (...args: Args): Promise<Result> => {
      await gate.pass();
      return call(...args);
    };
  }
  const withSystems = (change: (system: GpSystem) => Partial<GpSystem>): BookingDeps => ({
    ...deps,
    systems: new Map([...deps.systems].map(([id, system]) => [id, { ...system, ...change(system) }])),
  });
  switch (step) {
    case 'look for a booking':
      return { ...deps, ledger: { ...ledger, liveBookingsOf: stopped(ledger.liveBookingsOf) } };
    case 'take the hold':
      return { ...deps, holds: { ...holds, acquire: stopped(holds.acquire) } };
    case 'ask whether it is free':
      return withSystems(({ checkSlot }) => ({ checkSlot: stopped(checkSlot) }));
    case 'record the hold':
      return { ...deps, ledger: { ...ledger, recordHold: stopped(ledger.recordHold) } };
    case 'read the hold':
      return { ...deps, ledger: { ...ledger, findHold: stopped(ledger.findHold) } };
    case 'open the booking':
      return { ...deps, ledger: { ...ledger, openBooking: stopped(ledger.openBooking) } };
    case 'look once more':
      return { ...deps, ledger: { ...ledger, isUsedForAnother: stopped(ledger.isUsedForAnother) } };
    case 'ask the supplier':
      return withSystems(({ book }) => ({ book: stopped(book) }));
    case 'record the answer':
      return { ...deps, ledger: { ...ledger, applyTransition: stopped(ledger.applyTransition) } };
    case 'let the hold go':
      return { ...deps, holds: { ...holds, release: stopped(holds.release) } };
  }
}
