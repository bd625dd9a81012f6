import type { Transaction } from 'kysely';
import type { PolicyInForce } from '../../../domain/release-ledger';
import type { ReleasePolicy } from '../../../domain/release-policy';
import type { LedgerTables, ReleasePolicyTable } from '../ledger/tables';
import { ReleasePolicyFacts } from '../options/assessment-facts';

/** Whose rules hold until a practice sets its own. */
export type DefaultPolicyOf = (practice: string) => ReleasePolicy;

/**
 * The rules that hold, for the rest of the transaction: whoever changes them waits for it to end, and it for them. So
 * of a booking and a closing at one moment, one is first and the other knows.
 */
export async function lockPolicy(
  transaction: Transaction<LedgerTables>,
  practice: string,
  defaultOf: DefaultPolicyOf,
): Promise<PolicyInForce> {
  // A practice that has set nothing gets an empty row: there must be one to lock.
  const row = await transaction
    .insertInto('practice_release')
    .values({ practice, policy_json: null, updated_at: null })
    .onConflict((conflict) => conflict.column('practice').doUpdateSet({ practice }))
    .returningAll()
    .executeTakeFirstOrThrow();
  return inForce(row, defaultOf);
}

export function inForce(row: ReleasePolicyTable, defaultOf: DefaultPolicyOf): PolicyInForce {
  const { practice, policy_json: json, updated_at: updatedAt } = row;
  const policy = json === null ? defaultOf(practice) : readPolicy(json);
  return { ...policy, updatedAt: updatedAt === null ? null : new Date(updatedAt) };
}

/** @throws ZodError on rules that cannot be read, rather than release anything. */
export function readPolicy(json: string): ReleasePolicy {
  return ReleasePolicyFacts.parse(JSON.parse(json));
}
