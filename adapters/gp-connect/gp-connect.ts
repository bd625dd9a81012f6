import type { Adapter, Context } from '../adapter';
import { Bundle } from '../fhir/bundle';
import { outcomeCodes } from '../fhir/operation-outcome';
import type { BookCommand, BookOutcome, CancelCommand, CancelOutcome, Patient } from '../gp-system';
import {
  gpConnectExchanges,
  type GpConnectOptions,
  read,
  type SendInteraction,
  type Target,
} from './gp-connect.exchanges';
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
import * as requests from './gp-connect.requests';

/**
 * Speaks GP Connect Appointment Management 1.2.7, system to system: any practice that has opted in, for anybody, by
 * temporary registration. Facts and marks: GP Connect Appointment Management 1.2.7 (STU3), and the README here.
 */
export function gpConnect(options: GpConnectOptions): Adapter {
  const { now, consumer } = options;
  const { send, checkReachable } = gpConnectExchanges(options);

  async function book(command: BookCommand, context: Context): Promise<BookOutcome> {
    const { slot, patient, actor } = command;
    const target = { practice: slot.practice, actor };
    const slotData = SlotData.parse(JSON.parse(slot.supplierData));
    const registered =
      (await findPatient(send, target, patient, context)) ?? (await register(send, target, patient, context));
    if (!registered || !isSamePerson(registered, patient))
      return { class: 'REJECTED', refusal: 'PATIENT_NOT_ACCEPTED' };
    const appointment = { command, slotData, patientId: registered.id, createdAt: now() };
    const request = requests.booking(appointment, consumer);
    return bookOutcomeOf(await send(request, target, context), manifest);
  }

  return {
    async *searchSlots(search, context) {
      const request = requests.slotSearch(search, consumer);
      yield slotsOf(read(Bundle, await send(request, search, context)), search.practice);
    },

    book,

    async readBack(probe, context) {
      const patient = await findPatient(send, probe, probe.patient, context);
      if (!patient) return [];
      const request = requests.patientAppointments(patient.id, probe.slot.startsAt, now());
      return appointmentsIn(read(Bundle, await send(request, probe, context)), probe.marker);
    },

    async cancel(command, context) {
      const outcome = await cancelOnce(send, command, context);
      if (outcome) return outcome;
      // A stale version: nothing was changed, so read again and decide anew, once.
      context.commandProvenUndone();
      const again = await cancelOnce(send, command, context);
      return again ?? { class: 'REJECTED', refusal: 'CHANGED_MEANWHILE' };
    },

    health: async (context) => ({ status: (await checkReachable(context)).status < 500 ? 'UP' : 'DEGRADED' }),
  };
}

/** Returns the patient as active at the practice; undefined also for the sensitive, whom the practice does not show. */
async function findPatient(
  send: SendInteraction,
  target: Target,
  patient: Patient,
  context: Context,
): Promise<FhirPatient | undefined> {
  return patientIn(read(Bundle, await send(requests.patientSearch(patient), target, context)));
}

/** Registers the patient temporarily; undefined when the practice, or the national register, will not have them. */
async function register(
  send: SendInteraction,
  target: Target,
  patient: Patient,
  context: Context,
): Promise<FhirPatient | undefined> {
  const reply = await send(requests.registration(patient), target, context);
  const { details: codes } = outcomeCodes(reply.body);
  if (codes.includes('DUPLICATE_REJECTED')) return findPatient(send, target, patient, context);
  if (codes.includes('INVALID_PATIENT_DEMOGRAPHICS') || codes.includes('INVALID_NHS_NUMBER'))
    return undefined;
  return patientIn(read(Bundle, reply));
}

/** Returns null when the appointment was changed between our reading and our writing it. */
async function cancelOnce(
  send: SendInteraction,
  command: CancelCommand,
  context: Context,
): Promise<CancelOutcome | null> {
  const found = await send(requests.appointment(command.appointment.id), command, context);
  if (found.status === 404) return { class: 'REJECTED', refusal: 'NOT_FOUND' };
  const current = read(FhirAppointment, found);
  if (current.status === 'cancelled') return { class: 'ACCEPTED' };
  if (slotIdOf(current) !== command.slot.id) return { class: 'REJECTED', refusal: 'CHANGED_MEANWHILE' };
  const request = requests.cancellation(command.appointment.id, current);
  return cancelOutcomeOf(await send(request, command, context), manifest);
}
