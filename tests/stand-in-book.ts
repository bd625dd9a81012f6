import { randomUUID } from 'node:crypto';
import { manifest } from '../adapters/gp-connect/gp-connect.manifest';
import { SupplierError, type GpSystem, type Slot } from '../adapters/gp-system';
import type { SlotKind } from '../domain/release-policy';

/** Stands in for every supplier: each practice's book has one free slot of each kind, an hour ahead. */
export interface StandInBook {
  systems: ReadonlyMap<string, GpSystem>;
  kinds: readonly SlotKind[];
  /** Practices that were searched, in order. */
  searches: string[];
  isSilent: boolean;
}

/** The kinds of the simulated world. */
export const USUAL_KINDS: readonly SlotKind[] = [
  { mode: 'IN_PERSON', slotType: '111 urgent' },
  { mode: 'IN_PERSON', slotType: 'Routine' },
  { mode: 'TELEPHONE', slotType: 'Telephone triage' },
];

export function standInBook(): StandInBook {
  const book: StandInBook = { systems: new Map(), kinds: USUAL_KINDS, searches: [], isSilent: false };
  const refuse = () => Promise.reject(new Error('Nobody books here.'));
  const system = (id: string): GpSystem => ({
    manifest: { ...manifest, id, route: id === 'emis' || id === 'tpp' ? 'PATIENT_SESSION' : 'NETWORK' },
    // eslint-disable-next-line @typescript-eslint/require-await -- the port's searches are asynchronous
    async *searchSlots({ practice, from }) {
      book.searches.push(practice);
      if (book.isSilent) throw new SupplierError(id, 'TIMED_OUT', { mayHaveBeenSent: true });
      const startsAt = new Date(from.getTime() + 60 * 60_000);
      const endsAt = new Date(startsAt.getTime() + 10 * 60_000);
      yield book.kinds.map((kind): Slot => ({
        ...kind,
        practice,
        id: randomUUID(),
        startsAt,
        endsAt,
        supplierData: '',
      }));
    },
    checkSlot: refuse,
    book: refuse,
    readBack: refuse,
    cancel: refuse,
    health: refuse,
  });
  book.systems = new Map(['gp-connect', 'emis', 'tpp', 'bars'].map((id) => [id, system(id)]));
  return book;
}
