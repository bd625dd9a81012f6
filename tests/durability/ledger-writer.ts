import { randomUUID } from 'node:crypto';
import { openLedger } from '../ledger-bookings';
import { newHold } from './new-hold';
import { WriterPlan, type Acknowledged } from './writer-plan';

const CHECK_IN_MS = 60_000;

/**
 * A process that books its slots until none is left or it is killed, and prints what it was promised, each as soon as it
 * was.
 */
async function write({ database, practice, slotIds, atOnce }: WriterPlan): Promise<void> {
  const { books } = await openLedger(database);
  say({ what: 'open' });

  async function book(slotId: string): Promise<void> {
    const { hold, request } = newHold(practice, slotId);
    const recorded = await books.recordHold(hold, CHECK_IN_MS, request('hold'));
    if (recorded.kind !== 'recorded') throw new Error(`A new hold was answered with ${recorded.kind}.`);
    say({ what: 'held', holdId: hold.id, callerId: hold.callerId });
    const opened = await books.openBooking(recorded.hold, CHECK_IN_MS, request('confirm'));
    if (opened.kind !== 'opened') {
      say({ what: 'refused', slotId, kind: opened.kind === 'refused' ? opened.why : opened.kind });
      return;
    }
    const { id: bookingId, version } = opened.booking;
    say({ what: 'moved', bookingId, slotId, version });
    const accepted = { appointment: { id: randomUUID() }, nextCheckMs: null };
    const moved = await books.applyTransition(opened.booking, 'ACCEPTED', accepted);
    if (moved.kind === 'moved') say({ what: 'moved', bookingId, slotId, version: moved.booking.version });
  }

  const queue = slotIds.values();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const slotId of queue)
        await book(slotId).catch((error: unknown) => say({ what: 'failed', slotId, error: String(error) }));
    }),
  );
  await books.close();
}

/** At once and whole: writing to a pipe waits until it is written. */
function say(acknowledged: Acknowledged): void {
  process.stdout.write(`${JSON.stringify(acknowledged)}\n`);
}

write(WriterPlan.parse(JSON.parse(process.argv[2] ?? ''))).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
