import { z } from 'zod';
import { machineTimers, pause, type Timers } from '../domain/timers';

/** A part that is restarted listens again within as long, on a busy machine too. */
const RESTARTS_WITHIN_MS = 10_000;
const TRY_AGAIN_AFTER_MS = 50;

/** No connection was made, so nothing was sent. */
const NotConnected = z.object({ code: z.enum(['ECONNREFUSED', 'EHOSTUNREACH', 'ENOTFOUND', 'EAI_AGAIN']) });
/** The connection broke: the request may have been executed. */
const ConnectionBroken = z.object({ code: z.enum(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']) });

/**
 * Sends again where no connection can be made, until ten seconds after that began for all requests together: of a restart
 * nobody hears, and in an outage requests do not queue. What only reads is also sent again, once, when its connection broke
 * (RFC 9110, section 9.2.2).
 */
export function outlastRestart(timers: Timers = machineTimers) {
  let refused: { since: number; last: number } | undefined;

  function isWorthWaiting(): boolean {
    const now = timers.elapsedMs();
    // An outage of which nobody has heard for so long is over, or another one.
    if (refused === undefined || now - refused.last > RESTARTS_WITHIN_MS) refused = { since: now, last: now };
    refused.last = now;
    return now - refused.since < RESTARTS_WITHIN_MS;
  }

  return async <Answer>(send: () => Promise<Answer>, onlyReads: boolean): Promise<Answer> => {
    let maySendAgain = onlyReads;
    for (;;)
      try {
        const answer = await send();
        refused = undefined;
        return answer;
      } catch (error) {
        const isBroken = maySendAgain && ConnectionBroken.safeParse(error).success;
        const isNotConnected = NotConnected.safeParse(error).success && isWorthWaiting();
        if (!isBroken && !isNotConnected) throw error;
        if (isBroken) maySendAgain = false;
        else await pause(timers, TRY_AGAIN_AFTER_MS);
      }
  };
}
