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
  Patient,
  Slot,
  SlotSearch,
} from '../gp-system';
import { beforehand, outcomeOfError } from '../outcome';
import { type FhirRequest, gpConnectExchanges, type GpConnectOptions, read } from './gp-connect.exchanges';
import { manifest } from './gp-connect.manifest';
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

/**
 * GP Connect Appointment Management 1.2.7, system to system: any practice that has opted in, for anybody, by
 * temporary registration. Facts and marks: GP Connect Appointment Management 1.2.7 (STU3), and the README here.
 */
export function gpConnect(options: GpConnectOptions): GpSystem {
  const { now, consumer } = options;
  const { send, reachable } = gpConnectExchanges(options);

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
        return { status: (await reachable(call)).status < 500 ? 'UP' : 'DEGRADED' };
      } catch {
        return { status: 'DOWN' };
      }
    },
  };
}
