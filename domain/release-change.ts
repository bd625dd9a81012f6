import { NOT_OPTED_IN, type BookAudience, type ReleasePolicy } from './release-policy';

/** Rules that a practice sets itself; version and status follow from its actions. */
export type ReleaseRules = Omit<ReleasePolicy, 'version' | 'status' | 'closedTo'>;

/** Change that a practice can make to its book. */
export type ReleaseChange =
  | { kind: 'SET'; expectedVersion: number; rules: ReleaseRules }
  | { kind: 'CLOSE'; to: BookAudience }
  | { kind: 'REOPEN' };

export type ReleaseChanged =
  | { kind: 'changed'; policy: ReleasePolicy }
  /** It is so already. */
  | { kind: 'unchanged' }
  /** The rules are not those that the change was made from. */
  | { kind: 'stale' };

/**
 * Setting rules is how a practice opts in; a closed book stays closed over it. Closing never opens: a book closed
 * to everybody stays so. Reopening what never opted in opens nothing.
 */
export function changedPolicy(current: ReleasePolicy, change: ReleaseChange): ReleaseChanged {
  const version = current.version + 1;
  switch (change.kind) {
    case 'SET': {
      if (change.expectedVersion !== current.version) return { kind: 'stale' };
      const { status, closedTo } = current;
      const open = status === 'NOT_OPTED_IN' ? 'OPEN' : status;
      return { kind: 'changed', policy: { ...change.rules, version, status: open, closedTo } };
    }
    case 'CLOSE': {
      const isClosed = current.closedTo === 'EVERYBODY' || current.closedTo === change.to;
      if (current.status === 'NOT_OPTED_IN' || isClosed) return { kind: 'unchanged' };
      return { kind: 'changed', policy: { ...current, version, status: 'CLOSED', closedTo: change.to } };
    }
    case 'REOPEN':
      if (current.status !== 'CLOSED') return { kind: 'unchanged' };
      return { kind: 'changed', policy: { ...current, version, status: 'OPEN', closedTo: null } };
  }
}

/** Policy assumed when a practice's rules cannot be read: the safe default. */
export const RULES_NOT_KNOWN: ReleasePolicy = { ...NOT_OPTED_IN, status: 'CLOSED', closedTo: 'EVERYBODY' };
