import type { Caller, PatientCaller } from '../../../domain/caller';
import type { FieldFaults } from '../../../domain/messages/field-problem-codes';
import { pause } from '../../../domain/timers';
import type { CreatedBooking } from '../ledger/create-booking';
import type { Booking, Hold } from '../ledger/records';
import type { Earlier, Refused, Request } from '../ledger/requests';
import type { Offer } from '../holds/offers';
import { personOf } from '../sealed-patients';
import { findLostOf } from '../recovery/lost-bookings';
import { systemOf } from '../gp-systems';
import { alreadyBooked, type AlreadyBooked } from './already-booked';
import { leaseMs, idempotentRequest, type BookingDeps, type RequestSource } from './booking-deps';
import { endOf } from './extend-hold';
import { contactFaults, handoverOf } from './contact';
import type { Contact } from '../sealed-contacts';
import { isInTheWay } from './hold-slot';
import { acquire, holdKey, letGo } from './keep-place';
import { mayBook, bookingNotAllowed, whyNotBook, type NotAllowedAnswer } from './not-allowed';
import { placeBooking, placed, slotTaken, type Placed } from './place-booking';

export type ConfirmAnswer =
  | Placed
  | { kind: 'hold-expired'; expiredAt: Date }
  | { kind: 'invalid'; faults: FieldFaults }
  | { kind: 'key-reused' };

export interface ConfirmBooking {
  holdId: string;
  contactPhone: string | undefined;
  reason: string | undefined;
  idempotencyKey: string;
  requestId: string;
}

/** Time for which a double click waits for the result of the first one. */
const DUPLICATE_WAIT_MS = 2_000;
const LOOK_EVERY_MS = 50;

/**
 * Makes a hold a booking: records it, calls the supplier, then records the answer. CONFIRMED is returned only after
 * both.
 */
export async function confirmBooking(
  input: ConfirmBooking,
  caller: Caller,
  deps: BookingDeps,
): Promise<ConfirmAnswer> {
  if (!mayBook(caller)) return bookingNotAllowed(whyNotBook(caller));
  const { requestId } = input;
  const request = idempotentRequest(
    { callerId: caller.id, operation: 'confirm', key: input.idempotencyKey },
    [input.holdId, input.contactPhone ?? null, input.reason ?? null],
    deps,
  );
  const [earlier, hold] = await Promise.all([
    deps.ledger.earlier(request),
    deps.ledger.findHold(input.holdId, caller.id),
  ]);
  if (earlier?.kind === 'key-reused') return earlier;
  if (earlier?.kind === 'repeated') return replayed(earlier.resultId, requestId, caller, deps);
  if (hold === null) return bookingNotAllowed('HOLD_NOT_FOUND');
  const person = personOf(caller, hold, deps);
  if (person === undefined) return bookingNotAllowed('CANNOT_ACT_FOR_PERSON');

  const contact = { phone: input.contactPhone, reason: input.reason };
  const handover = contact.reason === undefined ? [] : ((await handoverOf(hold.offer, deps)) ?? []);
  const faults = contactFaults(contact, hold.offer, systemOf(hold, deps.systems).manifest, handover);
  if (faults !== null) return { kind: 'invalid', faults };
  const lost = earlier === null ? await findLostOf(hold.patientDigest, deps) : null;
  const placing = { person, contact, openedAt: deps.timers.elapsedMs(), requestId };
  const opened =
    earlier ?? (await (lost === null ? open(hold, contact, request, deps) : stop(lost, request, deps)));
  switch (opened.kind) {
    case 'opened':
      return placeBooking(opened.booking, placing, caller, deps);
    case 'repeated':
      return replayed(opened.resultId, requestId, caller, deps);
    case 'refused':
      // What is not booked is not kept from others either.
      await letGo(holdKey(hold.offer), hold.id, deps);
      if (opened.why === 'HOLD_EXPIRED') return { kind: 'hold-expired', expiredAt: hold.expiresAt };
      return (
        (await refusal(opened, hold, { caller, requestId }, deps)) ?? {
          kind: 'hold-expired',
          expiredAt: endOf(hold, deps.now()),
        }
      );
    case 'key-reused':
      return opened;
  }
}

async function open(
  hold: Hold,
  contact: Contact,
  request: Request,
  deps: BookingDeps,
): Promise<CreatedBooking> {
  const isHeld = !isOver(hold, deps.now()) && (await stillHeld(hold, deps));
  return isHeld
    ? deps.ledger.openBooking(
        hold,
        leaseMs(systemOf(hold, deps.systems), 'book'),
        request,
        sealedContact(contact, deps),
      )
    : deps.ledger.refuse(request, 'HOLD_EXPIRED');
}

/** Null where the person gave nothing. */
export function sealedContact(contact: Contact, { contacts }: BookingDeps): string | null {
  return contact.phone === undefined && contact.reason === undefined ? null : contacts.seal(contact);
}

/** Puts down that a booking which only now came to light stands in its way. */
export function stop(lost: Booking, request: Request, { ledger }: BookingDeps): Promise<Earlier> {
  return ledger.refuse(request, 'ALREADY_BOOKED', lost.id);
}

/** Returns the problem that stood in a booking's way, by the person's next step; null when nothing does any more. */
export async function refusal(
  { bookingId }: Refused,
  wanted: { offer: Offer; patientSealed: string },
  source: RequestSource,
  deps: BookingDeps,
): Promise<Placed | AlreadyBooked | null> {
  if (bookingId === null) return slotTaken(wanted, source, deps);
  const other = await deps.ledger.findBooking(bookingId);
  return other !== null && isInTheWay(other, wanted.offer) ? alreadyBooked(other) : null;
}

/** An expired hold can be used again as long as its offer is good; a released one cannot. */
function isOver({ released, expiresAt, offer }: Hold, now: Date): boolean {
  return released || (now > expiresAt && now > offer.expiresAt);
}

/** An expired hold on a slot that nobody else took since is taken up again; without a hold store everybody may try. */
async function stillHeld(hold: Hold, deps: BookingDeps): Promise<boolean> {
  return (await acquire(holdKey(hold.offer), { token: hold.id, callerId: hold.callerId }, deps)).acquired;
}

/** Returns the earlier result of the same request; a double click waits a moment for it. */
export async function replayed(
  bookingId: string,
  requestId: string,
  caller: PatientCaller,
  deps: BookingDeps,
): Promise<Placed | NotAllowedAnswer | { kind: 'key-reused' }> {
  const { timers } = deps;
  const until = timers.elapsedMs() + DUPLICATE_WAIT_MS;
  for (;;) {
    const booking = await deps.ledger.findBooking(bookingId);
    if (booking === null) return { kind: 'key-reused' };
    if (personOf(caller, booking, deps) === undefined) return bookingNotAllowed('CANNOT_ACT_FOR_PERSON');
    if (booking.state !== 'BOOKING' || timers.elapsedMs() > until)
      return placed(booking, null, { caller, requestId }, deps);
    await pause(timers, LOOK_EVERY_MS);
  }
}
