import { z } from 'zod';

const Booking = z.object({ reference: z.string(), status: z.string() });

/** Answer of the saved operation SettleBooking. */
export const Settled = z.object({
  settleBooking: z.union([
    z.object({ __typename: z.literal('Booking') }).extend(Booking.shape),
    z.object({ __typename: z.literal('NothingToSettle'), booking: Booking }),
    z.object({ __typename: z.string(), message: z.string() }),
  ]),
});

/** @throws Error with a sentence where nothing was settled. */
export function settled(answer: z.infer<typeof Settled>['settleBooking']): string {
  if ('reference' in answer) return `${answer.reference} is ${answer.status} now, and the person sees that.`;
  if ('booking' in answer)
    throw new Error(
      `${answer.booking.reference} does not wait for an operator: it is ${answer.booking.status}. Nothing was changed.`,
    );
  throw new Error(`Nothing was settled. ${answer.message}`);
}
