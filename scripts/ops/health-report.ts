import { z } from 'zod';
import { forHowLong } from './for-how-long';

/** Answer of the saved operation BookingHealth. */
export const BookingHealthAnswer = z.object({
  bookingHealth: z.object({
    unsettled: z.number(),
    awaitingOperator: z.number(),
    oldestUnsettledSeconds: z.number().nullable(),
    undelivered: z.number(),
    outboxLagSeconds: z.number().nullable(),
    abandonedDeliveries: z.number(),
    holds: z.number(),
  }),
  suppliers: z.array(
    z.object({ id: z.string(), name: z.string(), status: z.string(), breaker: z.string().nullable() }),
  ),
});

export function healthReport({ bookingHealth, suppliers }: z.infer<typeof BookingHealthAnswer>): string {
  const { unsettled, awaitingOperator, oldestUnsettledSeconds, undelivered, abandonedDeliveries, holds } =
    bookingHealth;
  const lines: [what: string, says: string][] = [
    ['needs an operator', String(awaitingOperator)],
    ['being looked into', String(unsettled)],
    ['oldest of both', age(oldestUnsettledSeconds)],
    ['slots held', String(holds)],
    ['events to deliver', String(undelivered)],
    ['oldest of these', age(bookingHealth.outboxLagSeconds)],
    ['given up telling', String(abandonedDeliveries)],
    ...suppliers.map(({ name, status, breaker }): [string, string] => [
      name,
      breaker === null ? status : `${status}, breaker ${breaker}`,
    ]),
  ];
  const width = Math.max(...lines.map(([what]) => what.length));
  return lines.map(([what, says]) => `${what.padEnd(width)}  ${says}`).join('\n');
}

function age(seconds: number | null): string {
  return seconds === null ? '–' : forHowLong(seconds * 1000);
}
