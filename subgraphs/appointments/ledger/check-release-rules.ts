import type { Transaction } from 'kysely';
import { rulesStoppingSlot } from '../../../domain/release-policy';
import { lockPolicies, type DefaultPolicyOf } from '../releases/stored-policy';
import { liveBookings } from './queries';
import type { Booking, Hold } from './records';
import type { Refused } from './requests';
import type { LedgerTables } from '../database/tables';
import type { LedgerTransactions } from '../database/transactions';

/** By what, and when, a practice's release rules are judged in the transaction that books. */
export interface ReleaseTerms {
  defaultPolicyOf: DefaultPolicyOf;
  now: () => Date;
}

/** A booking that is to be put down. */
export interface Judged {
  hold: Hold;
  /** The London day. */
  startsOn: string;
  replaces: Booking | null;
}

const NOT_RELEASED: Refused = { kind: 'refused', why: 'NOT_RELEASED', bookingId: null };

/**
 * By the rules of this moment, whatever they were when the slot was offered.
 * @returns null for what may be put down; left out is what only those beside it leave no room for.
 */
export async function checkReleaseRules<One extends Judged>(
  transaction: Transaction<LedgerTables>,
  openings: readonly One[],
  terms: ReleaseTerms,
  writing: LedgerTransactions,
): Promise<Map<One, Refused | null>> {
  const days = openings.map(({ hold, startsOn }) => ({
    practice: hold.offer.slot.practice,
    starts_on: startsOn,
  }));
  const practices = days.map(({ practice }) => practice);
  const policyOf = await lockPolicies(transaction, practices, terms.defaultPolicyOf, writing);
  // What is given back for it makes room for it.
  const except = openings.flatMap(({ replaces }) => replaces?.id ?? []);
  const live = await liveBookings(transaction, days, writing.given, except);
  const at = terms.now();
  const beside = new Map<string, Date[]>();
  const judged = new Map<One, Refused | null>();
  for (const opening of openings) {
    const { offer } = opening.hold;
    const { practice, startsAt } = offer.slot;
    const others = live.others(practice, opening.startsOn);
    const isStoppedBy = (booked: readonly Date[]) =>
      rulesStoppingSlot(policyOf(practice), offer, offer.slot, at, booked).length > 0;
    if (isStoppedBy(others)) {
      judged.set(opening, NOT_RELEASED);
      continue;
    }
    const day = `${practice} ${opening.startsOn}`;
    const joining = beside.get(day) ?? [];
    // Judged again when it is known which of them are booked.
    if (joining.length > 0 && isStoppedBy([...others, ...joining])) continue;
    judged.set(opening, null);
    if (offer.relation === 'OTHER') beside.set(day, [...joining, startsAt]);
  }
  return judged;
}
