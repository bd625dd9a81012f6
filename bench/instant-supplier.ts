import type { BookOutcome, GpSystem, Slot } from '../adapters/gp-system';
import type { OdsCode } from '../domain/ods-code';

const TEN_MINUTES = 10 * 60_000;

/** A GP system in memory that answers at once, so that measurements show this service's own work. */
export interface InstantSupplier extends GpSystem {
  /** Puts so many slots of ten minutes into the practice's book, one after the other from `from` on. */
  release(practice: OdsCode, from: Date, count: number): Slot[];
  /** Counts bookings by slot id. */
  booked(): ReadonlyMap<string, number>;
}

export function instantSupplier(): InstantSupplier {
  const books = new Map<OdsCode, Slot[]>();
  const booked = new Map<string, number>();

  return {
    manifest: {
      id: 'instant',
      name: 'Instant',
      version: '1.0.0',
      route: 'NETWORK',
      transport: 'json',
      auth: 'jwt',
      limits: {
        concurrency: 1000,
        requestsPerSecond: 1000,
        searchWindowDays: 14,
        timeoutMs: { search: 5_000, book: 5_000, read: 5_000, cancel: 5_000 },
        settleMs: 10_000,
      },
      throttle: '429NotExecuted',
      throttleScope: 'SUPPLIER',
      capabilities: {
        modes: ['IN_PERSON'],
        bookIdempotency: 'none',
        bookReply: 'final',
        places: false,
        readBack: 'byPatient',
        readBackOfPast: false,
        readBackOfCancelled: false,
        marker: null,
        cancel: true,
        cancelVersioned: false,
        cancelCutOffMinutes: 0,
        contactPhone: false,
        reasonMaxLength: 0,
      },
    },
    async *searchSlots({ practice, from, to }) {
      const slots = books.get(practice) ?? [];
      yield await Promise.resolve(
        slots.filter(({ id, startsAt, endsAt }) => !booked.has(id) && startsAt >= from && endsAt <= to),
      );
    },
    checkSlot: ({ slot }) => Promise.resolve(booked.has(slot.id) ? 'TAKEN' : 'FREE'),
    book({ slot }) {
      const times = (booked.get(slot.id) ?? 0) + 1;
      booked.set(slot.id, times);
      // A second booking is let through, so that it is counted and not hidden by this side.
      return Promise.resolve<BookOutcome>({ class: 'ACCEPTED', appointment: { id: `${slot.id}-${times}` } });
    },
    readBack: () => Promise.resolve([]),
    cancel: () => Promise.resolve({ class: 'ACCEPTED' }),
    health: () => Promise.resolve({ status: 'UP' }),
    release(practice, from, count) {
      const slots = Array.from({ length: count }, (_, index): Slot => {
        const startsAt = new Date(from.getTime() + index * TEN_MINUTES);
        return {
          practice,
          id: `${practice}-${startsAt.getTime()}`,
          startsAt,
          endsAt: new Date(startsAt.getTime() + TEN_MINUTES),
          mode: 'IN_PERSON',
          slotType: '111 urgent',
          supplierData: '',
        };
      });
      books.set(practice, slots);
      return slots;
    },
    booked: () => booked,
  };
}
