import { BrokenCircuitError, TaskCancelledError } from 'cockatiel';
import { SupplierError, type SupplierFault } from '../gp-system';
import type { HttpReply } from './http-messages';
import { queuedTooLong, supplierTimedOut } from './time-limit';

/** Records what is known of an exchange however it ends. */
export interface ExchangeEvidence {
  sent: boolean;
  responseStarted: boolean;
  /** True when the request went into a connection that an earlier exchange had left open. */
  keptConnection: boolean;
  /** When the exchange itself began, on the timers' clock: everything before it was our own queue. */
  startedAt: number | undefined;
}

export function noEvidence(): ExchangeEvidence {
  return { sent: false, responseStarted: false, keptConnection: false, startedAt: undefined };
}

/** A failure below HTTP. Carries the code alone: a client's own error may hold the request and the reply. */
export class NetworkError extends Error {}

/** Returns the `SupplierError` for a failed exchange; an error of our own stays as it is. */
export function asSupplierError(
  supplier: string,
  error: unknown,
  evidence: ExchangeEvidence,
  signal: AbortSignal,
): unknown {
  if (error instanceof SupplierError) return error;
  const fail = (fault: SupplierFault, cause?: unknown) =>
    new SupplierError(supplier, fault, { mayHaveBeenSent: evidence.sent, cause });
  if (error instanceof BrokenCircuitError) return fail('CIRCUIT_OPEN');
  if (signal.reason === queuedTooLong) return fail('QUEUE_TOO_LONG');
  if (signal.aborted || error instanceof TaskCancelledError)
    return fail('TIMED_OUT', signal.reason === supplierTimedOut ? supplierTimedOut : undefined);
  if (!(error instanceof NetworkError)) return error;
  return fail(evidence.responseStarted ? 'BAD_REPLY' : 'UNREACHABLE', error);
}

/** Counts only the supplier's own time limit as an outage: a caller that gives up says nothing about the supplier. */
export function isOutage(error: unknown): boolean {
  return (
    error instanceof SupplierError &&
    (error.fault === 'UNREACHABLE' || (error.fault === 'TIMED_OUT' && error.cause === supplierTimedOut))
  );
}

export function isServerFailure({ status }: HttpReply): boolean {
  return status >= 500;
}

export function isOverloaded({ status }: HttpReply): boolean {
  return status === 429 || status === 503;
}
