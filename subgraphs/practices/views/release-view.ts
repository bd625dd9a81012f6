import type { PolicyInForce, ReleaseEvent } from '../../../domain/release-ledger';
import { create } from '../../../platform/graphql/create';
import { ReleasePolicy } from '../types/release-rules';
import { problem } from '../../../platform/graphql/problem';
import { PracticeNotFound, ReleaseHistoryEntry, StalePolicy } from '../types/release-types';
import type { ReleasePolicy as Rules } from '../../../domain/release-policy';

export function historyEntryView(event: ReleaseEvent): ReleaseHistoryEntry {
  const { sequence, at, action, outcome, actor, reason, before, after } = event;
  return create(ReleaseHistoryEntry, {
    sequence,
    at,
    action,
    outcome,
    by: actor.id,
    role: actor.role,
    organisation: actor.practice,
    reason,
    before: before && policyAt(before, null),
    after: after && policyAt(after, at),
  });
}

export function stalePolicy(current: PolicyInForce): StalePolicy {
  return create(StalePolicy, {
    ...problem('RULES_CHANGED', {}),
    current: create(ReleasePolicy, current),
  });
}

export function practiceNotFound(): PracticeNotFound {
  return create(PracticeNotFound, problem('PRACTICE_NOT_FOUND', {}));
}

function policyAt(rules: Rules, updatedAt: Date | null): ReleasePolicy {
  return create(ReleasePolicy, { ...rules, updatedAt });
}
