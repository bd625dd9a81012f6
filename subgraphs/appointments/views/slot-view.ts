import { create } from '../../../platform/graphql/create';
import type { Offer } from '../holds/offers';
import type { Side } from '../options/beside';
import { Practice, Slot } from '../types/slot';

export function practiceReference(odsCode: string): Practice {
  return create(Practice, { odsCode });
}

/** @param beside the side of the time that the search named, on which it is */
export function slotView(offer: Offer, beside: Side | null = null): Slot {
  const { startsAt, endsAt, mode, clinicianRole, clinicianName, sessionName, practice: odsCode } = offer.slot;
  return create(Slot, {
    startsAt,
    endsAt,
    mode,
    clinicianRole,
    clinicianName,
    sessionName,
    practice: practiceReference(odsCode),
    beside,
    offer,
  });
}
