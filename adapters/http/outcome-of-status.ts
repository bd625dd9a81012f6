import type { Manifest, SupplierError } from '../gp-system';
import { retryAfter } from './retry-after';
import type { HttpReply } from './http-messages';

/**
 * The outcome of a command that was answered with a status which the supplier's own words did not explain. Only a
 * declared 429 is known to have done nothing.
 */
export function outcomeOfStatus(error: SupplierError, reply: HttpReply, throttle: Manifest['throttle']) {
  return reply.status === 429 && throttle === '429NotExecuted'
    ? ({ class: 'THROTTLED', retryAfterMs: retryAfter(reply) } as const)
    : ({ class: 'AMBIGUOUS', error } as const);
}
