import { NOT_OPTED_IN, type BookAudience, type BookClosure, type ReleasePolicy } from './release-policy';

/** Rules that a practice sets itself; version, status and closures follow from its actions. */
export type ReleaseRules = Omit<ReleasePolicy, 'version' | 'status' | 'closedTo' | 'closures'>;

/** Change that a practice can make to its book. */
export type ReleaseChange =
  | { kind: 'SET'; expectedVersion: number; rules: ReleaseRules }
  /** Closes it from now on, until the practice reopens it; or for a time. */
  | { kind: 'CLOSE'; to: BookAudience; during?: ClosedTime }
  /** Ends what is closed now; or the one closure, which may be still to come. */
  | { kind: 'REOPEN'; closureId?: string };

/** A time to be closed. */
export interface ClosedTime extends Omit<BookClosure, 'to'> {
  /** Bookings in it that the practice has seen, and that stand on. */
  acceptedBookings: number;
}

export type ReleaseChanged =
  | { kind: 'changed'; policy: ReleasePolicy }
  /** It is so already. */
  | { kind: 'unchanged' }
  /** The rules are not those that the change was made from. */
  | { kind: 'stale' };

/** Most closures of a practice that are not over. */
export const MAX_CLOSURES = 20;

/**
 * Setting rules is how a practice opts in; a closed book stays closed over it. Closing never opens: a book closed
 * to everybody stays so. Reopening what never opted in opens nothing. Closures with dates stand beside all that; whatever is
 * set or closed forgets those that are over.
 */
export function changedPolicy(stored: ReleasePolicy, change: ReleaseChange, now: Date): ReleaseChanged {
  const current = { ...stored, closures: stored.closures.filter(({ until }) => until > now) };
  const version = current.version + 1;
  switch (change.kind) {
    case 'SET': {
      if (change.expectedVersion !== current.version) return { kind: 'stale' };
      const { status, closedTo, closures } = current;
      const open = status === 'NOT_OPTED_IN' ? 'OPEN' : status;
      return { kind: 'changed', policy: { ...change.rules, version, status: open, closedTo, closures } };
    }
    case 'CLOSE': {
      const { during, to } = change;
      if (during !== undefined) return withClosure(current, { during, to });
      const isClosed = current.closedTo === 'EVERYBODY' || current.closedTo === change.to;
      if (current.status === 'NOT_OPTED_IN' || isClosed) return { kind: 'unchanged' };
      return { kind: 'changed', policy: { ...current, version, status: 'CLOSED', closedTo: change.to } };
    }
    case 'REOPEN':
      if (change.closureId !== undefined) return withoutClosure(stored, change.closureId);
      if (current.status !== 'CLOSED') return { kind: 'unchanged' };
      return { kind: 'changed', policy: { ...current, version, status: 'OPEN', closedTo: null } };
  }
}

/** The same closure once more changes nothing; neither does one too many. */
function withClosure(
  current: ReleasePolicy,
  { during: { id, from, until }, to }: { during: ClosedTime; to: BookAudience },
): ReleaseChanged {
  const closure = { id, from, until, to };
  const { closures } = current;
  if (closures.length >= MAX_CLOSURES || closures.some((one) => isSame(one, closure)))
    return { kind: 'unchanged' };
  const all = [...closures, closure].sort((a, b) => a.from.getTime() - b.from.getTime());
  return { kind: 'changed', policy: { ...current, version: current.version + 1, closures: all } };
}

function isSame(one: BookClosure, other: BookClosure): boolean {
  return +one.from === +other.from && +one.until === +other.until && one.to === other.to;
}

function withoutClosure(current: ReleasePolicy, closureId: string): ReleaseChanged {
  const closures = current.closures.filter(({ id }) => id !== closureId);
  if (closures.length === current.closures.length) return { kind: 'unchanged' };
  return { kind: 'changed', policy: { ...current, version: current.version + 1, closures } };
}

/** Policy assumed when a practice's rules cannot be read: the safe default. */
export const RULES_NOT_KNOWN: ReleasePolicy = { ...NOT_OPTED_IN, status: 'CLOSED', closedTo: 'EVERYBODY' };
