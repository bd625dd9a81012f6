import type {
  AttemptAnswer,
  BookCommand,
  BookOutcome,
  CancelCommand,
  CancelOutcome,
  Health,
  ReadBackProbe,
  Slot,
  SlotSearch,
  SupplierAppointment,
} from './gp-system';
import type { HttpReply, HttpRequest } from './http/http-messages';
import type { LeftOutReason } from './sound';

/**
 * The operations that a supplier's folder implements. `gp-system-of.ts` makes the port's `GpSystem` of it, and does for all suppliers
 * alike what need not differ: it splits long searches, drops what lies outside or came twice, refuses what the manifest
 * does not promise, and tells from what was sent whether a failed command can have had an effect. So an adapter throws
 * `SupplierError` wherever it cannot go on, and answers with an outcome where the supplier's own words decide it.
 */
export interface Adapter {
  /** Searches at most `limits.searchWindowDays` at once. */
  searchSlots(search: SlotSearch, context: Context): AsyncIterable<readonly Slot[]>;
  book(command: BookCommand, context: Context): Promise<BookOutcome>;
  /** Present exactly where the manifest's `readBack` is not `none`. */
  readBack?(probe: ReadBackProbe, context: Context): Promise<readonly SupplierAppointment[]>;
  /** Present only where `bookIdempotency` is `clientKey`: asks by the key, or by what the supplier answered to it. Only reads. */
  findAttempt?(probe: ReadBackProbe, context: Context): Promise<AttemptAnswer>;
  /** Present exactly where the manifest says `cancel`. */
  cancel?(command: CancelCommand, context: Context): Promise<CancelOutcome>;
  /** Thrown errors are `DOWN`, or `DEGRADED` where something answered. */
  health(context: Context): Promise<Health>;
}

/** A request; without `timeoutMs` it has the manifest's time for the operation. */
export type ContextRequest = Omit<HttpRequest, 'timeoutMs'> & { timeoutMs?: number };

/** One call of one operation, and the only way out of it. */
export interface Context {
  /** Correlates logs; suppliers that take a trace id receive it. */
  requestId: string;
  /**
   * Makes one exchange, inside the call's deadline and the supplier's limits.
   * @throws SupplierError; also instead of a second command in the same call, unless the first one is proven undone, or is a
   * booking that this repeats to the letter under the client's key (`sendUnderKey`).
   */
  send(request: ContextRequest): Promise<HttpReply>;
  /**
   * Waits, on the timers that measure the call.
   * @throws SupplierError TIMED_OUT, at once, when the call's deadline would pass first, or when nobody waits any more.
   */
  pause(ms: number): Promise<void>;
  /** Counts a slot that the supplier has sent and that is not offered: without it, that looks as if nothing was free. */
  leaveOut(reason: LeftOutReason): void;
  /**
   * Declares that the supplier's answer to the command proves that nothing was done, so that it may be sent again (a
   * session that had expired). Never to be called on a guess.
   */
  commandProvenUndone(): void;
}
