import { z } from 'zod';
import { forHowLong } from './for-how-long';

/** What the saved operation BookingHealth answers. */
export const Health = z.object({
  bookingHealth: z.object({
    unsettled: z.number(),
    needOperators: z.number(),
    oldestUnsettledSeconds: z.number().nullable(),
    untold: z.number(),
    oldestUntoldSeconds: z.number().nullable(),
    givenUpTelling: z.number(),
    holds: z.number(),
  }),
  suppliers: z.array(
    z.object({ id: z.string(), name: z.string(), status: z.string(), breaker: z.string().nullable() }),
  ),
});

export function healthReport({ bookingHealth, suppliers }: z.infer<typeof Health>): string {
  const { unsettled, needOperators, oldestUnsettledSeconds, untold, givenUpTelling, holds } = bookingHealth;
  const lines: [what: string, says: string][] = [
    ['needs an operator', String(needOperators)],
    ['being looked into', String(unsettled)],
    ['oldest of both', age(oldestUnsettledSeconds)],
    ['slots held', String(holds)],
    ['front end to be told', String(untold)],
    ['oldest of these', age(bookingHealth.oldestUntoldSeconds)],
    ['given up telling', String(givenUpTelling)],
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
