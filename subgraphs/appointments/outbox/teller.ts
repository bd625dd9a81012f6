import type { Logger } from 'pino';
import type { Timers } from '../../../domain/timers';
import type { Ledger } from '../ledger/ledger';
import type { UntoldChange } from '../ledger/telling';
import type { Repeating } from '../../repeatedly';
import { AT_ONCE, PACE, tellInOrder, type Pace } from './tell-in-order';
import { webhook, type WebhookSettings } from './webhook';

export interface TellerOptions {
  ledger: Ledger;
  webhook: WebhookSettings;
  now: () => Date;
  logger: Logger;
  pace?: Pace;
  timers?: Timers | undefined;
}

/**
 * Tells the front end of every change that a person can see: at least once, in order for each booking.
 */
export function teller(options: TellerOptions): Repeating {
  const { ledger, webhook: settings, now, logger, pace = PACE, timers } = options;
  const frontEnd = webhook(settings, AT_ONCE, now, timers);
  return tellInOrder<UntoldChange>({
    whom: 'the front end',
    outbox: {
      claim: ledger.claimUntold,
      told: ledger.told,
      notTold: ledger.notTold,
      giveUp: ledger.giveUpTelling,
    },
    post: (change, withinMs) => {
      const id = eventId(change);
      return frontEnd.post({ id, body: bodyOf(id, change) }, withinMs);
    },
    about: ({ bookingId, status }) => ({ booking: bookingId, status }),
    close: frontEnd.close,
    logger,
    pace,
    timers,
  });
}

/**
 * With its time, because a restored ledger counts versions again from an earlier one. Without a full stop, which separates
 * the parts of what is signed.
 */
function eventId({ bookingId, version, at }: UntoldChange): string {
  return `${bookingId}-${version}-${at.getTime()}`;
}

/** The same bytes at every attempt, and nothing about the person: who may know more asks the API. */
function bodyOf(id: string, { bookingId, reference, status, at }: UntoldChange): string {
  const occurredAt = at.toISOString();
  return JSON.stringify({ type: 'booking.changed', id, bookingId, reference, status, occurredAt });
}
