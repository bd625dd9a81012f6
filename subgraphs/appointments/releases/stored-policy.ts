import { LRUCache } from 'lru-cache';
import type { PolicyInForce } from '../../../domain/release-ledger';
import type { ReleasePolicy } from '../../../domain/release-policy';
import { insertInto, type LedgerTransaction } from '../database/ledger-database';
import type { ReleasePolicyTable } from '../database/tables';
import { ReleasePolicyFacts } from './policy-schema';

/** The rules that hold until a practice sets its own. */
export type DefaultPolicyOf = (practice: string) => ReleasePolicy;

/** A practice that has set nothing gets an empty row: there must be one to lock. */
const lockRow = insertInto('practice_release')({
  kind: 'lock',
  by: ['practice'],
  returning: ['policy_json', 'updated_at'],
  onConflict: '(practice) do update set practice = excluded.practice',
});

/**
 * The rules that hold, for the rest of the transaction: whoever changes them waits for it to end, and it for them. So
 * of a booking and a closing at one moment, one is first and the other knows.
 */
export async function lockPolicy(
  transaction: LedgerTransaction,
  practice: string,
  defaultOf: DefaultPolicyOf,
): Promise<PolicyInForce> {
  const [row] = await lockRow(transaction, { practice, policy_json: null, updated_at: null });
  if (row === undefined) throw new Error('The rules of a practice were not locked.');
  return inForce(row, defaultOf);
}

export function inForce(row: ReleasePolicyTable, defaultOf: DefaultPolicyOf): PolicyInForce {
  const { practice, policy_json: json, updated_at: updatedAt } = row;
  const policy = json === null ? defaultOf(practice) : readPolicy(json);
  return { ...policy, updatedAt: updatedAt === null ? null : new Date(updatedAt) };
}

/** Rules are read far more often than they change, and parsing them costs more than fetching them. */
const parsed = new LRUCache<string, ReleasePolicy>({ max: 10_000 });

/** @throws ZodError on rules that cannot be read, rather than release anything. */
export function readPolicy(json: string): ReleasePolicy {
  const known = parsed.get(json);
  if (known !== undefined) return known;
  const policy = ReleasePolicyFacts.parse(JSON.parse(json));
  parsed.set(json, policy);
  return policy;
}
