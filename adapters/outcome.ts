import { type Outcome, SupplierError } from './gp-system';
import { retryAfter } from './parse-reply';
import type { HttpReply } from './supplier-http';

/**
 * The outcome of a booking or cancellation that ended in an error (booking reference, section 4).
 * Anything that is not a `SupplierError` is our own mistake and thrown again.
 */
export function outcomeOfError(error: unknown): Outcome<never, 'NOT_PERMITTED'> {
  if (!(error instanceof SupplierError)) throw error;
  if (error.mayHaveBeenSent) return { class: 'AMBIGUOUS', error };
  if (error.fault === 'THROTTLED') return { class: 'THROTTLED', retryAfterMs: error.retryAfterMs ?? null };
  if (error.fault === 'NOT_AUTHENTICATED' || error.fault === 'NOT_PERMITTED')
    return { class: 'REJECTED', refusal: 'NOT_PERMITTED' };
  return { class: 'NOT_SENT', error };
}

/** A status that the supplier's own words did not explain. Only a declared 429 is known to have done nothing. */
export function outcomeOfStatus(
  error: SupplierError,
  reply: HttpReply,
  throttle: '429NotExecuted' | 'unknown',
) {
  return reply.status === 429 && throttle === '429NotExecuted'
    ? ({ class: 'THROTTLED', retryAfterMs: retryAfter(reply) } as const)
    : ({ class: 'AMBIGUOUS', error } as const);
}

/**
 * Runs what has to happen before a command can be sent: whatever fails in it, the command itself was not sent.
 * @throws SupplierError with `mayHaveBeenSent: false`
 */
export async function beforehand<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SupplierError)) throw error;
    throw new SupplierError(error.supplier, error.fault, {
      mayHaveBeenSent: false,
      message: error.message,
      cause: error.cause,
      ...(error.status === undefined ? {} : { status: error.status }),
      ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    });
  }
}
