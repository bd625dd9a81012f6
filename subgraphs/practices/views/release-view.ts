import type { ClosedTime } from '../../../domain/release-change';
import type { BookedSlot, PolicyInForce, ReleaseEvent } from '../../../domain/release-ledger';
import { create } from '../../../platform/graphql/create';
import { ReleasePolicy } from '../types/release-rules';
import { problem } from '../../../platform/graphql/problem';
import {
  BookingInClosure,
  BookingsInClosure,
  PracticeNotFound,
  ReleaseHistoryEntry,
  StalePolicy,
} from '../types/release-types';
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

const MAX_BOOKINGS_SHOWN = 100;

export function bookingsInClosure(
  bookings: readonly BookedSlot[],
  { from, until }: ClosedTime,
): BookingsInClosure {
  const total = bookings.length;
  return create(BookingsInClosure, {
    ...problem('BOOKINGS_IN_CLOSURE', { bookings: total }),
    from,
    until,
    total,
    bookings: bookings
      .slice(0, MAX_BOOKINGS_SHOWN)
      .map(({ reference, startsAt, relation }) =>
        create(BookingInClosure, { reference, startsAt, ownPatient: relation === 'OWN' }),
      ),
  });
}

export function practiceNotFound(): PracticeNotFound {
  return create(PracticeNotFound, problem('PRACTICE_NOT_FOUND', {}));
}

function policyAt(rules: Rules, updatedAt: Date | null): ReleasePolicy {
  return create(ReleasePolicy, { ...rules, updatedAt });
}
