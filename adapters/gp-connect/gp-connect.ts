import type { Adapter, Context } from '../adapter';
import { Bundle } from '../fhir/bundle';
import { cancelOutcomeOfStatus } from '../fhir/appointment-status';
import { spokenName } from '../fhir/human-name';
import { outcomeCodes } from '../fhir/operation-outcome';
import { bundlePages, type Query, wholeBundle } from '../fhir/pages';
import { idIn, ResourceId } from '../fhir/references';
import {
  type BookCommand,
  type BookOutcome,
  type CancelCommand,
  type CancelOutcome,
  type Patient,
  type ReadBackProbe,
  type SupplierAppointment,
  SupplierError,
} from '../gp-system';
import { badReply, statusError } from '../http/parse-reply';
import {
  type FhirRequest,
  gpConnectExchanges,
  type GpConnectOptions,
  read,
  type SendInteraction,
  type Target,
} from './gp-connect.exchanges';
import { manifest } from './gp-connect.manifest';
import { bookOutcomeOf, cancelOutcomeOf, versionOf } from './gp-connect.outcomes';
import {
  appointmentsIn,
  FhirAppointment,
  type FhirPatient,
  isFor,
  isSamePerson,
  type Listed,
  patientIn,
  Practitioner,
  SlotData,
  slotIdsOf,
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
    const data = SlotData.parse(JSON.parse(slot.supplierData));
    const registered =
      (await findPatient(send, target, patient, context)) ?? (await register(send, target, command, context));
    if (!registered || !isSamePerson(registered, patient))
      return { class: 'REJECTED', refusal: 'PATIENT_NOT_ACCEPTED' };
    const patientId = registered.id;
    const request = requests.booking({ command, slotData: data, patientId, createdAt: now() }, consumer);
    return bookOutcomeOf(await send(request, target, context), { slot, data, patientId });
  }

  return {
    async *searchSlots(search, context) {
      const list = listOf(requests.slotSearch(search, consumer), send, search, context);
      for await (const page of bundlePages(...list))
        yield slotsOf(page, search.practice, (reason) => context.leaveOut(reason));
    },

    book,

    async readBack(probe, context) {
      const patient = await findPatient(send, probe, probe.patient, context);
      // They were found or registered for the booking: that they are not shown now says nothing of their appointments.
      if (!patient) throw notShown();
      const request = requests.patientAppointments(patient.id, probe.slot.startsAt, now());
      const list = await wholeBundle(...listOf(request, send, probe, context));
      const listed = appointmentsIn(list, probe, patient.id);
      return Promise.all(listed.map((one) => withClinician(one, send, probe, context)));
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
  const reply = await send(requests.patientSearch(patient), target, context);
  return patientIn(read(Bundle, reply), patient.nhsNumber);
}

/** Registers the patient temporarily; undefined when the practice, or the national register, will not have them. */
async function register(
  send: SendInteraction,
  target: Target,
  { patient, contactPhone }: BookCommand,
  context: Context,
): Promise<FhirPatient | undefined> {
  const reply = await send(requests.registration(patient, contactPhone), target, context);
  const { details: codes } = outcomeCodes(reply.body);
  if (codes.includes('DUPLICATE_REJECTED')) return findPatient(send, target, patient, context);
  if (codes.includes('INVALID_PATIENT_DEMOGRAPHICS') || codes.includes('INVALID_NHS_NUMBER'))
    return undefined;
  const registered = patientIn(read(Bundle, reply), patient.nhsNumber);
  if (!registered) throw badReply(manifest.id, 'a registration names nobody');
  return registered;
}

/** Returns null when the appointment was changed between our reading and our writing it. */
async function cancelOnce(
  send: SendInteraction,
  command: CancelCommand,
  context: Context,
): Promise<CancelOutcome | null> {
  const { appointment, slot, patient } = command;
  const [found, owner] = await Promise.all([
    send(requests.appointment(appointment.id), command, context),
    findPatient(send, command, patient, context).catch(unlessShown),
  ]);
  if (found.status === 404 && outcomeCodes(found.body).details.includes('NO_RECORD_FOUND'))
    return { class: 'REJECTED', refusal: 'NOT_FOUND' };
  // An appointment that is past can be neither read nor cancelled.
  if (found.status === 422 && outcomeCodes(found.body).details.includes('INVALID_RESOURCE'))
    return { class: 'REJECTED', refusal: 'INVALID_REQUEST' };
  const current = read(FhirAppointment, found);
  if (current.id !== appointment.id) throw badReply(manifest.id, 'the appointment is not the one asked for');
  // Who is no longer shown, or cannot be looked up, may cancel all the same: id and slot are theirs.
  if (owner && !isFor(current, owner.id)) return { class: 'REJECTED', refusal: 'NOT_FOUND' };
  const decided = cancelOutcomeOfStatus(manifest.id, current.status);
  if (decided) return decided;
  if (!slotIdsOf(current).includes(slot.id)) return { class: 'REJECTED', refusal: 'CHANGED_MEANWHILE' };
  const request = requests.cancellation(current, versionOf(current, found));
  return cancelOutcomeOf(await send(request, command, context), current);
}

/** An Appointment refers to its practitioner, whose name is read where it is our appointment and not the one we know. */
async function withClinician(
  { appointment, practitioner }: Listed,
  send: SendInteraction,
  { slot, practice, actor }: ReadBackProbe,
  context: Context,
): Promise<SupplierAppointment> {
  if (!practitioner || appointment.carriesMarker !== true) return appointment;
  const known = SlotData.safeParse(valueOf(slot.supplierData)).data?.practitioner;
  if (practitioner === known) return { ...appointment, clinicianName: slot.clinicianName };
  const { data: id } = ResourceId.safeParse(idIn(practitioner, 'Practitioner'));
  if (id === undefined) return appointment;
  const request = requests.practitioner(id);
  const reply = await send(request, { practice, actor }, context);
  return statusError(manifest.id, reply)
    ? appointment
    : { ...appointment, clinicianName: spokenName(read(Practitioner, reply).name) };
}

function listOf(
  { query = [], ...request }: FhirRequest,
  send: SendInteraction,
  target: Target,
  context: Context,
): Parameters<typeof bundlePages> {
  const fetchPage = async (asked: Query) =>
    read(Bundle, await send({ ...request, query: asked }, target, context));
  return [{ supplier: manifest.id, path: request.path, query }, fetchPage];
}

function unlessShown(error: unknown): undefined {
  if (!(error instanceof SupplierError)) throw error;
  return undefined;
}

function notShown(): SupplierError {
  return new SupplierError(manifest.id, 'NOT_PERMITTED', {
    mayHaveBeenSent: true,
    message: `${manifest.id}: the practice does not show the patient, so nothing is known of their appointments`,
  });
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
