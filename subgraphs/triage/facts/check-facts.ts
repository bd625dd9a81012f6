import type { Kysely } from 'kysely';
import { factChance, type FactChance } from '../../../platform/insight/fact-time';
import { isCounted, type FactSource } from '../../../platform/insight/counted-source';
import type { TriageTables } from '../database/tables';
import { newCheckFact, type CheckedPerson } from './check-fact';

/** A check that begins, with the source that it counts for. */
export interface StartedCheck extends CheckedPerson {
  source: FactSource;
}

/** Writes the facts of symptom checks, each in the transaction of what it tells. */
export interface CheckFacts {
  /** @returns the name of the fact's row; null where the source has no more that count today */
  started(transaction: Kysely<TriageTables>, check: StartedCheck): Promise<number | null>;
  refused(transaction: Kysely<TriageTables>, check: StartedCheck): Promise<void>;
  /** @param dispositionId null where a changed answer has opened a question again */
  answered(
    transaction: Kysely<TriageTables>,
    assessmentId: string,
    dispositionId: string | null,
  ): Promise<void>;
}

export const COUNTED_SOURCES = 'triage_counted_source';

export function checkFacts(chance: FactChance = factChance): CheckFacts {
  async function insert(
    transaction: Kysely<TriageTables>,
    { source, ...check }: StartedCheck,
    result: 'STARTED' | 'REFUSED',
  ): Promise<number | null> {
    const fact = newCheckFact(check, result, chance);
    if (!(await isCounted(transaction, COUNTED_SOURCES, fact.day, source))) return null;
    await transaction.insertInto('triage_check_fact').values(fact).execute();
    return fact.id;
  }
  return {
    started: (transaction, check) => insert(transaction, check, 'STARTED'),
    async refused(transaction, check) {
      await insert(transaction, check, 'REFUSED');
    },
    async answered(transaction, assessmentId, dispositionId) {
      await transaction
        .updateTable('triage_check_fact')
        .set({ result: dispositionId === null ? 'STARTED' : 'COMPLETED', disposition: dispositionId })
        .where('id', '=', (from) =>
          from
            .selectFrom('triage_assessment')
            .select('fact')
            .where('triage_assessment.id', '=', assessmentId),
        )
        .execute();
    },
  };
}
