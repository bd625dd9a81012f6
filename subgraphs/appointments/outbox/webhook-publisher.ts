import type { Logger } from 'pino';
import type { Timers } from '../../../domain/timers';
import type { Ledger } from '../ledger/ledger';
import type { PendingChange } from '../ledger/outbox';
import type { PeriodicTask } from '../../../platform/run-periodically';
import { AT_ONCE, PACE, deliverInOrder, type DeliveryPace } from './ordered-delivery';
import { webhook, type WebhookSettings } from './webhook';

export interface TellerOptions {
  ledger: Ledger;
  webhook: WebhookSettings;
  now: () => Date;
  logger: Logger;
  pace?: DeliveryPace;
  timers?: Timers | undefined;
}

/**
 * Tells the front end of every change that a person can see: at least once, in order for each booking.
 */
export function webhookPublisher(options: TellerOptions): PeriodicTask {
  const { ledger, webhook: settings, now, logger, pace = PACE, timers } = options;
  const frontEnd = webhook(settings, AT_ONCE, now, timers);
  return deliverInOrder<PendingChange>({
    whom: 'the front end',
    outbox: {
      claim: ledger.claimPending,
      markDelivered: ledger.markDelivered,
      scheduleRetry: ledger.scheduleRetry,
      abandon: ledger.abandonDelivery,
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
 * The id has the change's time, because a restored ledger counts versions again from an earlier one. It has no full stop, which separates
 * the parts of what is signed.
 */
function eventId({ bookingId, version, at }: PendingChange): string {
  return `${bookingId}-${version}-${at.getTime()}`;
}

/** The same bytes at every attempt, and nothing about the person: enough for a reminder; who may know more asks the API. */
function bodyOf(id: string, { bookingId, reference, status, slot, at }: PendingChange): string {
  const occurredAt = at.toISOString();
  return JSON.stringify({ type: 'booking.changed', id, bookingId, reference, status, ...slot, occurredAt });
}
