import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { londonDate, wallClock as wallClockOf } from '../../domain/london-time';
import { OdsCode } from '../../domain/ods-code';
import type { Diary } from '../simulator/diary';
import type { BookingResult, DiaryAppointment, DiaryPatient, DiarySlot } from '../simulator/diary-records';
import type { Operation } from '../simulator/faults';
import type { WireReply, WireRequest } from '../simulator/http-listener';
import { remembered } from '../simulator/remembered';
import type { About, Skin } from '../simulator/skin-server';

interface LoggedOn {
  endUserSessionId: string;
  linkToken: string;
  patient: DiaryPatient;
}

const LogOn = z.object({ AccessIdentityGuid: z.string(), NationalPracticeCode: OdsCode });
const Booking = z.object({
  UserPatientLinkToken: z.string(),
  SlotId: z.number(),
  BookingReason: z.string().optional(),
  TelephoneNumber: z.string().optional(),
});
const Cancellation = z.object({
  UserPatientLinkToken: z.string(),
  SlotId: z.number(),
  CancellationReason: z.string(),
});

const STATUSES = { IN_PERSON: 'Practice', TELEPHONE: 'Telephone', VIDEO: 'Video' } as const;
const HOUR = 3_600_000;
const wallClock = remembered(wallClockOf);

/** The supplier's side of the EMIS-style patient interface: sessions, wall-clock times, two error shapes. */
export function emisSimulator({ diary, now }: { diary: Diary; now: () => Date }): Skin {
  const endUserSessions = new Set<string>();
  const sessions = new Map<string, LoggedOn>();
  let expiries = 0;

  function logOn(request: WireRequest): WireReply {
    const endUserSessionId = request.headers['x-api-endusersessionid'];
    if (typeof endUserSessionId !== 'string' || !endUserSessions.has(endUserSessionId))
      return unauthorised(expiries++);
    const parsed = LogOn.safeParse(jsonOf(request.body));
    if (!parsed.success) return failure(400, -1014, 'A required field is missing');
    const { AccessIdentityGuid, NationalPracticeCode } = parsed.data;
    const patient = diary.patientByLinkage(NationalPracticeCode, AccessIdentityGuid);
    if (!patient) return failure(400, -1104, 'No online user');
    const sessionId = randomUUID();
    const linkToken = randomUUID();
    sessions.set(sessionId, { endUserSessionId, linkToken, patient });
    return json({
      SessionId: sessionId,
      FirstName: patient.givenName,
      Surname: patient.familyName,
      LastAccessTime: wallClock(now()),
      ApplicationLinkLevel: 'Linked',
      UserPatientLinks: [
        { AssociationType: 'Proxy', UserPatientLinkToken: randomUUID(), NationalPracticeCode },
        { AssociationType: 'Self', UserPatientLinkToken: linkToken, NationalPracticeCode },
      ],
    });
  }

  function loggedOn(request: WireRequest): LoggedOn | undefined {
    const session = sessions.get(String(request.headers['x-api-sessionid']));
    return session?.endUserSessionId === request.headers['x-api-endusersessionid'] ? session : undefined;
  }

  /** Wall-clock bounds are compared as they are written, for the interface knows no offsets: +00:00 or +01:00. */
  function slotsWithin(patient: DiaryPatient, from: string, to: string): DiarySlot[] {
    const start = new Date(Math.max(Date.parse(`${from}Z`) - HOUR, now().getTime()));
    return diary
      .freeSlots(patient.practice, start, new Date(`${to}Z`), { route: 'PATIENT_SESSION' })
      .filter((slot) => wallClock(slot.startsAt) >= from && wallClock(slot.endsAt) <= to);
  }

  function book(session: LoggedOn, body: unknown): WireReply {
    const parsed = Booking.safeParse(body);
    if (!parsed.success || parsed.data.UserPatientLinkToken !== session.linkToken)
      return failure(400, -1014, 'A required field is missing');
    const { SlotId, BookingReason, TelephoneNumber } = parsed.data;
    const { patient } = session;
    if (diary.slot(patient.practice, SlotId)?.mode === 'TELEPHONE' && !TelephoneNumber)
      return exceptions('The required field TelephoneNumber is missing');
    const audience = { route: 'PATIENT_SESSION' } as const;
    const request = {
      practice: patient.practice,
      slotId: SlotId,
      patient,
      audience,
      consumer: 'patient online',
    };
    return booked(
      diary.book({ ...request, reason: BookingReason }),
      diary.settings(patient.practice).bookingLimit,
    );
  }

  function cancel(session: LoggedOn, body: unknown): WireReply {
    const parsed = Cancellation.safeParse(body);
    if (!parsed.success || parsed.data.UserPatientLinkToken !== session.linkToken)
      return failure(400, -1014, 'A required field is missing');
    const { patient } = session;
    const appointment = live(diary.appointmentsOf(patient)).find(
      ({ slot }) => slot.id === parsed.data.SlotId,
    );
    if (!appointment) return { status: 404, body: '' };
    const result = diary.cancel(
      patient.practice,
      appointment.id,
      'patient online',
      parsed.data.CancellationReason,
    );
    return result.kind === 'CANCELLED'
      ? json({ DeletionSuccessful: true })
      : failure(400, -1152, 'The slot is in the past');
  }

  function answerLoggedOn(operation: string, request: WireRequest, session: LoggedOn): WireReply {
    const { patient, linkToken } = session;
    const { query } = request;
    if (operation === 'POST /appointments') return book(session, jsonOf(request.body));
    if (operation === 'DELETE /appointments') return cancel(session, jsonOf(request.body));
    if (operation === `GET /practices/${patient.practice}/settings`) return json(practiceSettings());
    if (query.get('userPatientLinkToken') !== linkToken)
      return failure(400, -1014, 'A required field is missing');
    switch (operation) {
      case 'GET /demographics':
        return json({
          ContactDetails: { TelephoneNumber: null, MobileNumber: patient.phone ?? '07700 900000' },
        });
      case 'GET /appointmentslots/meta':
        return json(
          meta(slotsWithin(patient, bound(query, 'sessionStartDate'), bound(query, 'sessionEndDate'))),
        );
      case 'GET /appointmentslots':
        return json({
          Sessions: sessionsOf(
            slotsWithin(patient, bound(query, 'fromDateTime'), bound(query, 'toDateTime')),
          ),
        });
      case 'GET /appointments':
        return json(listed(live(diary.appointmentsOf(patient))));
      default:
        return { status: 404, body: '' };
    }
  }

  return {
    identify(request): About {
      const operation = operationOf(request);
      const practice =
        loggedOn(request)?.patient.practice ??
        LogOn.safeParse(jsonOf(request.body)).data?.NationalPracticeCode;
      const slotId = operation === 'BOOK' ? Booking.safeParse(jsonOf(request.body)).data?.SlotId : undefined;
      return { operation, practice, slotId };
    },
    answer(request) {
      if (!request.headers['x-api-applicationid'] || !request.headers['x-api-version'])
        return failure(400, -9999, 'The application is unknown');
      const operation = `${request.method} ${request.path}`;
      if (operation === 'POST /sessions/endusersession') {
        const id = randomUUID();
        endUserSessions.add(id);
        return json({ EndUserSessionId: id });
      }
      if (operation === 'POST /sessions') return logOn(request);
      const session = loggedOn(request);
      return session ? answerLoggedOn(operation, request, session) : unauthorised(expiries++);
    },
    expireSessions() {
      endUserSessions.clear();
      sessions.clear();
    },
  };
}

function operationOf({ method, path }: WireRequest): Operation {
  if (path.startsWith('/sessions')) return 'SESSION';
  if (path.startsWith('/appointmentslots')) return 'SEARCH';
  if (path === '/appointments') return method === 'POST' ? 'BOOK' : method === 'DELETE' ? 'CANCEL' : 'READ';
  return path === '/demographics' ? 'PATIENT' : 'OTHER';
}

/** Both ways in which an expired session is told, in turn. */
function unauthorised(count: number): WireReply {
  return count % 2 === 0
    ? { status: 401, body: '' }
    : { status: 500, headers: { 'content-type': 'text/plain' }, body: 'Unauthorised' };
}

/** Error shape (a). */
function failure(status: number, code: number, message: string): WireReply {
  return json({ InternalResponseCode: code, InternalResponseMessage: message }, status);
}

/** Error shape (b): the code says nothing, the text everything. */
function exceptions(message: string): WireReply {
  const exception = { ExceptionId: randomUUID(), IsRootException: true, Message: message };
  return json({ Exceptions: [exception], InternalResponseCode: -1002 }, 500);
}

function booked(result: BookingResult, limit: number | null): WireReply {
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

function meta(slots: readonly DiarySlot[]) {
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

function sessionsOf(slots: readonly DiarySlot[]) {
  const bySession = new Map<number, DiarySlot[]>();
  for (const slot of slots) bySession.set(slot.session.id, [...(bySession.get(slot.session.id) ?? []), slot]);
  return [...bySession].map(([SessionId, members]) => ({
    SessionDate: `${members[0] ? londonDate(members[0].startsAt) : ''}T00:00:00`,
    SessionId,
    Slots: members.map((slot) => ({ SlotId: slot.id, ...times(slot), TelephoneNumber: null })),
  }));
}

function listed(appointments: readonly DiaryAppointment[]) {
  return {
    Appointments: appointments.map(({ slot, bookedAt, reason }) => ({
      SlotId: slot.id,
      SessionId: slot.session.id,
      ...times(slot),
      BookingDate: wallClock(bookedAt),
      BookingReason: reason ?? null,
      BookingMethod: 'PatientFacingServices',
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

function practiceSettings() {
  return {
    Services: { AppointmentsSupported: true },
    Messages: { AppointmentsMessage: '' },
    InputRequirements: { AppointmentBookingReason: 'RequestedOptional' },
  };
}

function live(appointments: readonly DiaryAppointment[]): DiaryAppointment[] {
  return appointments.filter(({ status }) => status === 'BOOKED');
}

/** An unreadable bound matches nothing. */
function bound(query: URLSearchParams, name: string): string {
  const text = query.get(name) ?? '';
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(text) ? text : '1970-01-01T00:00:00';
}

function json(value: object, status = 200): WireReply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
