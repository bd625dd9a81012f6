import { randomUUID } from 'node:crypto';
import { loggableError } from '../../../domain/loggable-error';
import { pause } from '../../../domain/timers';
import type { BookingDeps } from './booking-deps';
import { advance, settle } from './advance';
import { observe } from './observe';
import type { StandingAhead } from '../ledger/queries';
import type { Booking } from '../ledger/records';
import type { BookingCopy } from '../recovery/booking-copies';
import { adopt, type Left } from '../recovery/lost-bookings';

/** A booking as an operator sees it: nothing says who it is for. */
export interface FoundBooking {
  reference: string;
  bookingId: string;
  supplier: string;
  practice: string;
  startsAt: string;
  marker: string;
}

/** Results of the search after a restore. */
export interface Findings {
  /** Copies that were looked at. */
  copies: number;
  /** Recovered: the practice has them, and their people see them. */
  adopted: FoundBooking[];
  /** Recovered but unsettled: the practice does not show them, or could not be called. They are read back again. */
  unsettled: FoundBooking[];
  /** Not taken on, each with why. */
  left: (FoundBooking & { why: Left })[];
  /** Ids of bookings that are not here, and whose copies this version of the service cannot read: they are kept. */
  unreadable: string[];
  /** Bookings ahead that were compared with their practices' books. */
  compared: number;
  /** Compared bookings that the practice does not have: they stand here, and are read back. */
  missing: FoundBooking[];
  /** Bookings whose practice could not be called, or that an internal error hides: the log has the reason. */
  notRead: FoundBooking[];
  /** Position at which to continue, when there were more than could be compared. */
  next: string | null;
  /** A store failed, so there may be more: the log says which. */
  endedEarly: boolean;
}

export interface Bounds {
  /** Most bookings ahead that are compared. */
  most: number;
  /** Pause between two readings, in milliseconds: this process and the service both call the suppliers. */
  pauseMs: number;
  /** Goes on after this one, as an earlier run has said. */
  after: Position | null;
}

export interface Position {
  startsAt: Date;
  id: string;
}

const PAGE = 100;

/**
 * After a restore: recovers the lost bookings, one after the other, and compares upcoming bookings with the practices'
 * books. It may be stopped and run again at any time, beside the service as well. When it fails midway it returns what it
 * has found.
 */
export async function findBookings(deps: BookingDeps, bounds: Bounds): Promise<Findings> {
  const findings: Findings = {
    copies: 0,
    adopted: [],
    unsettled: [],
    left: [],
    unreadable: [],
    compared: 0,
    missing: [],
    notRead: [],
    next: null,
    endedEarly: false,
  };
  for (const step of [takeOnLost, compareAhead])
    await step(findings, deps, bounds).catch((error: unknown) => {
      deps.logger.error({ err: loggableError(error) }, 'bookings could not be looked for any further');
      findings.endedEarly = true;
    });
  return findings;
}

async function takeOnLost(findings: Findings, deps: BookingDeps, { pauseMs }: Bounds): Promise<void> {
  for await (const { bookingId, copy } of deps.copies.all()) {
    findings.copies += 1;
    if ((await deps.ledger.unknown([bookingId])).size === 0) continue;
    if (copy === null) findings.unreadable.push(bookingId);
    else if (await takeOn(copy, findings, deps)) await pauseFor(pauseMs, deps);
  }
}

/** @returns whether a practice was asked */
async function takeOn(copy: BookingCopy, findings: Findings, deps: BookingDeps): Promise<boolean> {
  const lost = shown({ ...copy.booking, offer: copy.hold.offer });
  try {
    const taken = await adopt(copy, deps);
    if (taken.kind === 'left') findings.left.push({ ...lost, why: taken.why });
    if (taken.kind !== 'adopted') return false;
    // Before the next: a person whose booking is in doubt has no other.
    await settle(taken.booking, deps);
    const { state } = (await deps.ledger.findBooking(taken.booking.id)) ?? taken.booking;
    (state === 'CONFIRMED' ? findings.adopted : findings.unsettled).push(lost);
  } catch (error) {
    notRead(lost, error, findings, deps);
  }
  return true;
}

async function compareAhead(findings: Findings, deps: BookingDeps, bounds: Bounds): Promise<void> {
  let { after } = bounds;
  const goOnAfter = (position: Position | null) => {
    after = position;
    findings.next = position === null ? null : positionText(position);
  };
  goOnAfter(after);
  while (findings.compared < bounds.most) {
    const limit = Math.min(PAGE, bounds.most - findings.compared);
    const page = await deps.ledger.standingAhead(deps.now(), limit, after);
    for (const standing of page) {
      await compare(standing, findings, deps);
      findings.compared += 1;
      goOnAfter(standing);
      await pauseFor(bounds.pauseMs, deps);
    }
    if (page.length < limit) {
      findings.next = null;
      return;
    }
  }
}

async function compare(standing: StandingAhead, findings: Findings, deps: BookingDeps): Promise<void> {
  const { booking } = standing;
  const found = shownAhead(standing);
  if (booking === null || !deps.systems.has(standing.supplier)) {
    findings.notRead.push(found);
    return;
  }
  try {
    const seen = await observe(booking, deps);
    switch (seen?.kind) {
      case 'NOT_READABLE':
        findings.notRead.push(found);
        return;
      case 'ABSENT':
        findings.missing.push(found);
        await lookSoon(booking, deps);
        return;
      case 'CANCELLED':
        findings.missing.push(found);
        await advance(booking, seen, { requestId: randomUUID() }, deps);
        return;
      case 'BOOKED':
        await advance(booking, seen, { requestId: randomUUID() }, deps);
        return;
      default:
        return;
    }
  } catch (error) {
    notRead(found, error, findings, deps);
  }
}

/**
 * Absence is not counted here: how often, and how long apart, is for the service, which looks at each booking by one process
 * at a time. Where it has seen it once, it is at it already.
 */
async function lookSoon(booking: Booking, { ledger }: BookingDeps): Promise<void> {
  const { absentReads, failedReads } = booking;
  if (absentReads === 0) await ledger.scheduleReadBack(booking, { absentReads, failedReads, nextCheckMs: 0 });
}

function notRead(found: FoundBooking, error: unknown, findings: Findings, { logger }: BookingDeps): void {
  logger.error(
    { err: loggableError(error), booking: found.bookingId },
    'a booking could not be compared with its practice’s book',
  );
  findings.notRead.push(found);
}

async function pauseFor(ms: number, { timers }: BookingDeps): Promise<void> {
  if (ms > 0) await pause(timers, ms);
}

function shown({
  reference,
  id,
  marker,
  offer: { supplier, slot },
}: Pick<Booking, 'reference' | 'id' | 'marker' | 'offer'>): FoundBooking {
  return shownAhead({ reference, id, marker, supplier, practice: slot.practice, startsAt: slot.startsAt });
}

function shownAhead({
  reference,
  id,
  supplier,
  practice,
  startsAt,
  marker,
}: Omit<StandingAhead, 'booking'>): FoundBooking {
  return { reference, bookingId: id, supplier, practice, startsAt: startsAt.toISOString(), marker };
}

export const positionText = ({ startsAt, id }: Position) => `${startsAt.getTime()}:${id}`;

/** Null where it is none. */
export function positionIn(text: string): Position | null {
  const [, startsAt, id] = /^(\d{1,15}):([\w-]{1,64})$/.exec(text) ?? [];
  return startsAt === undefined || id === undefined ? null : { startsAt: new Date(Number(startsAt)), id };
}
