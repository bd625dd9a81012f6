import type { Context } from './adapter';
import { SupplierError, type SupplierFault } from './gp-system';
import type { HttpReply } from './http/http-messages';
import { retryAfter } from './http/retry-after';

/** One look at an operation: its end, or the reply that says that it still runs. */
export type Look<End> = { end: End } | { runs: HttpReply };

/** Bounds on what a supplier asks for by Retry-After, and what is done without it. */
const PAUSE_MS = { min: 250, usual: 1_000, max: 5_000 };
const MAX_REPEATS = 2;
/** The operation goes on, whatever became of one look at it. */
const WORTH_ANOTHER_LOOK: readonly SupplierFault[] = [
  'TIMED_OUT',
  'UNREACHABLE',
  'THROTTLED',
  'SERVER_ERROR',
  'BAD_REPLY',
];

/**
 * Looks at an operation until it has ended, as often as the supplier's Retry-After says, within the call's deadline. A look
 * that fails says nothing about the operation, so it is looked at again.
 * @param started the reply that named the operation.
 * @throws SupplierError TIMED_OUT where it still runs at the deadline; what `look` throws where another look is of no use.
 */
export async function untilEnded<End>(
  context: Pick<Context, 'pause'>,
  started: HttpReply,
  look: () => Promise<Look<End>>,
): Promise<End> {
  let pauseMs = pauseAfter(retryAfter(started));
  for (;;) {
    await context.pause(pauseMs);
    try {
      const seen = await look();
      if ('end' in seen) return seen.end;
      pauseMs = pauseAfter(retryAfter(seen.runs));
    } catch (error) {
      if (!(error instanceof SupplierError && WORTH_ANOTHER_LOOK.includes(error.fault))) throw error;
      pauseMs = Math.max(pauseAfter(null), error.retryAfterMs ?? 0);
    }
  }
}

/**
 * Sends a booking, and sends the very same again where its answer was lost: under one key the supplier knows it for the
 * same attempt, and says what became of that. For `bookIdempotency` `clientKey` only; the kit refuses it otherwise.
 * @throws SupplierError
 */
export async function sendUnderKey(
  context: Pick<Context, 'pause'>,
  send: () => Promise<HttpReply>,
): Promise<HttpReply> {
  for (let repeats = 0; ; repeats++) {
    const isLast = repeats === MAX_REPEATS;
    try {
      const reply = await send();
      if (isLast || !isLost(reply)) return reply;
    } catch (error) {
      const isWorthIt = error instanceof SupplierError && error.mayHaveBeenSent && !isLast;
      if (!isWorthIt || !WORTH_ANOTHER_LOOK.includes(error.fault)) throw error;
    }
    await context.pause(PAUSE_MS.usual);
  }
}

/** Statuses of proxies, and of failures that leave open what was done. */
function isLost({ status }: HttpReply): boolean {
  return status === 408 || status >= 500;
}

function pauseAfter(retryAfterMs: number | null): number {
  return Math.min(PAUSE_MS.max, Math.max(PAUSE_MS.min, retryAfterMs ?? PAUSE_MS.usual));
}
