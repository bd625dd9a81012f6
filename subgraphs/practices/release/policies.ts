import type { PolicyInForce, ReleaseLedger } from '../../../domain/release-ledger';
import { batched } from './batched';

export interface ReleasePolicies {
  /** Read anew each time, so that a closed book is closed at once. */
  of(practice: string): Promise<PolicyInForce>;
}

/** One question to the ledger for all the practices that one tick wants to know of. */
export function releasePolicies(releases: Pick<ReleaseLedger, 'policies'>): ReleasePolicies {
  return { of: batched((practices) => releases.policies(practices)) };
}
