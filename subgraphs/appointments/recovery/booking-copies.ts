import { z } from 'zod';
import { Offer } from '../holds/offers';

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
    /** The person's number and words, sealed; null where they gave nothing, or the copy is from before it was kept. */
    contactSealed: z.string().nullable().default(null),
  }),
});
export type BookingCopy = z.infer<typeof BookingCopy>;

/** A store of copies; losing them all does no harm as long as the ledger is there. */
export interface BookingCopies {
  /** @throws Error while the store does not answer */
  keep(copy: BookingCopy): Promise<void>;
  /** Drops the copy of a booking that is over. @throws Error while the store does not answer */
  drop(booking: { patientDigest: string; id: string }): Promise<void>;
  /** Returns one person's copies, oldest first. @throws Error while the store does not answer */
  of(patientDigest: string): Promise<BookingCopy[]>;
  /** Returns everybody's copies. @throws Error while the store does not answer */
  all(): AsyncIterable<Kept>;
  /** Everybody's, whatever they are. @throws Error while the store does not answer */
  dropAll(): Promise<void>;
  close(): Promise<void>;
}

/** A stored copy of a booking. */
export interface Kept {
  bookingId: string;
  /** Null where this version of the service cannot read it: a later one has written it, or it was damaged. */
  copy: BookingCopy | null;
}

/** Longer than any restore goes back: an older backup knows too little to go on from. */
export const KEPT_MS = 7 * 86_400_000;

/** Copies in text, oldest first; what cannot be read, or is too old, is left out. */
export function copiesIn(texts: readonly string[], now: Date): BookingCopy[] {
  return texts
    .flatMap((text) => {
      const copy = copyIn(text);
      return copy !== null && isCurrent(copy, now) ? [copy] : [];
    })
    .sort((one, other) => one.keptAt - other.keptAt);
}

/** Copies in texts, by the ids of their bookings; those that are too old are left out. */
export function keptIn(texts: readonly (readonly [bookingId: string, text: string])[], now: Date): Kept[] {
  return texts
    .map(([bookingId, text]) => ({ bookingId, copy: copyIn(text) }))
    .filter(({ copy }) => copy === null || isCurrent(copy, now));
}

function copyIn(text: string): BookingCopy | null {
  return Text.safeParse(text).data ?? null;
}

function isCurrent({ keptAt }: BookingCopy, now: Date): boolean {
  return keptAt >= now.getTime() - KEPT_MS;
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

/** Copies of one process, gone when it ends: for tests. */
export function inProcessCopies(now: () => Date): BookingCopies {
  /** Texts by person, then by booking. */
  const kept = new Map<string, Map<string, string>>();
  const of = (patientDigest: string) => kept.get(patientDigest) ?? new Map<string, string>();
  return {
    keep(copy) {
      const { patientDigest } = copy.hold;
      kept.set(patientDigest, of(patientDigest).set(copy.booking.id, JSON.stringify(copy)));
      return Promise.resolve();
    },
    drop({ patientDigest, id }) {
      of(patientDigest).delete(id);
      return Promise.resolve();
    },
    of: (patientDigest) => Promise.resolve(copiesIn([...of(patientDigest).values()], now())),
    // eslint-disable-next-line @typescript-eslint/require-await -- the interface is that of stores that wait
    async *all() {
      for (const copies of kept.values()) yield* keptIn([...copies], now());
    },
    dropAll() {
      kept.clear();
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
