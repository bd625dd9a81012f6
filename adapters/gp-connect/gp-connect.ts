import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { OdsCode } from '../../domain/ods-code';
import { outcomeCodes } from '../fhir/operation-outcome';
import type {
  Actor,
  BookCommand,
  BookOutcome,
  Call,
  CancelCommand,
  CancelOutcome,
  GpSystem,
  Manifest,
  Patient,
  Slot,
  SlotSearch,
} from '../gp-system';
import { beforehand, outcomeOfError } from '../outcome';
import { parseJson, statusError } from '../parse-reply';
import type { HttpReply, HttpRequest, SupplierHttp } from '../supplier-http';
import { bookOutcomeOf, cancelOutcomeOf } from './gp-connect.outcomes';
import {
  appointmentsIn,
  Bundle,
  FhirAppointment,
  type FhirPatient,
  isSamePerson,
  patientIn,
  SlotData,
  slotIdOf,
  slotsOf,
} from './gp-connect.replies';
import {
  appointment,
  appointmentsQuery,
  cancelled,
  NHS_NUMBER_SYSTEM,
  registration,
  searchRanges,
  slotQuery,
} from './gp-connect.requests';
import { auditToken, type ConsumerOrganisation } from './jwt';

/**
 * GP Connect Appointment Management 1.2.7, system to system: any practice that has opted in, for anybody, by
 * temporary registration. Facts and marks: `/work/shared/reference/suppliers.md`, section 5, and the README here.
 */
export const manifest: Manifest = {
  id: 'gp-connect',
  name: 'GP Connect-style',
  version: '1.0.0',
  route: 'NETWORK',
  transport: 'fhir',
  auth: 'jwt',
  limits: {
    concurrency: 40,
    searchWindowDays: 56,
    timeoutMs: { search: 5_000, book: 8_000, read: 5_000, cancel: 8_000 },
    settleMs: 16_000,
  },
  // The proxy refuses before it forwards (inferred; see README).
  throttle: '429NotExecuted',
  capabilities: {
    modes: ['IN_PERSON', 'TELEPHONE', 'VIDEO'],
    bookIdempotency: 'none',
    readBack: 'byPatient',
    marker: { field: 'Appointment.comment', maxLength: 500 },
    cancel: true,
    cancelVersioned: true,
    reasonMaxLength: 0,
  },
};

export interface GpConnectOptions {
  http: SupplierHttp;
  now: () => Date;
  consumer: ConsumerOrganisation;
  /** The practice's own base URL, named in tokens and after the proxy's. Spine looks it up in SDS. */
  providerUrl?: (practice: OdsCode) => string;
  providerAsid?: (practice: OdsCode) => string;
}

const FHIR_JSON = 'application/fhir+json';
const { id: supplier, limits } = manifest;
const { timeoutMs } = limits;

/** Each exchange has its Spine interaction, the scope its token asks for, and its time. */
const EXCHANGES = {
  searchSlots: {
    interaction: 'rest:search:slot-1',
    scope: 'organization/*.read',
    timeoutMs: timeoutMs.search,
  },
  findPatient: { interaction: 'rest:search:patient-1', scope: 'patient/*.read', timeoutMs: timeoutMs.read },
  register: {
    interaction: 'operation:gpc.registerpatient-1',
    scope: 'patient/*.write',
    timeoutMs: timeoutMs.book,
  },
  book: { interaction: 'rest:create:appointment-1', scope: 'patient/*.write', timeoutMs: timeoutMs.book },
  retrieve: {
    interaction: 'rest:search:patient_appointments-1',
    scope: 'patient/*.read',
    timeoutMs: timeoutMs.read,
  },
  read: { interaction: 'rest:read:appointment-1', scope: 'patient/*.read', timeoutMs: timeoutMs.read },
  cancel: { interaction: 'rest:cancel:appointment-1', scope: 'patient/*.write', timeoutMs: timeoutMs.cancel },
} as const;

interface FhirRequest {
  method: HttpRequest['method'];
  path: string;
  query?: HttpRequest['query'];
  body?: object;
  version?: string | undefined;
}

export function gpConnect(options: GpConnectOptions): GpSystem {
  const { http, now, consumer } = options;
  const providerAsid = options.providerAsid ?? ((practice) => `SIM-${practice}`);
  const providerUrl = options.providerUrl ?? ((practice) => `https://provider.invalid${basePath(practice)}`);

  /** One exchange with one practice on behalf of one actor, with a token of its own. */
  function send(
    exchange: keyof typeof EXCHANGES,
    { practice, actor }: { practice: OdsCode; actor: Actor },
    request: FhirRequest,
    call: Call,
  ): Promise<HttpReply> {
    const { interaction, scope, timeoutMs } = EXCHANGES[exchange];
    const { method, path, query, body, version } = request;
    const token = auditToken({ consumer, actor, scope, audience: providerUrl(practice), now: now() });
    const headers = {
      accept: FHIR_JSON,
      authorization: `Bearer ${token}`,
      'ssp-traceid': randomUUID(),
      'ssp-from': consumer.asid,
      'ssp-to': providerAsid(practice),
      'ssp-interactionid': `urn:nhs:names:services:gpconnect:fhir:${interaction}`,
      ...(body && { 'content-type': FHIR_JSON }),
      ...(version && { 'if-match': `W/"${version}"` }),
    };
    const content = { ...(query && { query }), ...(body && { body: JSON.stringify(body) }) };
    const changes = scope === 'patient/*.write';
    return http.send(
      { method, path: basePath(practice) + path, headers, timeoutMs, changes, ...content },
      call,
    );
  }

  async function searchRange(ask: SlotSearch, range: { from: Date; to: Date }, call: Call): Promise<Slot[]> {
    const request: FhirRequest = { method: 'GET', path: '/Slot', query: slotQuery(range, consumer) };
    const slots = slotsOf(read(Bundle, await send('searchSlots', ask, request, call)), ask.practice);
    return slots.filter((slot) => slot.startsAt >= ask.from && slot.endsAt <= ask.to);
  }

  /** The patient as active at the practice; undefined also for the sensitive, whom the practice does not show. */
  async function findPatient(at: { practice: OdsCode; actor: Actor }, patient: Patient, call: Call) {
    const query = [['identifier', `${NHS_NUMBER_SYSTEM}|${patient.nhsNumber}`]] as const;
    const reply = await send('findPatient', at, { method: 'GET', path: '/Patient', query }, call);
    return patientIn(read(Bundle, reply));
  }

  /** Temporary registration; undefined when the practice, or the national register, will not have them. */
  async function register(at: { practice: OdsCode; actor: Actor }, patient: Patient, call: Call) {
    const request: FhirRequest = {
      method: 'POST',
      path: '/Patient/$gpc.registerpatient',
      body: registration(patient),
    };
    const reply = await send('register', at, request, call);
    const codes = outcomeCodes(reply.body);
    if (codes.includes('DUPLICATE_REJECTED')) return findPatient(at, patient, call);
    if (codes.includes('INVALID_PATIENT_DEMOGRAPHICS') || codes.includes('INVALID_NHS_NUMBER'))
      return undefined;
    return patientIn(read(Bundle, reply));
  }

  async function book(command: BookCommand, call: Call): Promise<BookOutcome> {
    const { slot, patient, actor } = command;
    const at = { practice: slot.practice, actor };
    const slotData = SlotData.parse(JSON.parse(slot.supplierData));
    const theirs = await beforehand(
      async (): Promise<FhirPatient | undefined> =>
        (await findPatient(at, patient, call)) ?? (await register(at, patient, call)),
    );
    if (!theirs || !isSamePerson(theirs, patient))
      return { class: 'REJECTED', refusal: 'PATIENT_NOT_ACCEPTED' };
    const body = appointment(command, slotData, theirs.id, consumer, now());
    return bookOutcomeOf(
      await send('book', at, { method: 'POST', path: '/Appointment', body }, call),
      manifest,
    );
  }

  /** Null when the appointment was changed between our reading and our writing it. */
  async function cancelOnce(command: CancelCommand, call: Call): Promise<CancelOutcome | null> {
    const path = `/Appointment/${encodeURIComponent(command.appointment.id)}`;
    const current = await beforehand(async () => {
      const reply = await send('read', command, { method: 'GET', path }, call);
      return reply.status === 404 ? null : read(FhirAppointment, reply);
    });
    if (!current) return { class: 'REJECTED', refusal: 'NOT_FOUND' };
    if (current.status === 'cancelled') return { class: 'ACCEPTED' };
    if (slotIdOf(current) !== command.slot.id) return { class: 'REJECTED', refusal: 'CHANGED_MEANWHILE' };
    const request: FhirRequest = {
      method: 'PUT',
      path,
      body: cancelled(current),
      version: current.meta?.versionId,
    };
    return cancelOutcomeOf(await send('cancel', command, request, call), manifest);
  }

  return {
    manifest,

    async *searchSlots(ask, call) {
      const seen = new Set<string>();
      for (const range of searchRanges(ask.from, ask.to)) {
        const page = (await searchRange(ask, range, call)).filter(({ id }) => !seen.has(id) && seen.add(id));
        yield page;
      }
    },

    async book(command, call) {
      try {
        return await book(command, call);
      } catch (error) {
        return outcomeOfError(error);
      }
    },

    async readBack(probe, call) {
      const theirs = await findPatient(probe, probe.patient, call);
      if (!theirs) return [];
      const path = `/Patient/${encodeURIComponent(theirs.id)}/Appointment`;
      const query = appointmentsQuery(probe.slot.startsAt, now());
      return appointmentsIn(
        read(Bundle, await send('retrieve', probe, { method: 'GET', path, query }, call)),
        probe.marker,
      );
    },

    async cancel(command, call) {
      if (command.slot.startsAt <= now()) return { class: 'REJECTED', refusal: 'TOO_LATE' };
      try {
        // On a stale version: read again and decide anew, once.
        const outcome = (await cancelOnce(command, call)) ?? (await cancelOnce(command, call));
        return outcome ?? { class: 'REJECTED', refusal: 'CHANGED_MEANWHILE' };
      } catch (error) {
        return outcomeOfError(error);
      }
    },

    async health(call) {
      try {
        const { status } = await http.send(
          { method: 'GET', path: '/health', timeoutMs: timeoutMs.read },
          call,
        );
        return { status: status < 500 ? 'UP' : 'DEGRADED' };
      } catch {
        return { status: 'DOWN' };
      }
    },
  };
}

function basePath(practice: OdsCode): string {
  return `/${practice}/STU3/1/gpconnect/fhir`;
}

function read<T>(schema: z.ZodType<T>, reply: HttpReply): T {
  const failure = statusError(supplier, reply);
  if (failure) throw failure;
  return parseJson(supplier, schema, reply.body);
}
