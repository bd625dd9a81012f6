import { z } from 'zod';
import { wallClock } from '../../domain/london-time';
import { columns } from './columns';

const instant = z.iso.datetime().transform((text) => new Date(text));
const DeadLetter = z.object({
  id: z.string(),
  bookingReference: z.string(),
  practice: z.object({ odsCode: z.string(), name: z.string() }),
  at: instant,
  attempts: z.number(),
  givenUpAt: instant,
});

/** Answer of the saved operation FrontEndDeadLetters. */
export const FrontEndLetters = z.object({
  frontEndDeadLetters: z.array(DeadLetter.extend({ startsAt: instant, status: z.string() })),
});
/** Answer of the saved operation PracticeDeadLetters. */
export const PracticeLetters = z.object({
  practiceDeadLetters: z.array(DeadLetter.extend({ kind: z.string() })),
});
/** Answer of the saved operation Redeliver. */
export const Redelivered = z.object({
  redeliver: z.union([
    z.object({ __typename: z.literal('Redelivery'), frontEnd: z.number(), practices: z.number() }),
    z.object({ __typename: z.string(), message: z.string() }),
  ]),
});

export type Undelivered = z.infer<typeof FrontEndLetters> & z.infer<typeof PracticeLetters>;

/** Lists what nobody has taken for a day, and how to send it again. */
export function undeliveredReport({ frontEndDeadLetters, practiceDeadLetters }: Undelivered): string {
  if (frontEndDeadLetters.length + practiceDeadLetters.length === 0) return 'Nothing was given up.';
  const rows = [
    ...frontEndDeadLetters.map((one) => ['front end', one.status, ...cells(one)]),
    ...practiceDeadLetters.map((one) => [one.practice.odsCode, one.kind, ...cells(one)]),
  ];
  return [
    columns([['receiver', 'message', 'booking', 'changed at', 'given up at', 'attempts', 'id'], ...rows]),
    'Once the receiver works again: npm run ops -- redeliver <id> …, or redeliver --all.',
  ].join('\n\n');
}

function cells({ bookingReference, at, attempts, givenUpAt, id }: z.infer<typeof DeadLetter>): string[] {
  return [bookingReference, minute(at), minute(givenUpAt), String(attempts), id];
}

/** London time. */
function minute(at: Date): string {
  return wallClock(at).replace('T', ' ').slice(0, 16);
}

/** @throws Error with a sentence where it was refused. */
export function redeliveredReport(answer: z.infer<typeof Redelivered>['redeliver']): string {
  if (!('frontEnd' in answer)) throw new Error(`Nothing is sent again. ${answer.message}`);
  const { frontEnd, practices } = answer;
  return `Sent again from now on: ${frontEnd} to the front end, ${practices} to own practices. Look again with npm run ops -- undelivered.`;
}
