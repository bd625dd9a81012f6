import type { Slot, SlotSearch, SupplierAppointment } from './gp-system';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The longest time for one visit: a group clinic or minor surgery. Neighbouring searches overlap by as much. */
export const MAX_SLOT_MS = 4 * HOUR;
const MAX_APPOINTMENT_MS = 24 * HOUR;
/** No practice books so far ahead; dates of a system's end of time (9999) lie beyond. */
const MAX_AHEAD_MS = 2 * 366 * 24 * HOUR;
const MAX_SUPPLIER_DATA_LENGTH = 500;
const MAX_ID_LENGTH = 250;
/** Names of types, sessions and people; what is longer is no name, and would not fit into an offer. */
const MAX_NAME_LENGTH = 200;

/** The reason for which an adapter, or the kit, does not offer a slot that a supplier has sent. */
export type LeftOutReason =
  /** It says nothing of how people are seen, or says a way that is not offered here. */
  | 'NO_MODE'
  /** Neither it nor its session has a type that release rules could name. */
  | 'NO_TYPE'
  /** Its wall-clock time names two instants, or none. */
  | 'NO_PLAIN_TIME'
  /** Its times, its length or its ids cannot be right. */
  | 'UNSOUND';

/** Tells whether the slot makes sense, and can be held: what its types say is not enough (OWASP API10:2023). */
export function isSoundSlot(slot: Slot): boolean {
  const { id, startsAt, endsAt, slotType, supplierData } = slot;
  const names = [slotType, slot.sessionName, slot.clinicianName, slot.clinicianRole];
  return (
    isBetween(endsAt.getTime() - startsAt.getTime(), MINUTE, MAX_SLOT_MS) &&
    isBetween(id.length, 1, MAX_ID_LENGTH) &&
    slotType.trim() !== '' &&
    supplierData.length <= MAX_SUPPLIER_DATA_LENGTH &&
    names.every((name) => (name ?? '').length <= MAX_NAME_LENGTH)
  );
}

/** Lies wholly inside the range that was asked for. */
export function isWithin({ startsAt, endsAt }: Slot, { from, to }: Pick<SlotSearch, 'from' | 'to'>): boolean {
  return startsAt >= from && endsAt <= to;
}

/** Tells whether an appointment's times make sense: an order, a length of at most a day, and no date that nobody books for. */
export function isSoundAppointment({ startsAt, endsAt }: SupplierAppointment, now: Date): boolean {
  return (
    isBetween(endsAt.getTime() - startsAt.getTime(), 0, MAX_APPOINTMENT_MS) &&
    startsAt.getTime() - now.getTime() <= MAX_AHEAD_MS
  );
}

/** Leaves out the names of an appointment that are none for their length. */
export function withSoundNames(appointment: SupplierAppointment): SupplierAppointment {
  const { sessionName, clinicianName, clinicianRole } = appointment;
  const names = Object.entries({ sessionName, clinicianName, clinicianRole });
  const long = names.filter(([, name]) => (name ?? '').length > MAX_NAME_LENGTH);
  return { ...appointment, ...Object.fromEntries(long.map(([field]) => [field, undefined])) };
}

function isBetween(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}
