import { z } from 'zod';
import type { AppointmentMode } from '../../domain/appointment-mode';
import type { OdsCode } from '../../domain/ods-code';
import type { Slot, SupplierAppointment } from '../gp-system';
import { badReply } from '../http/parse-reply';
import type { LeftOutReason } from '../sound';
import { bookedInstantOf, instantOf, WallClock } from '../wall-clock';
import { manifest } from './tpp.manifest';

/** Replies of the TPP-style interface after XML parsing: attributes as text, children as lists. */
const FALSE_ZULU = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\dZ$/;
const FalseZulu = z
  .string()
  .regex(FALSE_ZULU)
  .refine((text) => WallClock.safeParse(wallClockOf(text)).success);

export const SupplierFailure = z.object({
  errorCode: z.string(),
  userFriendlyMessage: z.string().optional(),
});
export type SupplierFailure = z.infer<typeof SupplierFailure>;

/** The parser gives '' for an element that has neither attributes nor children. */
const elements = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.array(z.preprocess((value) => (value === '' ? {} : value), z.object(shape))).default([]);

/** A log-on tells whose it is; that is compared as far as it is told. */
export const AuthenticateReply = z.object({
  patientId: z.string().min(1),
  onlineUserId: z.string().min(1),
  User: elements({ Person: elements({ dateOfBirth: z.string().optional() }) }),
  Registration: elements({ unitId: z.string().optional() }),
});
export type AuthenticateReply = z.infer<typeof AuthenticateReply>;

/** Every reply in a session names the patient whose it is. */
export const Owned = z.object({ patientId: z.string().optional() });

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
        Slot: z
          .array(z.object({ startDate: FalseZulu, endDate: FalseZulu, type: z.string().optional() }))
          .optional(),
      }),
    )
    .optional(),
});
export type ListSlotsReply = z.infer<typeof ListSlotsReply>;

export const ViewAppointmentsReply = z.object({
  Appointment: z
    .array(
      z.object({
        apptId: z.string().min(1).max(250),
        sessionId: z.string().min(1),
        startDate: FalseZulu,
        endDate: FalseZulu,
        type: z.string().optional(),
        details: z.string().optional(),
        staffDetails: z.string().optional(),
        location: z.string().optional(),
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

/**
 * Leaves out slots whose wall-clock time names two instants, or none: their key could mean another slot. A slot without a type
 * has its session's.
 */
export function slotsOf(
  reply: ListSlotsReply,
  practice: OdsCode,
  leaveOut: (reason: LeftOutReason) => void = () => undefined,
): Slot[] {
  return (reply.Session ?? []).flatMap(({ sessionId, type, staffDetails, location, Slot: slots = [] }) =>
    slots.flatMap((slot) => {
      const startsAt = instantOf(wallClockOf(slot.startDate));
      const endsAt = instantOf(wallClockOf(slot.endDate));
      const slotType = slot.type || type;
      if (!startsAt || !endsAt || !slotType) {
        leaveOut(slotType ? 'NO_PLAIN_TIME' : 'NO_TYPE');
        return [];
      }
      const key = { sessionId, startDate: slot.startDate, endDate: slot.endDate };
      return {
        practice,
        id: slotIdOf(key),
        startsAt,
        endsAt,
        mode: modeOf(`${location} ${slotType}`),
        slotType,
        sessionName: type || undefined,
        clinicianName: staffDetails || undefined,
        supplierData: JSON.stringify(key),
      };
    }),
  );
}

/** @throws SupplierError BAD_REPLY for a time that does not exist: an appointment is never left out. */
export function appointmentsOf(reply: ViewAppointmentsReply): SupplierAppointment[] {
  return (reply.Appointment ?? []).flatMap((appointment) => {
    const { apptId: id, type, details = '', staffDetails, location } = appointment;
    const startsAt = bookedInstantOf(wallClockOf(appointment.startDate));
    const endsAt = bookedInstantOf(wallClockOf(appointment.endDate));
    if (!startsAt || !endsAt) throw badReply(manifest.id, 'an appointment is at a time that does not exist');
    return {
      id,
      slotId: slotIdOf(appointment),
      startsAt,
      endsAt,
      status: 'BOOKED' as const,
      mode: location === undefined ? undefined : modeOf(`${location} ${details}`),
      sessionName: type || undefined,
      clinicianName: staffDetails || undefined,
      carriesMarker: null,
    };
  });
}

/** No element tells the channel, so the practice's own words must. Our assumption: see the README. */
function modeOf(words: string): AppointmentMode {
  if (/telephone|phone/i.test(words)) return 'TELEPHONE';
  return /video|online/i.test(words) ? 'VIDEO' : 'IN_PERSON';
}

/** The Z is a literal: under it stands London wall-clock time, an hour off UTC in summer. */
function wallClockOf(text: string): string {
  return text.slice(0, -1);
}
