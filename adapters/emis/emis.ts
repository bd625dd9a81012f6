import type { z } from 'zod';
import { wallClock } from '../../domain/london-time';
import {
  type BookCommand,
  type BookOutcome,
  type Call,
  type CancelCommand,
  type CancelOutcome,
  type GpSystem,
  type Manifest,
  type SlotSearch,
  SupplierError,
} from '../gp-system';
import { linkageOf, type LinkedPatient } from '../linkage-of';
import { beforehand, outcomeOfError } from '../outcome';
import { badReply, parseJson, statusError } from '../parse-reply';
import { sessionCache } from '../session-cache';
import type { HttpReply, HttpRequest, SupplierHttp } from '../supplier-http';
import { bookOutcomeOf, cancelOutcomeOf, isUnauthorised } from './emis.outcomes';
import {
  Appointments,
  appointmentsOf,
  Demographics,
  EndUserSession,
  PracticeSettings,
  Session,
  SessionsOfSlots,
  SlotsMeta,
  slotsOf,
} from './emis.replies';

/**
 * EMIS-style patient interface: JSON, one session per linked patient. Facts and marks:
 * `/work/shared/reference/suppliers.md`, section 2, and the README here.
 */
export const manifest: Manifest = {
  id: 'emis',
  name: 'EMIS-style',
  version: '1.0.0',
  route: 'PATIENT_SESSION',
  transport: 'json',
  auth: 'session',
  sessionTtlMs: 10 * 60_000,
  limits: {
    concurrency: 40,
    searchWindowDays: 28,
    timeoutMs: { search: 5_000, book: 8_000, read: 5_000, cancel: 8_000 },
    settleMs: 16_000,
  },
  throttle: 'unknown',
  capabilities: {
    modes: ['IN_PERSON', 'TELEPHONE', 'VIDEO'],
    bookIdempotency: 'none',
    readBack: 'byPatient',
    marker: null,
    cancel: true,
    cancelVersioned: false,
    reasonMaxLength: 150,
  },
};

export interface EmisOptions {
  http: SupplierHttp;
  now: () => Date;
  applicationId?: string;
}

interface EmisSession {
  endUserSessionId: string;
  sessionId: string;
  linkToken: string;
}

type Ask = (session: EmisSession) => Omit<HttpRequest, 'headers' | 'body'> & { body?: object };

const { id: supplier, limits } = manifest;
const { timeoutMs } = limits;
const WITHOUT_REASON = 'Booked online after a symptom check';

export function emis(options: EmisOptions): GpSystem {
  const { http, now, applicationId = 'gp-booking-gateway' } = options;
  const sessions = sessionCache<EmisSession>({ ttlMs: manifest.sessionTtlMs ?? 1, now });

  const headers = (more: Readonly<Record<string, string>> = {}) => ({
    accept: 'application/json',
    'content-type': 'application/json',
    'x-api-applicationid': applicationId,
    'x-api-version': '2.1.0.0',
    ...more,
  });

  async function logOn({ practice, userId }: LinkedPatient, call: Call): Promise<EmisSession> {
    const request = { method: 'POST', timeoutMs: timeoutMs.read } as const;
    const first = await http.send({ ...request, path: '/sessions/endusersession', headers: headers() }, call);
    const { EndUserSessionId: endUserSessionId } = read(EndUserSession, first);
    const second = await http.send(
      {
        ...request,
        path: '/sessions',
        headers: headers({ 'x-api-endusersessionid': endUserSessionId }),
        body: JSON.stringify({ AccessIdentityGuid: userId, NationalPracticeCode: practice }),
      },
      call,
    );
    const { SessionId: sessionId, UserPatientLinks } = read(Session, second);
    const self = UserPatientLinks.find(({ AssociationType }) => AssociationType === 'Self');
    if (!self) throw badReply(supplier, 'the session has no link to the patient');
    return { endUserSessionId, sessionId, linkToken: self.UserPatientLinkToken };
  }

  function exchange(ask: Ask, session: EmisSession, call: Call): Promise<HttpReply> {
    const { body, ...request } = ask(session);
    const own = { 'x-api-endusersessionid': session.endUserSessionId, 'x-api-sessionid': session.sessionId };
    return http.send(
      { ...request, headers: headers(own), ...(body && { body: JSON.stringify(body) }) },
      call,
    );
  }

  /** The unauthorised answer says that nothing was done, so the session is renewed once for commands too. */
  async function send(patient: LinkedPatient, ask: Ask, call: Call): Promise<HttpReply> {
    const session = () => beforehand(() => sessions.get(patient.cacheKey, () => logOn(patient, call)));
    const first = await session();
    const reply = await exchange(ask, first, call);
    if (!isUnauthorised(reply)) return reply;
    sessions.drop(patient.cacheKey, first);
    return exchange(ask, await session(), call);
  }

  async function search(ask: SlotSearch, call: Call) {
    const patient = linkageOf(supplier, ask.patient, ask.practice);
    const [from, to] = [wallClock(ask.from), wallClock(ask.to)];
    const get = { method: 'GET', timeoutMs: timeoutMs.search } as const;
    const meta = await send(
      patient,
      ({ linkToken }) => ({
        ...get,
        path: '/appointmentslots/meta',
        query: [
          ['userPatientLinkToken', linkToken],
          ['sessionStartDate', from],
          ['sessionEndDate', to],
        ],
      }),
      call,
    );
    const slots = await send(
      patient,
      ({ linkToken }) => ({
        ...get,
        path: '/appointmentslots',
        query: [
          ['userPatientLinkToken', linkToken],
          ['fromDateTime', from],
          ['toDateTime', to],
        ],
      }),
      call,
    );
    const found = slotsOf(read(SlotsMeta, meta), read(SessionsOfSlots, slots), ask.practice);
    return found.filter((slot) => slot.startsAt >= ask.from && slot.endsAt <= ask.to);
  }

  /** The reason is mandatory until the practice's settings say otherwise. */
  async function reasonFor(
    patient: LinkedPatient,
    reason: string | undefined,
    call: Call,
  ): Promise<string | undefined> {
    const path = `/practices/${patient.practice}/settings`;
    const reply = await send(patient, () => ({ method: 'GET', path, timeoutMs: timeoutMs.read }), call);
    const requirement = read(PracticeSettings, reply).InputRequirements.AppointmentBookingReason;
    if (requirement === 'NotRequested' || requirement === 'NotAllowed') return undefined;
    return reason?.slice(0, manifest.capabilities.reasonMaxLength) ?? WITHOUT_REASON;
  }

  /** A telephone slot needs a number: the one given, else the one the practice knows. */
  async function phoneFor(
    patient: LinkedPatient,
    command: BookCommand,
    call: Call,
  ): Promise<string | undefined> {
    if (command.slot.mode !== 'TELEPHONE' || command.contactPhone) return command.contactPhone;
    const ask: Ask = ({ linkToken }) => ({
      method: 'GET',
      path: '/demographics',
      query: [['userPatientLinkToken', linkToken]],
      timeoutMs: timeoutMs.read,
    });
    const { MobileNumber, TelephoneNumber } = read(
      Demographics,
      await send(patient, ask, call),
    ).ContactDetails;
    return MobileNumber ?? TelephoneNumber ?? undefined;
  }

  async function book(command: BookCommand, call: Call): Promise<BookOutcome> {
    const { slot } = command;
    const patient = linkageOf(supplier, command.patient, slot.practice);
    const [reason, phone] = await beforehand(() =>
      Promise.all([reasonFor(patient, command.reason, call), phoneFor(patient, command, call)]),
    );
    const ask: Ask = ({ linkToken }) => ({
      method: 'POST',
      path: '/appointments',
      timeoutMs: timeoutMs.book,
      changes: true,
      body: {
        UserPatientLinkToken: linkToken,
        SlotId: Number(slot.id),
        BookingReason: reason,
        TelephoneNumber: phone,
      },
    });
    return bookOutcomeOf(await send(patient, ask, call), slot.id, manifest);
  }

  async function list(patient: LinkedPatient, call: Call) {
    const ask: Ask = ({ linkToken }) => ({
      method: 'GET',
      path: '/appointments',
      query: [
        ['userPatientLinkToken', linkToken],
        ['fetchPreviousAppointments', 'true'],
      ],
      timeoutMs: timeoutMs.read,
    });
    return appointmentsOf(read(Appointments, await send(patient, ask, call)));
  }

  async function cancel(command: CancelCommand, call: Call): Promise<CancelOutcome> {
    const { id } = command.appointment;
    const patient = linkageOf(supplier, command.patient, command.practice);
    const ask: Ask = ({ linkToken }) => ({
      method: 'DELETE',
      path: '/appointments',
      timeoutMs: timeoutMs.cancel,
      changes: true,
      body: { UserPatientLinkToken: linkToken, SlotId: Number(id), CancellationReason: 'No longer required' },
    });
    const outcome = cancelOutcomeOf(await send(patient, ask, call), manifest);
    if (outcome) return outcome;
    const isStillThere = (await list(patient, call)).some((appointment) => appointment.id === id);
    return isStillThere ? { class: 'REJECTED', refusal: 'NOT_FOUND' } : { class: 'ACCEPTED' };
  }

  return {
    manifest,
    async *searchSlots(ask, call) {
      yield await search(ask, call);
    },
    async book(command, call) {
      try {
        return await book(command, call);
      } catch (error) {
        return outcomeOfError(error);
      }
    },
    readBack: async (probe, call) => list(linkageOf(supplier, probe.patient, probe.practice), call),
    async cancel(command, call) {
      try {
        return await cancel(command, call);
      } catch (error) {
        return outcomeOfError(error);
      }
    },
    async health(call) {
      try {
        // There is no health resource; a log-on's first stage needs no patient.
        const path = '/sessions/endusersession';
        const reply = await http.send(
          { method: 'POST', path, headers: headers(), timeoutMs: timeoutMs.read },
          call,
        );
        return { status: reply.status < 500 ? 'UP' : 'DEGRADED' };
      } catch {
        return { status: 'DOWN' };
      }
    },
  };
}

function read<T>(schema: z.ZodType<T>, reply: HttpReply): T {
  if (isUnauthorised(reply))
    throw new SupplierError(supplier, 'NOT_AUTHENTICATED', { mayHaveBeenSent: true, status: reply.status });
  const failure = statusError(supplier, reply);
  if (failure) throw failure;
  return parseJson(supplier, schema, reply.body);
}
