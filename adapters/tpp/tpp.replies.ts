import { z } from 'zod';
import type { AppointmentMode } from '../../domain/appointment-mode';
import { readWallClock } from '../../domain/london-time';
import type { OdsCode } from '../../domain/ods-code';
import type { Slot, SupplierAppointment } from '../gp-system';

/** Replies of the TPP-style interface after XML parsing: attributes as text, children as lists. */
const FALSE_ZULU = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\dZ$/;
const FalseZulu = z.string().regex(FALSE_ZULU);

export const SupplierFailure = z.object({
  errorCode: z.string(),
  userFriendlyMessage: z.string().optional(),
});
export type SupplierFailure = z.infer<typeof SupplierFailure>;

export const AuthenticateReply = z.object({ patientId: z.string().min(1), onlineUserId: z.string().min(1) });

export const ListSlotsReply = z.object({
  bookableDays: z.string().optional(),
  Session: z
    .array(
      z.object({
        sessionId: z.string().min(1),
        type: z.string().optional(),
        staffDetails: z.string().optional(),
        // May be empty, but it alone tells how people are seen: without it nothing does.
        location: z.string(),
        Slot: z.array(z.object({ startDate: FalseZulu, endDate: FalseZulu, type: z.string() })).optional(),
      }),
    )
    .optional(),
});
export type ListSlotsReply = z.infer<typeof ListSlotsReply>;

export const ViewAppointmentsReply = z.object({
  Appointment: z
    .array(
      z.object({
        apptId: z.string().min(1),
        sessionId: z.string().min(1),
        startDate: FalseZulu,
        endDate: FalseZulu,
      }),
    )
    .optional(),
});
export type ViewAppointmentsReply = z.infer<typeof ViewAppointmentsReply>;

export const CommandReply = z.object({ message: z.string().optional() });

/** The key of a slot, which has no id: all three together. */
export const SlotKey = z.object({ sessionId: z.string(), startDate: z.string(), endDate: z.string() });
export type SlotKey = z.infer<typeof SlotKey>;

export function slotIdOf({ sessionId, startDate, endDate }: SlotKey): string {
  return `${sessionId}/${startDate}/${endDate}`;
}

/** Leaves out slots whose wall-clock time names two instants, or none: their key could mean another slot. */
export function slotsOf(reply: ListSlotsReply, practice: OdsCode): Slot[] {
  return (reply.Session ?? []).flatMap(({ sessionId, type, staffDetails, location, Slot: slots = [] }) =>
    slots.flatMap((slot) => {
      const startsAt = instantOf(slot.startDate);
      const endsAt = instantOf(slot.endDate);
      if (!startsAt || !endsAt) return [];
      const key = { sessionId, startDate: slot.startDate, endDate: slot.endDate };
      return {
        practice,
        id: slotIdOf(key),
        startsAt,
        endsAt,
        mode: modeOf(`${location} ${slot.type}`),
        slotType: slot.type,
        sessionName: type || undefined,
        clinicianName: staffDetails || undefined,
        supplierData: JSON.stringify(key),
      };
    }),
  );
}

export function appointmentsOf(reply: ViewAppointmentsReply): SupplierAppointment[] {
  return (reply.Appointment ?? []).flatMap((appointment) => {
    const startsAt = instantOf(appointment.startDate);
    const endsAt = instantOf(appointment.endDate);
    const { apptId: id } = appointment;
    return startsAt && endsAt
      ? {
          id,
          slotId: slotIdOf(appointment),
          startsAt,
          endsAt,
          status: 'BOOKED' as const,
          carriesMarker: null,
        }
      : [];
  });
}

/** No element tells the channel, so the practice's own words must. Our assumption: see the README. */
function modeOf(words: string): AppointmentMode {
  if (/telephone|phone/i.test(words)) return 'TELEPHONE';
  return /video|online/i.test(words) ? 'VIDEO' : 'IN_PERSON';
}

/** The Z is a literal: under it stands London wall-clock time, an hour off UTC in summer. */
function instantOf(text: string): Date | null {
  const reading = readWallClock(text.slice(0, -1));
  return reading.kind === 'instant' ? reading.instant : null;
}
