import { sql, type Transaction } from 'kysely';
import type { PolicyInForce } from '../../../domain/release-ledger';
import type { ReleasePolicy } from '../../../domain/release-policy';
import type { LedgerTables, ReleasePolicyTable } from '../database/tables';
import type { LedgerTransactions } from '../database/transactions';
import { ReleasePolicyFacts } from '../options/assessment-facts';

/** Whose rules hold until a practice sets its own. */
export type DefaultPolicyOf = (practice: string) => ReleasePolicy;

/**
 * The rules that hold, for the rest of the transaction: whoever changes them waits for it to end, and it for them. So
 * of a booking and a closing at one moment, one is first and the other knows.
 */
export async function lockPolicies(
  transaction: Transaction<LedgerTables>,
  practices: readonly string[],
  defaultOf: DefaultPolicyOf,
  { insertAll }: Pick<LedgerTransactions, 'insertAll'>,
): Promise<(practice: string) => PolicyInForce> {
  // In one order everywhere, so that no two wait for each other. A practice that has set nothing gets an empty row: there
  // must be one to lock.
  const rows = [...new Set(practices)]
    .sort()
    .map((practice) => ({ practice, policy_json: null, updated_at: null }));
  const locked = await insertAll(
    transaction,
    'practice_release',
    rows,
    {},
    sql<ReleasePolicyTable>`on conflict (practice) do update set practice = excluded.practice returning *`,
  );
  const policies = new Map(locked.map((row) => [row.practice, inForce(row, defaultOf)]));
  return (practice) => {
    const policy = policies.get(practice);
    if (policy === undefined) throw new Error('The rules of a practice were judged by without being locked.');
    return policy;
  };
}

/** The same of one practice. */
export async function lockPolicy(
  transaction: Transaction<LedgerTables>,
  practice: string,
  defaultOf: DefaultPolicyOf,
  writing: Pick<LedgerTransactions, 'insertAll'>,
): Promise<PolicyInForce> {
  return (await lockPolicies(transaction, [practice], defaultOf, writing))(practice);
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
