import { randomUUID } from 'node:crypto';
import { londonDate, wallClock as wallClockOf } from '../../domain/london-time';
import type { BookingResult, DiaryAppointment, DiarySlot } from '../simulator/diary-records';
import type { WireReply } from '../simulator/http-listener';
import { memoized } from '../simulator/memoized';

const STATUSES = { IN_PERSON: 'Practice', TELEPHONE: 'Telephone', VIDEO: 'Video' } as const;

export const wallClock = memoized(wallClockOf);

export function json(value: object, status = 200): WireReply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

/** Both ways in which an expired session is told, in turn. */
export function unauthorised(count: number): WireReply {
  return count % 2 === 0
    ? { status: 401, body: '' }
    : { status: 500, headers: { 'content-type': 'text/plain' }, body: 'Unauthorised' };
}

/** Error shape (a). */
export function failure(status: number, code: number, message: string): WireReply {
  return json({ InternalResponseCode: code, InternalResponseMessage: message }, status);
}

/** Error shape (b): the code says nothing, the text everything. */
export function exceptions(message: string): WireReply {
  const exception = { ExceptionId: randomUUID(), IsRootException: true, Message: message };
  return json({ Exceptions: [exception], InternalResponseCode: -1002 }, 500);
}

export function booked(result: BookingResult, limit: number | null): WireReply {
  if (result.kind === 'BOOKED') return json({ BookingCreated: true });
  switch (result.why) {
    case 'TAKEN':
      return { status: 409, body: '' };
    case 'NOT_FOUND':
      return exceptions('The slot was not found');
    case 'IN_PAST':
      return failure(400, -1152, 'The slot is in the past');
    case 'BEYOND_HORIZON':
      return failure(400, -1154, 'After the days which the practice allows');
    case 'LIMIT_REACHED':
      return exceptions(`Appointments are limited for you to ${limit ?? 0} by the practice`);
    case 'NOT_RELEASED':
      return failure(403, -1030, 'The service is not enabled');
  }
}

export function meta(slots: readonly DiarySlot[]) {
  const sessions = [...new Map(slots.map(({ session }) => [session.id, session])).values()];
  const clinicians = new Map(
    sessions.flatMap(({ clinician }) => (clinician ? [[clinician.id, clinician]] : [])),
  );
  const locations = new Map(sessions.map(({ location }) => [location.id, location.name]));
  return {
    Locations: [...locations].map(([LocationId, LocationName]) => ({ LocationId, LocationName })),
    SessionHolders: [...clinicians.values()].map(({ id, familyName, givenName }) => ({
      ClinicianId: id,
      DisplayName: `Dr ${givenName} ${familyName}`,
      Languages: [],
    })),
    Sessions: sessions.map(({ id, name, location, clinician }) => ({
      SessionId: id,
      SessionName: name,
      LocationId: location.id,
      SessionType: 'Timed',
      ClinicianIds: clinician ? [clinician.id] : [],
    })),
  };
}

export function sessionsOf(slots: readonly DiarySlot[]) {
  const bySession = new Map<number, DiarySlot[]>();
  for (const slot of slots) bySession.set(slot.session.id, [...(bySession.get(slot.session.id) ?? []), slot]);
  return [...bySession].map(([SessionId, members]) => ({
    SessionDate: `${members[0] ? londonDate(members[0].startsAt) : ''}T00:00:00`,
    SessionId,
    Slots: members.map((slot) => ({ SlotId: slot.id, ...times(slot), TelephoneNumber: null })),
  }));
}

export function listed(appointments: readonly DiaryAppointment[]) {
  return {
    Appointments: appointments.map(({ slot, bookedAt, reason, contactPhone }) => ({
      SlotId: slot.id,
      SessionId: slot.session.id,
      ...times(slot),
      BookingDate: wallClock(bookedAt),
      BookingReason: reason ?? null,
      BookingMethod: 'PatientFacingServices',
      ...(contactPhone !== undefined && {
        TelephoneAppointmentDetails: { TelephoneNumber: contactPhone, ContactType: 'Unknown' },
      }),
    })),
    ...meta(appointments.map(({ slot }) => slot)),
  };
}

function times(slot: DiarySlot) {
  return {
    StartTime: wallClock(slot.startsAt),
    EndTime: wallClock(slot.endsAt),
    SlotTypeName: slot.slotType,
    SlotTypeStatus: STATUSES[slot.mode],
  };
}

export function practiceSettings() {
  return {
    Services: { AppointmentsSupported: true },
    Messages: { AppointmentsMessage: '' },
    InputRequirements: { AppointmentBookingReason: 'RequestedOptional' },
  };
}
