import { randomUUID } from 'node:crypto';
import { pause } from '../../../domain/timers';
import type { BookingDeps } from '../booking/booking-deps';
import { advance, settle } from '../booking/advance';
import { observe } from '../booking/observe';
import type { Booking } from '../ledger/records';
import { adopt, unknownOf, type Left } from './lost-bookings';

/** A booking as an operator sees it: nothing says who it is for. */
export interface FoundBooking {
  reference: string;
  bookingId: string;
  supplier: string;
  practice: string;
  startsAt: string;
  marker: string;
}

/** What was found after a restore. */
export interface Findings {
  /** Copies that were looked at. */
  copies: number;
  /** Taken on again: the practice has them, and their people see them. */
  adopted: FoundBooking[];
  /** Taken on again, and not settled yet: the practice does not show them, or could not be asked. It is asked again. */
  unsettled: FoundBooking[];
  /** Not taken on, each with why. */
  left: (FoundBooking & { why: Left })[];
  /** Bookings ahead that were compared with their practices' books. */
  compared: number;
  /** Of these, those that the practice does not have: they stand here, and are looked into. */
  missing: FoundBooking[];
  /** Of these, those whose practice could not be asked. */
  notRead: FoundBooking[];
  /** Where to go on, when there were more than were to be compared. */
  next: string | null;
}

export interface Bounds {
  /** Most bookings ahead that are compared. */
  most: number;
  /** How long to wait between two readings, milliseconds: suppliers are asked by this process and by the service. */
  pauseMs: number;
  /** Goes on after this one, as an earlier run has said. */
  after: Position | null;
}

export interface Position {
  startsAt: number;
  id: string;
}

const PAGE = 100;

/**
 * After a restore: takes on the bookings that were lost, one after the other, and compares those that stand ahead with the
 * practices' books. It may be stopped and run again at any time, beside the service as well.
 */
export async function findBookings(deps: BookingDeps, bounds: Bounds): Promise<Findings> {
  const findings: Findings = {
    copies: 0,
    adopted: [],
    unsettled: [],
    left: [],
    compared: 0,
    missing: [],
    notRead: [],
    next: null,
  };
  await takeOnLost(findings, deps, bounds);
  await compareAhead(findings, deps, bounds);
  return findings;
}

async function takeOnLost(findings: Findings, deps: BookingDeps, { pauseMs }: Bounds): Promise<void> {
  for await (const copy of deps.copies.all()) {
    findings.copies += 1;
    const [unknown] = await unknownOf([copy], deps);
    if (unknown === undefined) continue;
    const taken = await adopt(copy, deps);
    if (taken.kind === 'left')
      findings.left.push({ ...shown({ ...copy.booking, offer: copy.hold.offer }), why: taken.why });
    if (taken.kind !== 'adopted') continue;
    // Before the next: a person whose booking is in doubt has no other.
    await settle(taken.booking, deps);
    const booking = (await deps.ledger.findBooking(taken.booking.id)) ?? taken.booking;
    (booking.state === 'CONFIRMED' ? findings.adopted : findings.unsettled).push(shown(booking));
    if (pauseMs > 0) await pause(deps.timers, pauseMs);
  }
}

async function compareAhead(findings: Findings, deps: BookingDeps, bounds: Bounds): Promise<void> {
  let after = bounds.after;
  while (findings.compared < bounds.most) {
    const limit = Math.min(PAGE, bounds.most - findings.compared);
    const page = await deps.ledger.standingAhead(deps.now(), limit, after);
    for (const booking of page) {
      await compare(booking, findings, deps);
      if (bounds.pauseMs > 0) await pause(deps.timers, bounds.pauseMs);
    }
    findings.compared += page.length;
    const last = page.at(-1);
    if (last === undefined || page.length < limit) return;
    after = { startsAt: last.offer.slot.startsAt.getTime(), id: last.id };
  }
  findings.next = after === null ? null : positionText(after);
}

async function compare(booking: Booking, findings: Findings, deps: BookingDeps): Promise<void> {
  if (!deps.systems.has(booking.offer.supplier)) {
    findings.notRead.push(shown(booking));
    return;
  }
  const seen = await observe(booking, deps);
  if (seen === null || seen.kind === 'START_PASSED') return;
  if (seen.kind === 'NOT_READABLE') findings.notRead.push(shown(booking));
  if (seen.kind === 'CANCELLED' || seen.kind === 'ABSENT') findings.missing.push(shown(booking));
  // As at every comparison: absence alone cancels nothing.
  await advance(booking, seen, { requestId: randomUUID() }, deps);
}

function shown({
  reference,
  id,
  marker,
  offer,
}: Pick<Booking, 'reference' | 'id' | 'marker' | 'offer'>): FoundBooking {
  const { supplier, slot } = offer;
  return {
    reference,
    bookingId: id,
    supplier,
    practice: slot.practice,
    startsAt: slot.startsAt.toISOString(),
    marker,
  };
}

export const positionText = ({ startsAt, id }: Position) => `${startsAt}:${id}`;

/** Null where it is none. */
export function positionIn(text: string): Position | null {
  const [, startsAt, id] = /^(\d{1,16}):([\w-]{1,64})$/.exec(text) ?? [];
  return startsAt === undefined || id === undefined ? null : { startsAt: Number(startsAt), id };
}
