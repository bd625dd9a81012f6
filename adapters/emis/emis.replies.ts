import { z } from 'zod';
import type { AppointmentMode } from '../../domain/appointment-mode';
import type { OdsCode } from '../../domain/ods-code';
import type { Slot, SupplierAppointment } from '../gp-system';
import { badReply } from '../http/parse-reply';
import type { LeftOutReason } from '../sound';
import { bookedInstantOf, instantOf, WallClock } from '../wall-clock';
import { manifest } from './emis.manifest';

/** Replies of the EMIS-style patient interface, of which only what is used is read. */

export const EndUserSession = z.object({ EndUserSessionId: z.string().min(1) });

export const Session = z.object({
  SessionId: z.string().min(1),
  UserPatientLinks: z.array(
    z.object({
      AssociationType: z.string(),
      UserPatientLinkToken: z.string().min(1),
      NationalPracticeCode: z.string().optional(),
    }),
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

/** Only this word says that it was done: the name of the field is an assumption, and without it the list is read. */
export const Cancelled = z.object({ DeletionSuccessful: z.literal(true) });

/** The list repeats what a search says of sessions and holders. */
export const Appointments = z.object({
  Appointments: z.array(
    z.object({
      // One that is not exact names another slot.
      SlotId: z.int(),
      SessionId: z.number().optional(),
      StartTime: WallClock,
      EndTime: WallClock,
      SlotTypeStatus: z.string().optional(),
    }),
  ),
  SessionHolders: SlotsMeta.shape.SessionHolders.optional(),
  Sessions: SlotsMeta.shape.Sessions.optional(),
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

const MODES: ReadonlyMap<string, AppointmentMode> = new Map([
  ['Practice', 'IN_PERSON'],
  ['Telephone', 'TELEPHONE'],
  ['Video', 'VIDEO'],
]);

/**
 * Joins both search replies on SessionId. A slot may name a session that meta lacks: it is bookable all the same. One
 * of unknown or visiting channel is left out, and so is one whose wall-clock time names two instants or none, or whose id is
 * beyond what JSON numbers tell apart (RFC 8259, section 6).
 */
export function slotsOf(
  meta: SlotsMeta,
  { Sessions }: SessionsOfSlots,
  practice: OdsCode,
  leaveOut: (reason: LeftOutReason) => void = () => undefined,
): Slot[] {
  const sessionOf = sessionsIn(meta);
  return Sessions.flatMap((session) => {
    const known = sessionOf(session.SessionId);
    return session.Slots.flatMap((slot) => {
      const mode = MODES.get(slot.SlotTypeStatus);
      const startsAt = instantOf(slot.StartTime);
      const endsAt = instantOf(slot.EndTime);
      const slotType = slot.SlotTypeName || known.sessionName;
      if (!mode || !startsAt || !endsAt || !slotType || !Number.isSafeInteger(slot.SlotId)) {
        leaveOut(
          !mode ? 'NO_MODE' : !startsAt || !endsAt ? 'NO_PLAIN_TIME' : slotType ? 'UNSOUND' : 'NO_TYPE',
        );
        return [];
      }
      return {
        practice,
        id: String(slot.SlotId),
        startsAt,
        endsAt,
        mode,
        slotType,
        ...known,
        supplierData: '',
      };
    });
  });
}

/** Returns the name of a session, and those who hold it, by its id. */
function sessionsIn({ Sessions = [], SessionHolders = [] }: Partial<SlotsMeta>) {
  const sessions = new Map(Sessions.map((session) => [session.SessionId, session]));
  const holders = new Map(SessionHolders.map((holder) => [holder.ClinicianId, holder.DisplayName]));
  return (sessionId: number | undefined) => {
    const known = Number.isSafeInteger(sessionId) ? sessions.get(sessionId ?? 0) : undefined;
    const clinicians = (known?.ClinicianIds ?? []).flatMap((id) => holders.get(id) ?? []);
    return {
      sessionName: known?.SessionName,
      clinicianName: clinicians.length > 0 ? clinicians.join(', ') : undefined,
    };
  };
}

/** @throws SupplierError BAD_REPLY for a time that does not exist: an appointment is never left out. */
export function appointmentsOf(reply: Appointments): SupplierAppointment[] {
  const sessionOf = sessionsIn(reply);
  return reply.Appointments.map(({ SlotId, SessionId, StartTime, EndTime, SlotTypeStatus = '' }) => {
    const startsAt = bookedInstantOf(StartTime);
    const endsAt = bookedInstantOf(EndTime);
    if (!startsAt || !endsAt) throw badReply(manifest.id, 'an appointment is at a time that does not exist');
    const id = String(SlotId);
    return {
      id,
      slotId: id,
      startsAt,
      endsAt,
      status: 'BOOKED' as const,
      mode: MODES.get(SlotTypeStatus),
      ...sessionOf(SessionId),
      carriesMarker: null,
    };
  });
}
