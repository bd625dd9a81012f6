import { LRUCache } from 'lru-cache';
import { isCounted, type FactSource } from '../../../platform/insight/counted-source';
import { factChance, factTime, type FactChance } from '../../../platform/insight/fact-time';
import { ageBandOfMonths } from '../../../domain/insight/bands';
import { deprivationValue } from '../../../domain/insight/dimensions';
import { SEARCH_SOURCES } from '../database/fact-migrations';
import { insertInto, type LedgerTransaction, type LedgerTransactions } from '../database/ledger-database';
import type { SearchFactTable } from '../database/tables';
import type { Slot } from '../../../adapters/gp-system';

/** A search, as statistics count it. */
export interface SearchDone {
  at: Date;
  /** The need: pages search again by themselves, and a need counts once, as it was left. */
  assessmentDigest: string;
  source: FactSource;
  person: {
    pathway: string | null;
    disposition: string;
    ageInMonths: number;
    sex: string | null;
    practice: string | null;
    outcode: string | null;
    deprivation: number | null;
  };
  ownAnswer: string | null;
  found: SearchFactTable['found'];
  /** Reasons for which other practices were not offered. */
  notOffered: readonly string[];
  suppliers: readonly { supplier: string; outcome: string }[];
  /** Times that were offered, with their suppliers. */
  slots: readonly { supplier: string; slot: Slot }[];
}

/** Times that this process has written down already. */
const MAX_REMEMBERED = 100_000;
/** Times of one search that are written down. */
const MAX_SLOTS = 500;

const insertSlots = insertInto('slot_seen')({
  by: ['day', 'practice', 'supplier', 'slot_id'],
  onConflict: 'do nothing',
});

export function searchFacts({ write }: LedgerTransactions, chance: FactChance = factChance) {
  const known = new LRUCache<string, true>({ max: MAX_REMEMBERED });

  return {
    /** Writes a search down: what it found, and the times that it was offered. */
    async noteSearch(search: SearchDone): Promise<void> {
      const seen = search.slots
        .slice(0, MAX_SLOTS)
        .map(({ supplier, slot }) => slotRow(supplier, slot, chance));
      const unknown = seen.filter((row) => !known.has(nameOf(row)));
      await write(async (transaction) => {
        await noteNeed(transaction, search, chance);
        await Promise.all(unknown.map((row) => insertSlots(transaction, row)));
      });
      for (const row of unknown) known.set(nameOf(row), true);
    },
  };
}

function slotRow(supplier: string, { practice, id, startsAt, mode }: Slot, chance: FactChance) {
  return { practice, supplier, slot_id: id, ...factTime(startsAt), cell_key: chance.cellKey(), mode };
}

function nameOf({ practice, supplier, slot_id, day }: ReturnType<typeof slotRow>): string {
  return JSON.stringify([day, practice, supplier, slot_id]);
}

async function noteNeed(
  transaction: LedgerTransaction,
  search: SearchDone,
  chance: FactChance,
): Promise<void> {
  const { db } = transaction;
  const { assessmentDigest: digest, at, source } = search;
  const row = {
    id: chance.id(),
    cell_key: chance.cellKey(),
    ...factTime(at),
    ...resultOf(search),
    ...personOf(search),
  };
  const first = await db
    .insertInto('search_need')
    .values({ assessment_digest: digest, fact: row.id, at: at.getTime() })
    .onConflict((conflict) => conflict.column('assessment_digest').doNothing())
    .returning('fact')
    .executeTakeFirst();
  if (first === undefined) {
    await db
      .updateTable('search_fact')
      .set(resultOf(search))
      .where('id', '=', (from) =>
        from.selectFrom('search_need').select('fact').where('assessment_digest', '=', digest),
      )
      .execute();
    return;
  }
  if (await isCounted(db, SEARCH_SOURCES, row.day, source))
    await db.insertInto('search_fact').values(row).execute();
}

function resultOf({ ownAnswer, found, notOffered, suppliers }: SearchDone) {
  return {
    own_answer: ownAnswer ?? 'NO_OWN_PRACTICE_KNOWN',
    found,
    not_offered: JSON.stringify(notOffered),
    suppliers: JSON.stringify(suppliers),
  };
}

function personOf({ person }: SearchDone) {
  const { pathway, disposition, ageInMonths, sex, practice, outcode, deprivation } = person;
  return {
    pathway,
    disposition,
    age_band: ageBandOfMonths(ageInMonths),
    sex,
    practice,
    outcode,
    deprivation: deprivationValue(deprivation),
  };
}
