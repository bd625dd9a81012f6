import { z } from 'zod';
import { APPOINTMENT_MODES } from '../../../domain/appointment-mode';
import { OdsCode } from '../../../domain/ods-code';

/** When and where an appointment is, as messages tell it: kept with each, so that it has the same bytes at every attempt. */
export const ToldSlot = z.object({
  practice: OdsCode,
  startsAt: z.iso.datetime(),
  endsAt: z.iso.datetime(),
  mode: z.enum(APPOINTMENT_MODES),
});
export type ToldSlot = z.infer<typeof ToldSlot>;

export function toldSlotJson({
  practice,
  startsAt,
  endsAt,
  mode,
}: Record<'startsAt' | 'endsAt', Date> & Pick<ToldSlot, 'practice' | 'mode'>): string {
  return JSON.stringify({ practice, startsAt, endsAt, mode });
}

export function toldSlot(json: string): ToldSlot {
  return ToldSlot.parse(JSON.parse(json));
}
