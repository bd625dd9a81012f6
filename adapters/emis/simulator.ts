import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { OdsCode } from '../../domain/ods-code';
import type { Diary } from '../simulator/diary';
import type { DiaryAppointment, DiaryPatient, DiarySlot } from '../simulator/diary-records';
import type { SimulatedOperation } from '../simulator/injected-faults';
import type { WireReply, WireRequest } from '../simulator/http-listener';
import type { FaultTarget, WireProtocol } from '../simulator/protocol-server';
import {
  booked,
  exceptions,
  failure,
  json,
  listed,
  meta,
  practiceSettings,
  sessionsOf,
  unauthorised,
  wallClock,
} from './simulator.replies';

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

const HOUR = 3_600_000;

/** Everything that the simulated supplier remembers beside the diary. */
interface State {
  diary: Diary;
  now: () => Date;
  endUserSessions: Set<string>;
  sessions: Map<string, LoggedOn>;
  /** Counts the expired sessions, whose answers alternate between two shapes. */
  expiries: number;
}

/** Simulates the supplier's side of the EMIS-style patient interface: sessions, wall-clock times, two error shapes. */
export function emisSimulator({ diary, now }: { diary: Diary; now: () => Date }): WireProtocol {
  const state: State = { diary, now, endUserSessions: new Set(), sessions: new Map(), expiries: 0 };
  return {
    identify(request): FaultTarget {
      const operation = operationOf(request);
      const practice =
        loggedOn(state, request)?.patient.practice ??
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
        state.endUserSessions.add(id);
        return json({ EndUserSessionId: id });
      }
      if (operation === 'POST /sessions') return logOn(state, request);
      const session = loggedOn(state, request);
      return session ? answerLoggedOn(state, operation, request, session) : unauthorised(state.expiries++);
    },
    // The meaning is in the text, and this text means nothing that is known.
    failure: (status) =>
      status === 500 ? exceptions('Object reference not set to an instance') : { status, body: '' },
    expireSessions() {
      state.endUserSessions.clear();
      state.sessions.clear();
    },
  };
}

function logOn(state: State, request: WireRequest): WireReply {
  const { diary, now, endUserSessions, sessions } = state;
  const endUserSessionId = request.headers['x-api-endusersessionid'];
  if (typeof endUserSessionId !== 'string' || !endUserSessions.has(endUserSessionId))
    return unauthorised(state.expiries++);
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

function loggedOn({ sessions }: State, request: WireRequest): LoggedOn | undefined {
  const session = sessions.get(String(request.headers['x-api-sessionid']));
  return session?.endUserSessionId === request.headers['x-api-endusersessionid'] ? session : undefined;
}

/** Wall-clock bounds are compared as they are written, for the interface knows no offsets: +00:00 or +01:00. */
function slotsWithin({ diary, now }: State, patient: DiaryPatient, from: string, to: string): DiarySlot[] {
  const start = new Date(Math.max(Date.parse(`${from}Z`) - HOUR, now().getTime()));
  return diary
    .freeSlots(patient.practice, start, new Date(`${to}Z`), { route: 'PATIENT_SESSION' })
    .filter((slot) => wallClock(slot.startsAt) >= from && wallClock(slot.endsAt) <= to);
}

function book({ diary }: State, session: LoggedOn, body: unknown): WireReply {
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
    diary.book({ ...request, reason: BookingReason, contactPhone: TelephoneNumber }),
    diary.settings(patient.practice).bookingLimit,
  );
}

function cancel({ diary }: State, session: LoggedOn, body: unknown): WireReply {
  const parsed = Cancellation.safeParse(body);
  if (!parsed.success || parsed.data.UserPatientLinkToken !== session.linkToken)
    return failure(400, -1014, 'A required field is missing');
  const { patient } = session;
  const appointment = live(diary.appointmentsOf(patient)).find(({ slot }) => slot.id === parsed.data.SlotId);
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

function answerLoggedOn(state: State, operation: string, request: WireRequest, session: LoggedOn): WireReply {
  const { diary } = state;
  const { patient, linkToken } = session;
  const { query } = request;
  if (operation === 'POST /appointments') return book(state, session, jsonOf(request.body));
  if (operation === 'DELETE /appointments') return cancel(state, session, jsonOf(request.body));
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
        meta(slotsWithin(state, patient, bound(query, 'sessionStartDate'), bound(query, 'sessionEndDate'))),
      );
    case 'GET /appointmentslots':
      return json({
        Sessions: sessionsOf(
          slotsWithin(state, patient, bound(query, 'fromDateTime'), bound(query, 'toDateTime')),
        ),
      });
    case 'GET /appointments':
      return json(listed(live(diary.appointmentsOf(patient))));
    default:
      return { status: 404, body: '' };
  }
}

function operationOf({ method, path }: WireRequest): SimulatedOperation {
  if (path.startsWith('/sessions')) return 'SESSION';
  if (path.startsWith('/appointmentslots')) return 'SEARCH';
  if (path === '/appointments') return method === 'POST' ? 'BOOK' : method === 'DELETE' ? 'CANCEL' : 'READ';
  return path === '/demographics' ? 'PATIENT' : 'OTHER';
}

function live(appointments: readonly DiaryAppointment[]): DiaryAppointment[] {
  return appointments.filter(({ status }) => status === 'BOOKED');
}

/** An unreadable bound matches nothing. */
function bound(query: URLSearchParams, name: string): string {
  const text = query.get(name) ?? '';
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(text) ? text : '1970-01-01T00:00:00';
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
