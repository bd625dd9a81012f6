import type { OdsCode } from '../../domain/ods-code';
import { Bundle } from '../fhir/bundle';
import { outcomeCodes } from '../fhir/operation-outcome';
import type { Adapter, Context } from '../adapter';
import type { Actor, BookCommand, BookOutcome, CancelCommand, CancelOutcome, Patient } from '../gp-system';
import { type FhirRequest, gpConnectExchanges, type GpConnectOptions, read } from './gp-connect.exchanges';
import { manifest } from './gp-connect.manifest';
import { bookOutcomeOf, cancelOutcomeOf } from './gp-connect.outcomes';
import {
  appointmentsIn,
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
  slotQuery,
} from './gp-connect.requests';

/**
 * GP Connect Appointment Management 1.2.7, system to system: any practice that has opted in, for anybody, by
 * temporary registration. Facts and marks: GP Connect Appointment Management 1.2.7 (STU3), and the README here.
 */
export function gpConnect(options: GpConnectOptions): Adapter {
  const { now, consumer } = options;
  const { send, reachable } = gpConnectExchanges(options);

  /** The patient as active at the practice; undefined also for the sensitive, whom the practice does not show. */
  async function findPatient(at: { practice: OdsCode; actor: Actor }, patient: Patient, context: Context) {
    const query = [['identifier', `${NHS_NUMBER_SYSTEM}|${patient.nhsNumber}`]] as const;
    const reply = await send('findPatient', at, { method: 'GET', path: '/Patient', query }, context);
    return patientIn(read(Bundle, reply));
  }

  /** Temporary registration; undefined when the practice, or the national register, will not have them. */
  async function register(at: { practice: OdsCode; actor: Actor }, patient: Patient, context: Context) {
    const request: FhirRequest = {
      method: 'POST',
      path: '/Patient/$gpc.registerpatient',
      body: registration(patient),
    };
    const reply = await send('register', at, request, context);
    const { details: codes } = outcomeCodes(reply.body);
    if (codes.includes('DUPLICATE_REJECTED')) return findPatient(at, patient, context);
    if (codes.includes('INVALID_PATIENT_DEMOGRAPHICS') || codes.includes('INVALID_NHS_NUMBER'))
      return undefined;
    return patientIn(read(Bundle, reply));
  }

  async function book(command: BookCommand, context: Context): Promise<BookOutcome> {
    const { slot, patient, actor } = command;
    const at = { practice: slot.practice, actor };
    const slotData = SlotData.parse(JSON.parse(slot.supplierData));
    const theirs: FhirPatient | undefined =
      (await findPatient(at, patient, context)) ?? (await register(at, patient, context));
    if (!theirs || !isSamePerson(theirs, patient))
      return { class: 'REJECTED', refusal: 'PATIENT_NOT_ACCEPTED' };
    const body = appointment(command, slotData, theirs.id, consumer, now());
    return bookOutcomeOf(
      await send('book', at, { method: 'POST', path: '/Appointment', body }, context),
      manifest,
    );
  }

  /** Null when the appointment was changed between our reading and our writing it. */
  async function cancelOnce(command: CancelCommand, context: Context): Promise<CancelOutcome | null> {
    const path = `/Appointment/${encodeURIComponent(command.appointment.id)}`;
    const found = await send('read', command, { method: 'GET', path }, context);
    if (found.status === 404) return { class: 'REJECTED', refusal: 'NOT_FOUND' };
    const current = read(FhirAppointment, found);
    if (current.status === 'cancelled') return { class: 'ACCEPTED' };
    if (slotIdOf(current) !== command.slot.id) return { class: 'REJECTED', refusal: 'CHANGED_MEANWHILE' };
    const request: FhirRequest = {
      method: 'PUT',
      path,
      body: cancelled(current),
      version: current.meta?.versionId,
    };
    return cancelOutcomeOf(await send('cancel', command, request, context), manifest);
  }

  return {
    async *searchSlots(ask, context) {
      const request: FhirRequest = { method: 'GET', path: '/Slot', query: slotQuery(ask, consumer) };
      yield slotsOf(read(Bundle, await send('searchSlots', ask, request, context)), ask.practice);
    },

    book,

    async readBack(probe, context) {
      const theirs = await findPatient(probe, probe.patient, context);
      if (!theirs) return [];
      const path = `/Patient/${encodeURIComponent(theirs.id)}/Appointment`;
      const query = appointmentsQuery(probe.slot.startsAt, now());
      return appointmentsIn(
        read(Bundle, await send('retrieve', probe, { method: 'GET', path, query }, context)),
        probe.marker,
      );
    },

    async cancel(command, context) {
      const outcome = await cancelOnce(command, context);
      if (outcome) return outcome;
      // A stale version: nothing was changed, so read again and decide anew, once.
      context.commandProvenUndone();
      return (await cancelOnce(command, context)) ?? { class: 'REJECTED', refusal: 'CHANGED_MEANWHILE' };
    },

    health: async (context) => ({ status: (await reachable(context)).status < 500 ? 'UP' : 'DEGRADED' }),
  };
}
