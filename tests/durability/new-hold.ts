import { createHash, randomUUID } from 'node:crypto';
import type { Slot } from '../../adapters/gp-system';
import type { OdsCode } from '../../domain/ods-code';
import type { NewHold } from '../../subgraphs/appointments/ledger/holds';
import type { Request } from '../../subgraphs/appointments/ledger/requests';
import type { CommandKind } from '../../subgraphs/appointments/database/tables';
import { newCaller, NOON, offer } from '../booking-laboratory';

const HOUR = 60 * 60_000;

/** A hold on the slot by somebody whom no other process knows either, and their requests. */
export function newHold(
  practice: OdsCode,
  slotId: string,
): { hold: NewHold; request: (operation: CommandKind) => Request } {
  const callerId = createHash('sha256').update(randomUUID()).digest('base64url');
  const startsAt = new Date(NOON.getTime() + 24 * HOUR);
  const slot: Slot = {
    practice,
    id: slotId,
    startsAt,
    endsAt: new Date(startsAt.getTime() + HOUR / 6),
    mode: 'IN_PERSON',
    slotType: '111 urgent',
    supplierData: '',
  };
  return {
    hold: {
      id: randomUUID(),
      callerId,
      patientDigest: callerId,
      patientSealed: 'sealed',
      offer: offer({ ...newCaller(practice), id: callerId }, slot),
    },
    request: (operation) => ({ callerId, operation, key: randomUUID(), fingerprint: 'the same' }),
  };
}
