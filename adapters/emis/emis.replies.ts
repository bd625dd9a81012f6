import { z } from 'zod';
import type { AppointmentMode } from '../../domain/appointment-mode';
import { readWallClock } from '../../domain/london-time';
import type { OdsCode } from '../../domain/ods-code';
import type { Slot, SupplierAppointment } from '../gp-system';

/** Replies of the EMIS-style patient interface, of which only what is used is read. */
const WallClock = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?$/);

export const EndUserSession = z.object({ EndUserSessionId: z.string().min(1) });

export const Session = z.object({
  SessionId: z.string().min(1),
  UserPatientLinks: z.array(
    z.object({ AssociationType: z.string(), UserPatientLinkToken: z.string().min(1) }),
  ),
});

export const SlotsMeta = z.object({
  SessionHolders: z.array(z.object({ ClinicianId: z.number(), DisplayName: z.string() })),
  Sessions: z.array(
    z.object({
      SessionId: z.number(),
      SessionName: z.string(),
      ClinicianIds: z.array(z.number()).optional(),
    }),
  ),
});
export type SlotsMeta = z.infer<typeof SlotsMeta>;

export const SessionsOfSlots = z.object({
  Sessions: z.array(
    z.object({
      SessionId: z.number(),
      Slots: z.array(
        z.object({
          SlotId: z.number(),
          StartTime: WallClock,
          EndTime: WallClock,
          SlotTypeName: z.string(),
          SlotTypeStatus: z.string(),
        }),
      ),
    }),
  ),
});
export type SessionsOfSlots = z.infer<typeof SessionsOfSlots>;

export const Booked = z.object({ BookingCreated: z.literal(true) });

/** The reply's fields are not known to us; that it is the supplier's own kind of reply is what counts. */
export const Cancelled = z.object({});

export const Appointments = z.object({
  Appointments: z.array(z.object({ SlotId: z.number(), StartTime: WallClock, EndTime: WallClock })),
});
export type Appointments = z.infer<typeof Appointments>;

export const PracticeSettings = z.object({
  InputRequirements: z.object({ AppointmentBookingReason: z.string() }),
});
export type PracticeSettings = z.infer<typeof PracticeSettings>;

export const Demographics = z.object({
  ContactDetails: z.object({ TelephoneNumber: z.string().nullish(), MobileNumber: z.string().nullish() }),
});

/** Both error shapes in one: (a) carries code and message, (b) exceptions whose text alone means something. */
export const Failure = z.object({
  InternalResponseCode: z.number().optional(),
  InternalResponseMessage: z.string().nullish(),
  Exceptions: z.array(z.object({ Message: z.string().nullish() })).optional(),
});

const MODES: Readonly<Record<string, AppointmentMode>> = {
  Practice: 'IN_PERSON',
  Telephone: 'TELEPHONE',
  Video: 'VIDEO',
};

/**
 * Joins both search replies on SessionId. A slot may name a session that meta lacks: it is bookable all the same. One
 * of unknown or visiting channel is left out, and so is one whose wall-clock time names two instants or none.
 */
export function slotsOf(meta: SlotsMeta, { Sessions }: SessionsOfSlots, practice: OdsCode): Slot[] {
  const sessions = new Map(meta.Sessions.map((session) => [session.SessionId, session]));
  const holders = new Map(meta.SessionHolders.map((holder) => [holder.ClinicianId, holder.DisplayName]));

  return Sessions.flatMap((session) => {
    const known = sessions.get(session.SessionId);
    const clinicians = (known?.ClinicianIds ?? []).flatMap((id) => holders.get(id) ?? []);
    return session.Slots.flatMap((slot) => {
      const mode = MODES[slot.SlotTypeStatus];
      const startsAt = instantOf(slot.StartTime);
      const endsAt = instantOf(slot.EndTime);
      if (!mode || !startsAt || !endsAt) return [];
      return {
        practice,
        id: String(slot.SlotId),
        startsAt,
        endsAt,
        mode,
        slotType: slot.SlotTypeName,
        sessionName: known?.SessionName,
        clinicianName: clinicians.length > 0 ? clinicians.join(', ') : undefined,
        supplierData: '',
      };
    });
  });
}

/** Only slots with one plain time were offered, so an appointment whose time is not plain is none of ours. */
export function appointmentsOf(reply: Appointments): SupplierAppointment[] {
  return reply.Appointments.flatMap(({ SlotId, StartTime, EndTime }) => {
    const startsAt = instantOf(StartTime);
    const endsAt = instantOf(EndTime);
    const id = String(SlotId);
    return startsAt && endsAt
      ? { id, slotId: id, startsAt, endsAt, status: 'BOOKED' as const, carriesMarker: null }
      : [];
  });
}

function instantOf(text: string): Date | null {
  const reading = readWallClock(text);
  return reading.kind === 'instant' ? reading.instant : null;
}
