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

  /** Gives the slot back. Cancelling what is already cancelled is `ACCEPTED`. */
  cancel(command: CancelCommand, call: Call): Promise<CancelOutcome>;

  /**
   * Reports changes of our appointments at one practice since a cursor; there exactly where `capabilities.changeFeed` says
   * so. A change may be reported twice, and is never left out.
   * @throws SupplierError
   */
  changes?(probe: ChangesProbe, call: Call): AsyncIterable<ChangesPage>;

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
  practice: OdsCode;
  patient: Patient;
  actor: Actor;
  slot: Slot;
  marker: string;
}

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

export interface ChangesProbe {
  practice: OdsCode;
  actor: Actor;
  /** Null asks for everything that the supplier still knows. */
  cursor: string | null;
}

export interface ChangesPage {
  changes: readonly AppointmentChange[];
  /** The next cursor, to be kept once the page has been dealt with. */
  cursor: string;
}

export interface AppointmentChange {
  appointmentId: string;
  /** The appointment's slot now; the practice may have moved it. */
  slotId: string;
  status: 'BOOKED' | 'CANCELLED';
  at: Date;
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
  | 'CIRCUIT_OPEN';

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

  constructor(
    supplier: string,
    fault: SupplierFault,
    detail: {
      mayHaveBeenSent: boolean;
      message?: string;
      status?: number;
      retryAfterMs?: number;
      path?: string;
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
  }
}

const milliseconds = z.number().int().positive();

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
  /** Time for which a log-on or an access token is used before it is renewed. */
  sessionTtlMs: milliseconds.optional(),
  limits: z.object({
    /**
     * Highest number of requests under way, a quarter of them kept for bookings; fewer are sent while the supplier shows signs of
     * overload.
     */
    concurrency: z.number().int().positive().max(1000),
    /** Limits one process of ours; a quarter is kept for bookings. */
    requestsPerSecond: z.number().positive().max(10_000),
    /** Calendar days that one search may span; longer ones are split. */
    searchWindowDays: z.number().int().positive().max(366),
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
    changeFeed: z.enum(['none', 'poll']),
    /** 0 where the patient's words may not, or cannot, be passed on. */
    reasonMaxLength: z.number().int().nonnegative(),
  }),
  /** Requirements of the conformance suite that the supplier's interface makes impossible, each with its reason. */
  bypass: z
    .array(z.object({ requirement: z.string(), reason: z.string().min(20, 'must be a reason in words') }))
    .optional(),
});
export type Manifest = z.infer<typeof Manifest>;
