import type { PracticeNotice } from '../ledger/practice-notices';
import type { BookingDeps } from '../booking/booking-deps';
import { openPatient } from '../booking/booking-deps';
import type { PeriodicTask } from '../../../platform/run-periodically';
import { AT_ONCE, PACE, deliverInOrder, type DeliveryPace } from './ordered-delivery';
import { webhook, type WebhookSettings } from './webhook';
import { whyElsewhere } from '../ledger/why-elsewhere';

export interface PracticeTellerOptions extends Pick<BookingDeps, 'ledger' | 'patients' | 'now' | 'logger'> {
  webhook: WebhookSettings;
  pace?: DeliveryPace;
}

/**
 * Tells people's own practices where they were booked instead: at least once, in order for each practice. What nobody
 * takes for a day is a dead letter, for operators.
 */
export function practiceNotifier(options: PracticeTellerOptions): PeriodicTask {
  const { ledger, webhook: settings, now, logger, pace = PACE } = options;
  const practices = webhook(settings, AT_ONCE, now);
  return deliverInOrder<PracticeNotice>({
    whom: 'own practices',
    outbox: {
      claim: ledger.claimNotices,
      markDelivered: ledger.markNoticeDelivered,
      scheduleRetry: ledger.scheduleNoticeRetry,
      abandon: ledger.abandonNotice,
    },
    async post(notice, withinMs) {
      // With its time, because a restored ledger counts notices again from an earlier one.
      const id = `${notice.practice}-${notice.sequence}-${notice.at.getTime()}`;
      return practices.post({ id, body: bodyOf(id, notice, options) }, withinMs);
    },
    about: ({ practice, sequence, kind }) => ({ practice, sequence, kind }),
    close: practices.close,
    logger,
    pace,
  });
}

const TYPES = {
  BOOKED_ELSEWHERE: 'patient.booked-elsewhere',
  MOVED_ELSEWHERE: 'patient.moved-elsewhere',
  CANCELLED_ELSEWHERE: 'patient.cancelled-elsewhere',
} as const;

/** The message names the patient, the practice and the time, and nothing clinical; it has the same bytes at every attempt. */
function bodyOf(
  id: string,
  { practice, sequence, kind, at, booking, slot }: PracticeNotice,
  deps: PracticeTellerOptions,
): string {
  const { nhsNumber } = openPatient(booking, deps);
  return JSON.stringify({
    type: TYPES[kind],
    id,
    practice,
    sequence,
    nhsNumber,
    bookingReference: booking.reference,
    bookedAt: slot.practice,
    startsAt: slot.startsAt,
    endsAt: slot.endsAt,
    mode: slot.mode,
    because: whyElsewhere(booking.offer),
    occurredAt: at.toISOString(),
  });
}
