import { create } from '../../../platform/graphql/create';
import type { Offer } from '../holds/offers';
import { Practice, Slot } from '../types/slot';

export function practiceReference(odsCode: string): Practice {
  return create(Practice, { odsCode });
}

export function slotView(offer: Offer): Slot {
  const { startsAt, endsAt, mode, clinicianRole, clinicianName, sessionName, practice: odsCode } = offer.slot;
  return create(Slot, {
    startsAt,
    endsAt,
    mode,
    clinicianRole,
    clinicianName,
    sessionName,
    practice: practiceReference(odsCode),
    offer,
  });
}
