import { z } from 'zod';
import type { AppointmentMode } from '../../domain/appointment-mode';
import { readWallClock } from '../../domain/london-time';
import type { OdsCode } from '../../domain/ods-code';
import type { BookRefusal, Slot, SupplierAppointment } from '../gp-system';
import type { LeftOutReason } from '../sound';

/** Replies of Meridian's Partner Appointments API 3, of which only what is used is read. */
const WALL_CLOCK = /^\d{4}-\d\d-\d\d \d\d:\d\d$/;
const WallClock = z.string().regex(WALL_CLOCK);
/** `2026-12-01 09:20/5@3`: five lengths one after the other, with three places left at each. */
const Run = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d \d\d:\d\d\/[1-9]\d{0,2}(@\d{1,4})?$/)
  .transform((text) => {
    const [start = '', count = '', left] = text.split(/[/@]/);
    return { start, count: Number(count), left: left === undefined ? null : Number(left) };
  });
const Ref = z.string().min(1).max(100);
/** A cursor goes into an address, so it is bounded. */
const Next = z.string().min(1).max(500).optional();

export const Token = z.object({ access_token: z.string().min(1), token_type: z.literal('Bearer') });

const Session = z.object({
  ref: Ref,
  clinic: z.string(),
  clinician: z.object({ display: z.string(), role: z.string() }).nullish(),
  channel: z.string(),
  lengthMin: z.number().int().min(1).max(240),
  kind: z.string(),
  places: z.number().int().min(1).max(1_000).optional(),
  free: z.array(Run),
});
export const Availability = z.object({ sessions: z.array(Session), next: Next });

export const Started = z.object({
  // Below our own address, and nothing else: it is followed with a token.
  operation: z.string().regex(/^\/operations\/[\w-]{1,100}$/),
});

/** A time of an appointment. Of the hour that is shown twice the first: no slot of ours begins in it. */
const WallTime = WallClock.transform((text, context) => {
  const reading = readingOf(text);
  if (reading?.kind === 'instant') return { text, instant: reading.instant };
  if (reading?.kind === 'ambiguous') return { text, instant: reading.earlier };
  context.addIssue({ code: 'custom', message: 'names no time' });
  return z.NEVER;
});

export const Booking = z.object({
  id: z.string().min(1).max(100),
  rev: z.number().int().nonnegative(),
  session: Ref,
  wallStart: WallTime,
  wallEnd: WallTime,
  status: z.enum(['held', 'cancelled']),
  text: z.string(),
});
export type Booking = z.infer<typeof Booking>;

export const Operation = z.discriminatedUnion('state', [
  z.object({ state: z.literal('running') }),
  z.object({ state: z.literal('done'), booking: Booking }),
  z.object({ state: z.literal('failed'), code: z.string() }),
]);
export type Operation = z.infer<typeof Operation>;

export const Bookings = z.object({ bookings: z.array(Booking), next: Next });

export const Fault = z.object({ fault: z.string() });

const REFUSALS: Readonly<Record<string, BookRefusal>> = {
  SLOT_GONE: 'SLOT_TAKEN',
  SESSION_CLOSED: 'SLOT_NOT_FOUND',
  PAST: 'SLOT_IN_PAST',
  TOO_MANY: 'BOOKING_LIMIT_REACHED',
  PERSON_REFUSED: 'PATIENT_NOT_ACCEPTED',
};

/** A failed operation has done nothing, whatever its code is. */
export function refusalOf(code: string): BookRefusal {
  return REFUSALS[code] ?? 'INVALID_REQUEST';
}

const MODES: Readonly<Record<string, AppointmentMode>> = {
  F2F: 'IN_PERSON',
  TEL: 'TELEPHONE',
  VID: 'VIDEO',
};

const WALL_CLOCK_LENGTH = 16;

/** A booking names its slot by session and start, and so do we. */
export function slotKeyOf({ id }: Slot): { session: string; wallStart: string } {
  return { session: id.slice(0, -WALL_CLOCK_LENGTH - 1), wallStart: id.slice(-WALL_CLOCK_LENGTH) };
}

function slotId(session: string, wallStart: string): string {
  return `${session} ${wallStart}`;
}

/** Returns the free slots of the sessions; what is left out is counted. */
export function slotsOf(
  { sessions }: z.infer<typeof Availability>,
  practice: OdsCode,
  leaveOut: (reason: LeftOutReason) => void,
): Slot[] {
  return sessions.flatMap((session) =>
    session.free.flatMap((run) =>
      startsOf(run, session.lengthMin).flatMap((wallStart) => {
        const slot = slotOf(session, { wallStart, left: run.left }, practice);
        if (typeof slot !== 'string') return [slot];
        leaveOut(slot);
        return [];
      }),
    ),
  );
}

function slotOf(
  session: z.infer<typeof Session>,
  { wallStart, left }: { wallStart: string; left: number | null },
  practice: OdsCode,
): Slot | LeftOutReason {
  const mode = MODES[session.channel];
  const places = placesOf(session.places, left);
  const startsAt = instantOf(wallStart);
  if (mode === undefined) return 'NO_MODE';
  if (startsAt === null) return 'NO_PLAIN_TIME';
  if (places === null) return 'UNSOUND';
  return {
    practice,
    id: slotId(session.ref, wallStart),
    startsAt,
    // A length, and no second wall-clock time: the clocks may change in between.
    endsAt: new Date(startsAt.getTime() + session.lengthMin * 60_000),
    mode,
    slotType: session.kind,
    sessionName: session.clinic,
    clinicianName: session.clinician?.display,
    clinicianRole: session.clinician?.role,
    places,
    supplierData: '',
  };
}

/** One without the other does not say for how many people there is room: null. */
function placesOf(all: number | undefined, left: number | null): Slot['places'] | null {
  if (all === undefined) return left === null ? undefined : null;
  return left === null ? null : { all, left };
}

/** Clocks on walls: a run does not go on through the night in which they change. */
function startsOf({ start, count }: z.infer<typeof Run>, lengthMin: number): string[] {
  return Array.from({ length: count }, (_, number) => later(start, number * lengthMin));
}

function later(wall: string, minutes: number): string {
  const asUtc = Date.parse(`${wall.replace(' ', 'T')}:00Z`);
  return Number.isNaN(asUtc)
    ? wall
    : new Date(asUtc + minutes * 60_000).toISOString().slice(0, 16).replace('T', ' ');
}

/** The one instant that the clock on the wall shows so; null where there is none, or are two. */
function instantOf(wall: string): Date | null {
  const reading = readingOf(wall);
  return reading?.kind === 'instant' ? reading.instant : null;
}

function readingOf(wall: string) {
  try {
    return readWallClock(`${wall.replace(' ', 'T')}:00`);
  } catch {
    return null;
  }
}

const STATUSES = { held: 'BOOKED', cancelled: 'CANCELLED' } as const;

/** The slot on which a booking stands, as the search names it. */
export function slotIdOf({ session, wallStart }: Booking): string {
  return slotId(session, wallStart.text);
}

export function appointmentOf(booking: Booking, marker: string): SupplierAppointment {
  return {
    id: booking.id,
    version: String(booking.rev),
    slotId: slotIdOf(booking),
    startsAt: booking.wallStart.instant,
    endsAt: booking.wallEnd.instant,
    status: STATUSES[booking.status],
    carriesMarker: booking.text.includes(marker),
  };
}
