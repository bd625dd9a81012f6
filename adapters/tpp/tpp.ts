import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { londonDate } from '../../domain/london-time';
import {
  type BookCommand,
  type BookOutcome,
  type Call,
  type CancelCommand,
  type CancelOutcome,
  type GpSystem,
  type Manifest,
  type SlotSearch,
  type SupplierAppointment,
  SupplierError,
} from '../gp-system';
import { linkageOf, type LinkedPatient } from '../linkage-of';
import { beforehand, outcomeOfError, outcomeOfStatus } from '../outcome';
import { badReply, parseAs, statusError } from '../parse-reply';
import { sessionCache } from '../session-cache';
import type { HttpReply, SupplierHttp } from '../supplier-http';
import { oneAtATime } from './one-at-a-time';
import { bookRefusalOf, cancelRefusalOf, errorOf, isLoggedOff, type TppMessage } from './tpp.outcomes';
import {
  appointmentsOf,
  AuthenticateReply,
  CommandReply,
  ListSlotsReply,
  SlotKey,
  slotsOf,
  SupplierFailure,
  ViewAppointmentsReply,
} from './tpp.replies';
import { readXml, xmlElement } from './xml';

/**
 * TPP-style patient interface: XML messages to one URL, one session per linked patient. Facts and marks:
 * `/work/shared/reference/suppliers.md`, section 3, and the README here.
 */
export const manifest: Manifest = {
  id: 'tpp',
  name: 'TPP-style',
  version: '1.0.0',
  route: 'PATIENT_SESSION',
  transport: 'xml',
  auth: 'mtls',
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
    reasonMaxLength: 200,
  },
};

export interface TppOptions {
  http: SupplierHttp;
  now: () => Date;
  providerId?: string;
}

interface TppSession {
  suid: string;
  patientId: string;
  onlineUserId: string;
  /** A suid serves one message at a time. */
  inTurn: ReturnType<typeof oneAtATime>;
}

interface Message {
  name: TppMessage;
  attributes: Readonly<Record<string, string | undefined>>;
  timeoutMs: number;
  changes?: boolean;
}

/** What came back: the reply's element, or the error that stands in its place, or an HTTP failure. */
type Answer =
  | { kind: 'REPLY'; value: unknown }
  | { kind: 'ERROR'; failure: SupplierFailure }
  | { kind: 'STATUS'; error: SupplierError; reply: HttpReply };

const { id: supplier, limits } = manifest;
const { timeoutMs } = limits;
const DAY = 86_400_000;
const HIGHEST_NOTES_LENGTH = 250;

export function tpp(options: TppOptions): GpSystem {
  const { http, now, providerId = 'gp-booking-gateway' } = options;
  const sessions = sessionCache<TppSession>({ ttlMs: manifest.sessionTtlMs ?? 1, now });

  async function post(message: Message, call: Call, suid?: string, children: readonly string[] = []) {
    const { name, attributes } = message;
    const headers = { 'content-type': 'text/xml; charset=utf-8', type: name, ...(suid && { suid }) };
    // A uuid of its own for every message: no promise is known that a repeated one would be recognised.
    const body = xmlElement(name, { apiVersion: '1', uuid: randomUUID(), ...attributes }, children);
    const reply = await http.send(
      {
        method: 'POST',
        path: '',
        headers,
        body,
        timeoutMs: message.timeoutMs,
        changes: message.changes ?? false,
      },
      call,
    );
    return { reply, answer: answerOf(name, reply) };
  }

  async function logOn({ practice, userId, key }: LinkedPatient, call: Call): Promise<TppSession> {
    const application = xmlElement('Application', {
      name: 'GPBookingGateway',
      version: '1',
      providerId,
      deviceType: 'web',
    });
    const attributes = { accountId: userId, passphrase: key, unitId: practice };
    const message: Message = { name: 'Authenticate', attributes, timeoutMs: timeoutMs.read };
    const { reply, answer } = await post(message, call, undefined, [application]);
    const { patientId, onlineUserId } = valueOf(AuthenticateReply, 'Authenticate', answer);
    const suid = reply.headers['suid'];
    if (!suid) throw badReply(supplier, 'the log-on came without a session');
    return { suid, patientId, onlineUserId, inTurn: oneAtATime() };
  }

  function within(
    session: TppSession,
    patient: LinkedPatient,
    message: Message,
    call: Call,
  ): Promise<Answer> {
    const { suid, patientId, onlineUserId } = session;
    const attributes = { unitId: patient.practice, patientId, onlineUserId, ...message.attributes };
    return session.inTurn(async () => (await post({ ...message, attributes }, call, suid)).answer);
  }

  /** Being logged off says that nothing was done, so the session is renewed once for commands too. */
  async function send(patient: LinkedPatient, message: Message, call: Call): Promise<Answer> {
    const session = () => beforehand(() => sessions.get(patient.cacheKey, () => logOn(patient, call)));
    const first = await session();
    const answer = await within(first, patient, message, call);
    if (answer.kind !== 'ERROR' || !isLoggedOff(message.name, answer.failure)) return answer;
    sessions.drop(patient.cacheKey, first);
    return within(await session(), patient, message, call);
  }

  async function search(ask: SlotSearch, call: Call) {
    const patient = linkageOf(supplier, ask.patient, ask.practice);
    const [first, last] = [londonDate(ask.from), londonDate(ask.to)];
    // Whole days, from midnight: a time that no clock change makes ambiguous.
    const attributes = {
      startDate: `${first}T00:00:00.0Z`,
      numberOfDays: String((Date.parse(last) - Date.parse(first)) / DAY + 1),
    };
    const message: Message = { name: 'ListSlots', attributes, timeoutMs: timeoutMs.search };
    const reply = valueOf(ListSlotsReply, 'ListSlots', await send(patient, message, call));
    return slotsOf(reply, ask.practice).filter((slot) => slot.startsAt >= ask.from && slot.endsAt <= ask.to);
  }

  async function list(patient: LinkedPatient, call: Call): Promise<SupplierAppointment[]> {
    const message: Message = { name: 'ViewAppointments', attributes: {}, timeoutMs: timeoutMs.read };
    return appointmentsOf(
      valueOf(ViewAppointmentsReply, 'ViewAppointments', await send(patient, message, call)),
    );
  }

  async function book(command: BookCommand, call: Call): Promise<BookOutcome> {
    const { slot } = command;
    const patient = linkageOf(supplier, command.patient, slot.practice);
    const key = SlotKey.parse(JSON.parse(slot.supplierData));
    const message: Message = {
      name: 'BookAppointment',
      attributes: { ...key, notes: notesOf(command) },
      timeoutMs: timeoutMs.book,
      changes: true,
    };
    const answer = await send(patient, message, call);
    if (answer.kind === 'STATUS') return outcomeOfStatus(answer.error, answer.reply, manifest.throttle);
    if (answer.kind === 'ERROR') {
      const refusal = bookRefusalOf(answer.failure);
      if (refusal) return { class: 'REJECTED', refusal };
    }
    valueOf(CommandReply, 'BookAppointment', answer);
    return { class: 'ACCEPTED', appointment: { id: await appointmentIdOf(patient, slot.id, call) } };
  }

  /**
   * The reply to a booking names no appointment. The list does; where that cannot be read the slot's key stands in,
   * which `cancel` understands too, since the booking itself is certain.
   */
  async function appointmentIdOf(patient: LinkedPatient, slotId: string, call: Call): Promise<string> {
    try {
      return (await list(patient, call)).find((one) => one.slotId === slotId)?.id ?? slotId;
    } catch (error) {
      if (error instanceof SupplierError) return slotId;
      throw error;
    }
  }

  async function cancel(command: CancelCommand, call: Call): Promise<CancelOutcome> {
    const { appointment, slot } = command;
    const patient = linkageOf(supplier, command.patient, command.practice);
    const listed = await beforehand(() => list(patient, call));
    const current =
      listed.find((one) => one.id === appointment.id) ?? listed.find((one) => one.slotId === appointment.id);
    if (!current) return { class: 'ACCEPTED' };
    if (current.slotId !== slot.id) return { class: 'REJECTED', refusal: 'CHANGED_MEANWHILE' };
    const attributes = { apptId: current.id };
    const answer = await send(
      patient,
      { name: 'CancelAppointment', attributes, timeoutMs: timeoutMs.cancel, changes: true },
      call,
    );
    if (answer.kind === 'STATUS') return outcomeOfStatus(answer.error, answer.reply, manifest.throttle);
    if (answer.kind === 'ERROR') {
      const refusal = cancelRefusalOf(answer.failure);
      if (refusal) return { class: 'REJECTED', refusal };
    }
    valueOf(CommandReply, 'CancelAppointment', answer);
    return { class: 'ACCEPTED' };
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
        // Nobody is logged on, and to be told so proves that somebody answers.
        const { reply } = await post({ name: 'Logoff', attributes: {}, timeoutMs: timeoutMs.read }, call);
        return { status: reply.status < 500 ? 'UP' : 'DEGRADED' };
      } catch (error) {
        return {
          status: error instanceof SupplierError && error.fault === 'BAD_REPLY' ? 'DEGRADED' : 'DOWN',
        };
      }
    },
  };
}

function notesOf({ reason, contactPhone, slot }: BookCommand): string | undefined {
  const words = reason?.slice(0, manifest.capabilities.reasonMaxLength);
  const phone = slot.mode === 'TELEPHONE' && contactPhone ? `Phone: ${contactPhone}` : undefined;
  return [words, phone].filter(Boolean).join(' ').slice(0, HIGHEST_NOTES_LENGTH) || undefined;
}

/** @throws SupplierError BAD_REPLY when the body is neither the message's reply nor an error. */
function answerOf(message: TppMessage, reply: HttpReply): Answer {
  const error = statusError(supplier, reply);
  if (error) return { kind: 'STATUS', error, reply };
  const read = readXml(reply.body);
  if (read?.root === 'Error')
    return { kind: 'ERROR', failure: parseAs(supplier, SupplierFailure, read.value) };
  if (read?.root !== `${message}Reply`) throw badReply(supplier, `the reply is not a ${message}Reply`);
  return { kind: 'REPLY', value: read.value };
}

/** @throws SupplierError for everything but the reply. */
function valueOf<T>(schema: z.ZodType<T>, message: TppMessage, answer: Answer): T {
  switch (answer.kind) {
    case 'REPLY':
      return parseAs(supplier, schema, answer.value);
    case 'ERROR':
      throw errorOf(supplier, message, answer.failure);
    case 'STATUS':
      throw answer.error;
  }
}
