import { z } from 'zod';
import { APPOINTMENT_MODES, type AppointmentMode } from '../domain/appointment-mode';
import type { CalendarDate } from '../domain/london-time';
import type { NhsNumber } from '../domain/nhs-number';
import type { OdsCode } from '../domain/ods-code';

/**
 * THE PORT: what this product asks of a GP system supplier, in NHS words, with times and enums already parsed.
 * One adapter per supplier implements it; the appointments subgraph sees nothing else of a supplier.
 *
 * Searching and reading throw `SupplierError`. Booking and cancelling change a practice's book, so they never throw
 * for a supplier's sake: they answer with an outcome class, and what is not positively known is `AMBIGUOUS`.
 */
export interface GpSystem {
  readonly manifest: Manifest;

  /**
   * Free slots that lie wholly inside `[from, to]`, in pages as they arrive. Never cached.
   * No page, or only empty ones, means the practice has none; a practice that could not be asked throws.
   * @throws SupplierError
   */
  searchSlots(search: SlotSearch, call: Call): AsyncIterable<readonly Slot[]>;

  /** Looks up afresh whether the slot is free. Never throws for the supplier's sake: not known is `UNKNOWN`. */
  checkSlot(check: SlotCheck, call: Call): Promise<SlotAnswer>;

  /**
   * Takes the slot for the patient, at most once; never sends the booking again by itself. Nothing is reserved before: a
   * hold is this service's own, so a supplier need not know when it is taken, extended or let go.
   */
  book(command: BookCommand, call: Call): Promise<BookOutcome>;

  /**
   * The patient's appointments at the practice around the probe's time, cancelled ones included where
   * `capabilities.readBackOfCancelled` says so. Throws rather than answer with half a list: silence is not absence.
   * @throws SupplierError
   */
  readBack(probe: ReadBackProbe, call: Call): Promise<readonly SupplierAppointment[]>;

  /**
   * Says what became of one attempt at booking, by the key that the supplier has of it. Sends nothing that could book. Present
   * only where `bookIdempotency` is `clientKey` and the supplier can be asked; whoever is in doubt asks this before `readBack`,
   * because a late refusal is in no list of appointments.
   * @throws SupplierError
   */
  findAttempt?(probe: ReadBackProbe, call: Call): Promise<AttemptAnswer>;

  /**
   * Gives the slot back: the one on which the appointment stands now, also where the desk has moved it. Cancelling what is
   * already cancelled is `ACCEPTED` where the supplier says that it is; what it does not list is `NOT_FOUND`, cancelled or not.
   */
  cancel(command: CancelCommand, call: Call): Promise<CancelOutcome>;

  /** Tells whether the supplier answers at all. Never throws. */
  health(call: Call): Promise<Health>;

  /**
   * Returns whether this process calls the supplier at all at the moment, without calling it: the worse of the states for
   * searches and for bookings. Absent where no breaker is used.
   */
  breaker?(): BreakerState;
}

/** `OPEN`: after many failures we stop calling it for a while; `HALF_OPEN`: one call tests whether it is back. */
export const BREAKER_STATES = ['CLOSED', 'HALF_OPEN', 'OPEN'] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];

/** Bounds and names one journey through an adapter, however many exchanges it takes. */
export interface Call {
  /** Aborted when nobody waits any more, by the caller's own choice too: never counted as the supplier's failure. */
  signal: AbortSignal;
  /**
   * The end of the supplier's own time (`limits.timeoutMs`), on the monotonic clock of the GP system's
   * timers: `machineTimers.elapsedMs()`, but in tests.
   */
  deadline: number;
  /** Set for a read that serves one booking: it uses the capacity that is kept for bookings. */
  forBooking?: boolean;
  /** Correlates logs; sent to suppliers that take a trace id. */
  requestId: string;
}

/**
 * The way to a practice's book: by a session of a patient linked to that practice, or system to system for
 * anybody the practice releases slots to.
 */
export const BOOKING_ROUTES = ['PATIENT_SESSION', 'NETWORK'] as const;
export type BookingRoute = (typeof BOOKING_ROUTES)[number];

export interface Patient {
  nhsNumber: NhsNumber;
  familyName: string;
  givenName: string;
  birthDate: CalendarDate;
  /** Credentials at the practice's own system; present when the patient is linked there. */
  linkage?: { practice: OdsCode; userId: string; key: string } | undefined;
}

/** The person that a call is made for. Some systems serve only one kind. `id` is pseudonymous. */
export interface Actor {
  kind: 'PATIENT' | 'STAFF';
  id: string;
}

export interface SlotSearch {
  practice: OdsCode;
  from: Date;
  to: Date;
  actor: Actor;
  /** Required on the `PATIENT_SESSION` route, unused on `NETWORK`. */
  patient?: Patient | undefined;
}

export interface Slot {
  practice: OdsCode;
  /** Names the slot within supplier and practice; two pages that name the same slot mean one slot. */
  id: string;
  startsAt: Date;
  endsAt: Date;
  mode: AppointmentMode;
  /** The practice's own name for this kind of slot; release rules refer to it. */
  slotType: string;
  sessionName?: string | undefined;
  clinicianName?: string | undefined;
  clinicianRole?: string | undefined;
  /** Says how many people one time takes, and for how many there is room now (a group clinic). Absent: one person. */
  places?: { all: number; left: number } | undefined;
  /** Data that the adapter needs back at booking, opaque to everybody else. At most 500 characters. */
  supplierData: string;
}

export interface SlotCheck {
  slot: Slot;
  actor: Actor;
  /** Required on the `PATIENT_SESSION` route, unused on `NETWORK`. */
  patient?: Patient | undefined;
}

/** `TAKEN` is everything that keeps a slot from being offered now: booked, withdrawn, no longer released. */
export type SlotAnswer = 'FREE' | 'TAKEN' | 'UNKNOWN';

export interface BookCommand {
  /** A UUID, stable for the attempt; where a supplier takes an idempotency key, this is it. */
  attemptId: string;
  /** A short text that read-back can recognise where the supplier keeps one; carries no identity. */
  marker: string;
  slot: Slot;
  patient: Patient;
  actor: Actor;
  contactPhone?: string | undefined;
  /** The patient's own words; dropped where `capabilities.reasonMaxLength` is 0. */
  reason?: string | undefined;
}

export interface ReadBackProbe {
  /** The attempt that is looked for, as `BookCommand.attemptId` named it. */
  attemptId: string;
  practice: OdsCode;
  patient: Patient;
  actor: Actor;
  slot: Slot;
  marker: string;
}

/** `RUNNING`: not decided yet, so that silence in the book means nothing. `UNKNOWN`: only the book can tell. */
export type AttemptAnswer =
  | { state: 'UNKNOWN' | 'RUNNING' }
  | { state: 'BOOKED'; appointment: { id: string; version?: string | undefined } }
  | { state: 'REFUSED'; refusal: BookRefusal };

export interface SupplierAppointment {
  /** The supplier's key for the appointment; what `cancel` wants. */
  id: string;
  /** Present for suppliers whose changes are versioned. */
  version?: string | undefined;
  /** `Slot.id` of the slot it stands on. */
  slotId: string;
  startsAt: Date;
  endsAt: Date;
  status: 'BOOKED' | 'CANCELLED';
  /** Present where the supplier's read-back tells it: the desk may have moved the person to somebody else, or to the telephone. */
  mode?: AppointmentMode | undefined;
  sessionName?: string | undefined;
  clinicianName?: string | undefined;
  clinicianRole?: string | undefined;
  /** True when the probe's marker was found; null where the supplier keeps no marker. */
  carriesMarker: boolean | null;
}

export interface CancelCommand {
  practice: OdsCode;
  patient: Patient;
  actor: Actor;
  appointment: { id: string; version?: string | undefined };
  slot: Slot;
}

/** A supplier's reason for saying no, with nothing done. */
export type BookRefusal =
  | 'SLOT_TAKEN'
  | 'SLOT_NOT_FOUND'
  | 'SLOT_IN_PAST'
  | 'OUTSIDE_BOOKING_WINDOW'
  | 'PATIENT_NOT_ACCEPTED'
  | 'BOOKING_LIMIT_REACHED'
  | 'NOT_PERMITTED'
  | 'INVALID_REQUEST';

export type CancelRefusal =
  'TOO_LATE' | 'NOT_FOUND' | 'NOT_PERMITTED' | 'CHANGED_MEANWHILE' | 'INVALID_REQUEST';

/**
 * The knowledge after a call that changes something:
 * `ACCEPTED` the supplier said yes and named it; `REJECTED` it said no and did nothing; `THROTTLED` it refused before
 * doing anything and said so; `NOT_SENT` no byte of the request left; `AMBIGUOUS` everything else.
 */
export type CommandOutcome<Yes, Refusal> =
  | ({ class: 'ACCEPTED' } & Yes)
  | { class: 'REJECTED'; refusal: Refusal }
  | { class: 'THROTTLED'; retryAfterMs: number | null }
  | { class: 'NOT_SENT'; error: SupplierError }
  | { class: 'AMBIGUOUS'; error: SupplierError };

export type BookOutcome = CommandOutcome<
  { appointment: { id: string; version?: string | undefined } },
  BookRefusal
>;
export type CancelOutcome = CommandOutcome<object, CancelRefusal>;

export interface Health {
  status: 'UP' | 'DEGRADED' | 'DOWN';
}

/** The kinds of failure between us and a supplier; closed, so that every use of it is exhaustive. */
export type SupplierFault =
  /** No answer before the deadline. */
  | 'TIMED_OUT'
  /** Refused, reset, unknown host, TLS failure. */
  | 'UNREACHABLE'
  | 'THROTTLED'
  /** The supplier did not accept our, or the patient's, credentials. */
  | 'NOT_AUTHENTICATED'
  /** Authenticated, but this practice or patient may not. */
  | 'NOT_PERMITTED'
  /** 5xx, or the supplier's own words for it. */
  | 'SERVER_ERROR'
  /** It answered, but not with what it promises: malformed, of another type, or without a needed field. */
  | 'BAD_REPLY'
  /** It understood the request and refused it as wrong. */
  | 'REQUEST_REFUSED'
  /** We have stopped calling it for a while. */
  | 'CIRCUIT_OPEN'
  /** Too many of our own requests were before this one: the supplier was never called. */
  | 'QUEUE_TOO_LONG'
  /** The supplier is closed at hours that its manifest declares; `until` says how long. */
  | 'MAINTENANCE';

/** Carries no header, body, URL or identity: only what may be logged. */
export class SupplierError extends Error {
  readonly supplier: string;
  readonly fault: SupplierFault;
  /** True unless it is certain that no byte of the request left this process. */
  readonly mayHaveBeenSent: boolean;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  /** Place at which a reply was not what was promised, in JSONPath: `$.Sessions[0].Slots[3].SlotId`. Never a value. */
  readonly path: string | undefined;
  /** The end of the maintenance, where that is the fault. */
  readonly until: Date | undefined;

  constructor(
    supplier: string,
    fault: SupplierFault,
    detail: {
      mayHaveBeenSent: boolean;
      message?: string;
      status?: number;
      retryAfterMs?: number;
      path?: string;
      until?: Date;
      cause?: unknown;
    },
  ) {
    super(detail.message ?? `${supplier}: ${fault}`, { cause: detail.cause });
    this.name = 'SupplierError';
    this.supplier = supplier;
    this.fault = fault;
    this.mayHaveBeenSent = detail.mayHaveBeenSent;
    this.status = detail.status;
    this.retryAfterMs = detail.retryAfterMs;
    this.path = detail.path;
    this.until = detail.until;
  }
}

const milliseconds = z.number().int().positive();
/** Highest number of requests under way. */
const concurrency = z.number().int().positive().max(1000);
const requestsPerSecond = z.number().positive().max(10_000);
const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a time of the day, as in 02:00');

/** Days of the week, as ISO 8601 numbers them from 1. */
export const WEEKDAYS = [
  'MONDAY',
  'TUESDAY',
  'WEDNESDAY',
  'THURSDAY',
  'FRIDAY',
  'SATURDAY',
  'SUNDAY',
] as const;

/**
 * One value that a real connection needs besides its address. What is no `ID` is never shown; a `PRIVATE_KEY` is PEM. The
 * certificate of a mutual TLS connection belongs to the proxy beside the process (docs/operate.md).
 */
export const SupplierSetting = z.object({
  /** Its variable is the supplier's id and this: `MERIDIAN_CLIENT_SECRET`. */
  name: z.string().regex(/^[A-Z][A-Z0-9_]{1,40}$/, 'must be capital letters, digits and underscores'),
  kind: z.enum(['ID', 'SECRET', 'PRIVATE_KEY']),
  /** Completes the sentence "MERIDIAN_CLIENT_ID is missing: set …". */
  purpose: z.string().min(10, 'must say what is to be set'),
  /** The value that the simulator takes. Without it the adapter does without, outside production. */
  simulated: z.string().min(1).optional(),
});
export type SupplierSetting = z.infer<typeof SupplierSetting>;

/**
 * A supplier's capabilities and limits. They are declared, published, and tested by the conformance suite; an
 * adapter's is checked when it is loaded (`manifest-of.ts`).
 */
export const Manifest = z.object({
  id: z.string().regex(/^[a-z][a-z0-9-]{1,30}$/, 'must be lower case letters, digits and hyphens'),
  /** Name for people, for example in supplier reports. */
  name: z.string().min(1).max(60),
  version: z.string().regex(/^\d+\.\d+\.\d+$/, 'must be three numbers, as in 1.0.0'),
  route: z.enum(BOOKING_ROUTES),
  transport: z.enum(['json', 'xml', 'fhir']),
  auth: z.enum(['session', 'mtls', 'oauth', 'jwt']),
  /** Comes between the supplier's address and the path of each request, for example `/mps/3`. */
  basePath: z
    .string()
    .regex(/^(\/[\w.~-]+)+$/, 'must begin, and not end, with a slash')
    .optional(),
  /** Values that a real connection needs, read in `config.ts`; production refuses to start without them. */
  settings: z.array(SupplierSetting).optional(),
  /** Hours by London's clocks in which the supplier is closed: nothing is sent then. `until` is on the same day, 24:00 its end. */
  maintenance: z.array(z.object({ day: z.enum(WEEKDAYS), from: timeOfDay, until: timeOfDay })).optional(),
  /** Time for which a log-on or an access token is used before it is renewed. */
  sessionTtlMs: milliseconds.optional(),
  limits: z.object({
    /**
     * Highest number of requests under way, a quarter of them kept for bookings; fewer are sent while the supplier shows signs of
     * overload.
     */
    concurrency,
    /** Limits one process of ours; a quarter is kept for bookings. */
    requestsPerSecond,
    /** Limits of each practice, where the supplier counts so: kept beside the ones above, exactly, in each process. */
    perPractice: z
      .object({ concurrency, requestsPerSecond: z.number().int().positive().max(1000) })
      .optional(),
    /**
     * Times 24 hours, by London's clocks, that one search may span; longer ones are split at the same time of the day. A range
     * of seven touches eight dates: where a supplier counts dates, this is one fewer.
     */
    searchWindowDays: z.number().int().positive().max(366),
    /** Limits one call and, unless a request has a time of its own, each of its requests. */
    timeoutMs: z.object({
      search: milliseconds,
      book: milliseconds,
      read: milliseconds,
      cancel: milliseconds,
    }),
    /** Longest time after which a request that the supplier received can still take effect. */
    settleMs: milliseconds,
  }),
  /** Says whether a 429 promises that nothing was executed. */
  throttle: z.enum(['429NotExecuted', 'unknown']),
  /** Says whom a Retry-After keeps us from calling: everybody behind the supplier, or the one practice. */
  throttleScope: z.enum(['SUPPLIER', 'PRACTICE']),
  capabilities: z.object({
    modes: z.array(z.enum(APPOINTMENT_MODES)).min(1),
    /** Effect of sending the same attempt twice: `clientKey` is recognised by the supplier, `none` is a second booking. */
    bookIdempotency: z.enum(['none', 'clientKey']),
    /** `final`: the reply to a booking says what came of it. `operation`: it only names an operation, to be asked for later. */
    bookReply: z.enum(['final', 'operation']),
    /** Says whether slots tell how many people one time takes, and how many more (`Slot.places`). */
    places: z.boolean(),
    readBack: z.enum(['byPatient', 'none']),
    /** Says whether read-back also shows appointments of days gone by. */
    readBackOfPast: z.boolean(),
    /** Says whether read-back also shows cancelled appointments; without it a cancellation at the desk is silence. */
    readBackOfCancelled: z.boolean(),
    /** Null where the supplier keeps no text of ours that read-back returns. */
    marker: z.object({ field: z.string(), maxLength: z.number().int().min(16) }).nullable(),
    cancel: z.boolean(),
    /**
     * Says whether a cancellation names the version that it means. An adapter that gets none, or an old one, looks the
     * appointment up once: on the same slot it is cancelled under its present version, on another it is CHANGED_MEANWHILE.
     */
    cancelVersioned: z.boolean(),
    /**
     * Minutes before the start from which the supplier cancels nothing online any more; 0 where it does until the start. People
     * are told the earlier of this and the practice's own.
     */
    cancelCutOffMinutes: z
      .number()
      .int()
      .nonnegative()
      .max(7 * 24 * 60),
    /** Says whether `BookCommand.contactPhone` reaches the practice's own book. */
    contactPhone: z.boolean(),
    /** 0 where the patient's words may not, or cannot, be passed on. */
    reasonMaxLength: z.number().int().nonnegative(),
  }),
  /** Requirements of the conformance suite that the supplier's interface makes impossible, each with its reason. */
  bypass: z
    .array(z.object({ requirement: z.string(), reason: z.string().min(20, 'must be a reason in words') }))
    .optional(),
});
export type Manifest = z.infer<typeof Manifest>;
