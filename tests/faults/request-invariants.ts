import { groupsBy, slotText, type History, type RecordedOperation } from './history';

/** Between the database's clock and ours. */
const CLOCK_TOLERANCE_MS = 50;

/** 5. The same key and body lead to one booking and one final answer; another body is refused and changes nothing. */
export function keysAreKept({ operations, ledger }: History): string[] {
  const keyed = operations.filter(({ key }) => key !== null);
  const groups = groupsBy(keyed, ({ caller, kind, key }) => `${caller} ${kind} ${key ?? ''}`);
  const forgotten = ledger.bookings
    .filter(({ id }) => !ledger.requests.some(({ resultId }) => resultId === id))
    .map((booking) => `the key that led to the booking on ${slotText(booking)} is forgotten`);
  const differing = [...groups.values()].flatMap((tries) => {
    const [first] = tries;
    if (first === undefined) return [];
    const about = `${first.kind} (${first.during})`;
    const bodies = groupsBy(tries, ({ body }) => body);
    const results = new Set(
      tries.flatMap(({ bookingId, about, result: said }) =>
        said === 'AlreadyBooked' || bookingId === about ? [] : (bookingId ?? []),
      ),
    );
    const broken: string[] = [];
    if (results.size > 1) broken.push(`${about}: one key led to ${results.size} bookings`);
    const heldIds = new Set(
      tries.flatMap(({ kind, holdId, outcome }) =>
        kind === 'hold' && outcome === 'ok' ? (holdId ?? []) : [],
      ),
    );
    if (heldIds.size > 1) broken.push(`${about}: one key led to ${heldIds.size} holds`);
    for (const repeated of bodies.values()) broken.push(...differentAnswers(about, repeated));
    if ([...bodies.values()].filter((same) => same.some(({ outcome }) => outcome === 'ok')).length > 1)
      broken.push(`${about}: one key was good for two different requests`);
    return broken;
  });
  return [...forgotten, ...differing];
}

/** A booking that was reported cannot be refused afterwards, nor the other way round. */
function differentAnswers(about: string, repeated: RecordedOperation[]): string[] {
  const confirmed = repeated.filter(({ result }) => result === 'Booking CONFIRMED');
  const refused = repeated.filter(({ outcome }) => outcome === 'fail');
  if (confirmed.length === 0 || refused.length === 0) return [];
  const words = refused.map(({ result }) => result).join(', ');
  return [`${about}: the same request was answered CONFIRMED and ${words}`];
}

/** 6. One request to the supplier for each attempt, whatever was repeated, lost or answered badly. */
export function sentOnce({ bookRequests, ledger }: History): string[] {
  const attempts = groupsBy(ledger.bookings, ({ asked }) => slotText(asked));
  const meant = bookRequests.filter(({ loggedOff }) => !loggedOff);
  return [...groupsBy(meant, slotText)].flatMap(([slot, sent]) => {
    const attempted = attempts.get(slot)?.length ?? 0;
    return attempted > 0 && sent.length > attempted
      ? [`${sent.length} bookings were sent for ${attempted} attempts on ${slot}`]
      : [];
  });
}

/** 7. Nothing is sent before the attempt is on disk. */
export function committedBeforeSent({ bookRequests, ledger, truth }: History): string[] {
  const attempts = groupsBy(ledger.bookings, ({ asked }) => slotText(asked));
  const early = [...groupsBy(bookRequests, slotText)].flatMap(([slot, sent]) =>
    sent.flatMap(({ at }, index) => {
      // One that was told to log on again did nothing, and the next one is of the same attempt.
      const earlier = sent.slice(0, index).filter(({ loggedOff }) => !loggedOff).length;
      const before = (attempts.get(slot) ?? []).filter(
        ({ createdAt }) => createdAt <= at + CLOCK_TOLERANCE_MS,
      );
      // What was sent too often is another promise's matter.
      const owed = Math.min(earlier + 1, Math.max(1, attempts.get(slot)?.length ?? 0));
      return before.length < owed ? [`a booking was sent before it was on disk on ${slot}`] : [];
    }),
  );
  const unknown = truth
    .filter((one) => one.status === 'BOOKED' && !one.touchedByDesk)
    .filter((one) => !(attempts.get(slotText(one)) ?? []).some(({ patient }) => patient === one.patient))
    .map((one) => `an appointment stands on ${slotText(one)} that the ledger does not know`);
  return [...early, ...unknown];
}

/** 12. Nobody sees, or replays, another person's data: in these histories everybody acts for themself alone. */
export function patientsAreApart({ operations, ledger }: History): string[] {
  const owners = new Map(ledger.bookings.map(({ id, patient }) => [id, patient]));
  const holders = new Map(ledger.holds.map(({ id, caller }) => [id, caller]));
  return operations.flatMap(({ caller, patient, kind, during, bookingId, shown, holdId, outcome }) => {
    const seen = [bookingId ?? [], shown].flat();
    const foreign = seen.some((id) => owners.has(id) && owners.get(id) !== patient);
    const foreignHold =
      outcome === 'ok' && holdId !== null && holders.has(holdId) && holders.get(holdId) !== caller;
    return foreign || foreignHold ? [`${kind} (${during}) showed what is another caller's`] : [];
  });
}
