import { z } from 'zod';
import { Offer } from '../offers';

/**
 * A copy of a booking, kept apart from the ledger: when the ledger is restored to an earlier moment, bookings made since
 * are found again by it, at the practice and in the person's name. As in the ledger, nobody can be told from it without
 * the keys: who it is for is sealed, or a keyed digest.
 */
export const BookingCopy = z.object({
  /** Epoch milliseconds, by the clock of the process that sent the booking. */
  keptAt: z.number(),
  hold: z.object({
    id: z.string(),
    callerId: z.string(),
    patientDigest: z.string(),
    patientSealed: z.string(),
    offer: Offer,
  }),
  booking: z.object({
    id: z.string(),
    reference: z.string(),
    marker: z.string(),
    replacesId: z.string().nullable(),
  }),
});
export type BookingCopy = z.infer<typeof BookingCopy>;

/** Where copies are kept; losing them all does no harm as long as the ledger is there. */
export interface BookingCopies {
  /** @throws Error while the store does not answer */
  keep(copy: BookingCopy): Promise<void>;
  /** Of a booking that is over. @throws Error while the store does not answer */
  drop(booking: { patientDigest: string; id: string }): Promise<void>;
  /** Of one person, oldest first. @throws Error while the store does not answer */
  of(patientDigest: string): Promise<BookingCopy[]>;
  /** Of everybody. @throws Error while the store does not answer */
  all(): AsyncIterable<BookingCopy>;
  close(): Promise<void>;
}

/** Longer than any restore goes back: an older backup knows too little to go on from. */
export const KEPT_MS = 7 * 86_400_000;

/** Copies in text, oldest first; what cannot be read, or is too old, is left out. */
export function copiesIn(texts: readonly string[], now: Date): BookingCopy[] {
  const since = now.getTime() - KEPT_MS;
  return texts
    .flatMap((text) => {
      const read = Text.safeParse(text);
      return read.success && read.data.keptAt >= since ? [read.data] : [];
    })
    .sort((one, other) => one.keptAt - other.keptAt);
}

const Text = z
  .string()
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'must be JSON' });
      return z.NEVER;
    }
  })
  .pipe(BookingCopy);

/** Copies of one process, gone when it ends: for tests and measurements. */
export function inProcessCopies(now: () => Date): BookingCopies {
  const kept = new Map<string, BookingCopy>();
  const texts = () => [...kept.values()].map((copy) => JSON.stringify(copy));
  return {
    keep(copy) {
      kept.set(copy.booking.id, copy);
      return Promise.resolve();
    },
    drop({ id }) {
      kept.delete(id);
      return Promise.resolve();
    },
    of: (patientDigest) =>
      Promise.resolve(copiesIn(texts(), now()).filter(({ hold }) => hold.patientDigest === patientDigest)),
    // eslint-disable-next-line @typescript-eslint/require-await -- the interface is that of stores that wait
    async *all() {
      yield* copiesIn(texts(), now());
    },
    close: () => Promise.resolve(),
  };
}
