import type { Slot } from '../../../adapters/gp-system';
import { loggableError } from '../../../domain/loggable-error';
import { HoldStoreUnavailable, slotKey, type Holder } from '../holds/hold-store';
import type { Offer } from '../holds/offers';
import type { BookingDeps } from './booking-deps';

/** `forMs` is null where no place is left that anybody could let go. */
export type PlaceTaken = { acquired: true; offer: Offer } | { acquired: false; forMs: number | null };

/** Takes the slot, or one place of a slot that is for several people: no more of them than there is room for. */
export async function acquirePlace(offer: Offer, holder: Holder, deps: BookingDeps): Promise<PlaceTaken> {
  const { places } = offer.slot;
  const seats = places === undefined ? [0] : await freeSeats(offer, places, holder, deps);
  for (const seat of seats ?? []) {
    const placed = { ...offer, seat };
    const { acquired, forMs } = await acquire(holdKey(placed), holder, deps);
    if (acquired) return { acquired, offer: placed };
    if (places === undefined) return { acquired, forMs };
  }
  return { acquired: false, forMs: seats === null ? null : deps.holdMs };
}

/** Null where we have booked every place. */
async function freeSeats(
  offer: Offer,
  { all, left }: NonNullable<Slot['places']>,
  { callerId }: Holder,
  deps: BookingDeps,
): Promise<number[] | null> {
  const seats = Array.from({ length: all }, (_, seat) => ({ seat, key: holdKey({ ...offer, seat }) }));
  const booked = (await deps.ledger.liveBeside([offer.slot])).slots;
  const open = seats.filter(({ key }) => !booked.has(key));
  if (open.length === 0) return null;
  const holders = await holdersOf(
    open.map(({ key }) => key),
    deps,
  );
  const heldByOthers = [...holders.values()].filter((holder) => holder.callerId !== callerId).length;
  return heldByOthers >= left ? [] : open.filter(({ key }) => !holders.has(key)).map(({ seat }) => seat);
}

/** Holding is a courtesy: without the store everybody may go on, and the ledger decides. */
export async function acquire(
  key: string,
  holder: Holder,
  { holds, holdMs, logger }: BookingDeps,
  forMs = holdMs,
): Promise<{ acquired: boolean; forMs: number }> {
  try {
    return await holds.acquire(key, holder, forMs);
  } catch (error) {
    if (!(error instanceof HoldStoreUnavailable)) throw error;
    logger.warn({ err: loggableError(error) }, 'booking without a hold');
    return { acquired: true, forMs };
  }
}

/** Returns the holders of slots. While the store is lost nobody is known to hold any. */
export async function holdersOf(
  keys: readonly string[],
  { holds, logger }: BookingDeps,
): Promise<ReadonlyMap<string, Holder>> {
  try {
    return await holds.holders(keys);
  } catch (error) {
    if (!(error instanceof HoldStoreUnavailable)) throw error;
    logger.warn({ err: loggableError(error) }, 'the holders of slots cannot be read');
    return new Map();
  }
}

/** Releases a hold. One that cannot be released now expires by itself. */
export async function letGo(key: string, token: string, { holds, logger }: BookingDeps): Promise<void> {
  await holds.release(key, token).catch((error: unknown) => {
    logger.warn({ err: loggableError(error) }, 'releasing a hold failed; it will expire');
  });
}

export function holdKey({ supplier, slot, seat }: Offer): string {
  return slotKey(supplier, slot.practice, slot.id, seat);
}
