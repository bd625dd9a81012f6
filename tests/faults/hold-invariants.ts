import { groupsBy, sameSlot, slotText, type History, type RecordedOperation, type SlotName } from './history';

/** Requests for a time, of which one for the same need takes the earlier one's place. */
const TAKES_ITS_PLACE: readonly string[] = ['hold', 'reschedule'];
/** Longest time that any hold can last beyond the requested one. */
const SLACK_MS = 1_000;

/** 8. While the store is up, a slot is held for one; and nobody is refused because of a hold that does not exist. */
export function heldByOne(history: History): string[] {
  const { operations, rules } = history;
  const holds = operations.filter(({ kind }) => kind === 'hold');
  return [...(rules.holdStoreLost ? [] : heldTwice(holds, history)), ...heldByNobody(holds, history)];
}

/** True of an operation that ends the hold, or may. */
function endsHold(
  { kind, holdId, check, key }: RecordedOperation,
  granted: Pick<RecordedOperation, 'holdId' | 'check' | 'key'>,
): boolean {
  const takesItsPlace = TAKES_ITS_PLACE.includes(kind) && check === granted.check && key !== granted.key;
  return takesItsPlace || (kind !== 'hold' && holdId === granted.holdId);
}

interface Holding {
  caller: string;
  slot: SlotName;
  during: string;
  /** The hold was taken between these two. */
  asked: number;
  told: number;
  /** It certainly lasted until then. */
  until: number;
}

function heldTwice(holds: readonly RecordedOperation[], { operations, rules }: History): string[] {
  const holdings = [...groupsBy(holds, ({ caller, key }) => `${caller} ${key ?? ''}`).values()].flatMap(
    (tries): Holding[] => {
      const granted = tries.find(({ outcome }) => outcome === 'ok');
      if (granted?.slot == null) return [];
      const asked = Math.min(...tries.map(({ invokedAt }) => invokedAt));
      const ends = operations
        .filter((operation) => endsHold(operation, granted))
        .map(({ invokedAt }) => invokedAt)
        .filter((at) => at >= asked);
      const { caller, slot, during, completedAt: told } = granted;
      return [{ caller, slot, during, asked, told, until: Math.min(asked + rules.holdMs, ...ends) }];
    },
  );
  return holdings.flatMap((first) =>
    holdings
      .filter((second) => second.caller !== first.caller && sameSlot(second.slot, first.slot))
      .filter((second) => second.asked >= first.told && second.told <= first.until)
      .map((second) => `${slotText(first.slot)} was held for two (${first.during}; ${second.during})`),
  );
}

function heldByNobody(holds: readonly RecordedOperation[], { operations, ledger, rules }: History): string[] {
  const slotOf = (operation: RecordedOperation) =>
    operation.slot ?? ledger.holds.find(({ id }) => id === operation.holdId) ?? null;
  /** A time that its person has let go, or changed for another, is free when they are told so. */
  const heldUntil = ({ kind, outcome, holdId, check, key, completedAt }: RecordedOperation) => {
    const hold = ledger.holds.find(({ id }) => id === holdId);
    const isKnown = kind === 'hold' && outcome === 'ok' && !rules.holdStoreLost && !rules.wasKilled;
    if (!isKnown || hold === undefined) return completedAt + rules.holdMs;
    const told = operations
      .filter((ending) => endsHold(ending, { holdId, check, key }))
      .filter((ending) => ending.invokedAt <= hold.endedAt && hold.endedAt <= ending.completedAt)
      .map((ending) => ending.completedAt);
    return Math.max(hold.endedAt, ...told);
  };
  /** One that nobody was told of, because the store answered too late, keeps the slot from its own caller too. */
  const isLateHold = ({ kind, result }: RecordedOperation) =>
    rules.holdStoreLost && kind === 'hold' && result === 'no answer';
  const takers = operations.filter(({ kind }) => kind !== 'read' && kind !== 'search');
  return holds
    .filter(({ result }) => result === 'SlotHeldByAnother')
    .filter(
      (refused) =>
        !takers.some(
          (other) =>
            (other.caller !== refused.caller || isLateHold(other)) &&
            sameSlot(slotOf(other), refused.slot) &&
            other.invokedAt <= refused.completedAt &&
            heldUntil(other) + SLACK_MS >= refused.invokedAt,
        ),
    )
    .map(
      ({ during, slot }) =>
        `${slot === null ? 'a slot' : slotText(slot)} was held by nobody, and refused as held (${during})`,
    );
}

/** 9. What nobody has any more is offered again. */
export function freeIsOffered({ freeAtEnd, ledger }: History): string[] {
  // An operator asks the practice first.
  const kept = ledger.bookings.filter(({ state }) =>
    ['MANUAL', 'MISSING', 'CANCEL_MANUAL', 'ORPHAN_MANUAL', 'DUPLICATE_MANUAL'].includes(state),
  );
  return freeAtEnd
    .filter((slot) => !slot.offered && !kept.some((booking) => sameSlot(booking, slot)))
    .map((slot) => `${slotText(slot)} is free at the practice and is not offered`);
}
