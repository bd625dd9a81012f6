import { sql } from 'kysely';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { BookingRoute, GpSystem } from '../../../adapters/gp-system';
import { loggableError } from '../../../domain/loggable-error';
import { londonDate } from '../../../domain/london-time';
import type { OdsCode } from '../../../domain/ods-code';
import type { SeenKind } from '../../../domain/practice-books';
import type { SlotKind } from '../../../domain/release-policy';
import { sharedTransactions } from '../../../platform/database/shared-transactions';
import type { LedgerDatabase } from '../database/ledger-database';
import type { GpSystems } from '../gp-systems';

/** Kinds of slots that practices' books have had, as searches have seen them. */
export interface SlotKinds {
  of(practice: OdsCode): Promise<SeenKind[]>;
  /** Writes down what was not written down today. Never throws: what is lost is seen again by the next search. */
  note(practice: OdsCode, route: BookingRoute, kinds: readonly SlotKind[]): Promise<void>;
}

/** A practice has some ten kinds; a book that names each slot otherwise must not fill the table. */
const MAX_KINDS = 60;
/** Longer names cannot be released. */
const MAX_NAME = 100;
const MAX_REMEMBERED = 50_000;

export function storedSlotKinds(database: LedgerDatabase, now: () => Date, logger: Logger): SlotKinds {
  const { db } = database;
  const { write } = sharedTransactions(database);
  /** Days on which this process has written a kind down. */
  const written = new LRUCache<string, string>({ max: MAX_REMEMBERED });

  async function store(practice: OdsCode, kinds: readonly SeenKind[], seen_on: string): Promise<void> {
    const rows = kinds.map(({ route, mode, slotType: slot_type }) => ({
      practice,
      route,
      mode,
      slot_type,
      seen_on,
    }));
    await write(async (transaction) => {
      await transaction.db
        .insertInto('practice_slot_kind')
        .values(rows)
        .onConflict((conflict) =>
          conflict.columns(['practice', 'route', 'mode', 'slot_type']).doUpdateSet({ seen_on }),
        )
        .execute();
      await sql`delete from practice_slot_kind where practice = ${practice} and (route, mode, slot_type) not in
        (select route, mode, slot_type from practice_slot_kind where practice = ${practice}
         order by seen_on desc, slot_type, mode, route limit ${MAX_KINDS})`.execute(transaction.db);
    });
  }

  return {
    async of(practice) {
      const rows = await db
        .selectFrom('practice_slot_kind')
        .select(['route', 'mode', 'slot_type'])
        .where('practice', '=', practice)
        .orderBy('slot_type')
        .orderBy('mode')
        .execute();
      return rows.map(({ route, mode, slot_type: slotType }) => ({ route, mode, slotType }));
    },

    async note(practice, route, kinds) {
      const today = londonDate(now());
      const fresh = distinctKinds(kinds)
        .map((kind): SeenKind => ({ ...kind, route }))
        .filter((kind) => kind.slotType.length <= MAX_NAME && written.get(keyOf(practice, kind)) !== today)
        .slice(0, MAX_KINDS);
      if (fresh.length === 0) return;
      for (const kind of fresh) written.set(keyOf(practice, kind), today);
      try {
        await store(practice, fresh, today);
      } catch (error) {
        for (const kind of fresh) written.delete(keyOf(practice, kind));
        logger.warn({ err: loggableError(error) }, 'kinds of slots were not written down');
      }
    },
  };
}

/** The same systems; what their searches show is noted, and nobody waits for that. */
export function notingKinds(systems: GpSystems, { note }: Pick<SlotKinds, 'note'>): GpSystems {
  const noting = (system: GpSystem): GpSystem => ({
    ...system,
    async *searchSlots(search, call) {
      for await (const page of system.searchSlots(search, call)) {
        void note(search.practice, system.manifest.route, page);
        yield page;
      }
    },
  });
  return new Map([...systems].map(([id, system]) => [id, noting(system)]));
}

export function distinctKinds(slots: readonly SlotKind[]): SlotKind[] {
  const kinds = slots.map(({ mode, slotType }) => [`${mode} ${slotType}`, { mode, slotType }] as const);
  return [...new Map(kinds).values()];
}

function keyOf(practice: OdsCode, { route, mode, slotType }: SeenKind): string {
  return `${practice} ${route} ${mode} ${slotType}`;
}
