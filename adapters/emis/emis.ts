import type { Adapter, Context } from '../adapter';
import type { BookCommand, CancelCommand, CancelOutcome, SupplierAppointment } from '../gp-system';
import { linkageOf, type LinkedPatient } from '../linkage-of';
import { manifest } from './emis.manifest';
import { bookOutcomeOf, cancelOutcomeOf } from './emis.outcomes';
import {
  Appointments,
  appointmentsOf,
  Demographics,
  PracticeSettings,
  SessionsOfSlots,
  SlotsMeta,
  slotsOf,
} from './emis.replies';
import * as requests from './emis.requests';
import { type EmisOptions, emisSessions, read, type SendInSession } from './emis.sessions';

const { id: supplier } = manifest;
const WITHOUT_REASON = 'Booked online after a symptom check';

/**
 * Speaks the EMIS-style patient interface: JSON, one session per linked patient. Facts and marks:
 * publicly readable client code, and the README here.
 */
export function emis(options: EmisOptions): Adapter {
  const { send, checkReachable } = emisSessions(options);
  return {
    async *searchSlots(search, context) {
      const patient = linkageOf(supplier, search.patient, search.practice);
      const meta = read(SlotsMeta, await send(patient, requests.slotsMeta(search), context));
      const sessions = read(SessionsOfSlots, await send(patient, requests.slots(search), context));
      yield slotsOf(meta, sessions, search.practice, (reason) => context.leaveOut(reason));
    },
    async book(command, context) {
      const { slot } = command;
      const patient = linkageOf(supplier, command.patient, slot.practice);
      const [settings, phone] = await Promise.all([
        send(patient, requests.practiceSettings(patient.practice), context),
        contactPhone(send, patient, command, context),
      ]);
      const reason = bookingReason(read(PracticeSettings, settings), command);
      const reply = await send(patient, requests.booking(slot, { reason, phone }), context);
      return bookOutcomeOf(reply, slot.id, manifest);
    },
    readBack: async (probe, context) =>
      listAppointments(send, linkageOf(supplier, probe.patient, probe.practice), context),
    cancel: (command, context) => cancel(send, command, context),
    health: async (context) => ({ status: (await checkReachable(context)).status < 500 ? 'UP' : 'DEGRADED' }),
  };
}

/** The reason is mandatory until the practice's settings say otherwise. */
function bookingReason(
  { InputRequirements }: PracticeSettings,
  { reason = WITHOUT_REASON }: BookCommand,
): string | undefined {
  const requirement = InputRequirements.AppointmentBookingReason;
  return requirement === 'NotRequested' || requirement === 'NotAllowed' ? undefined : reason;
}

/** A telephone slot needs a number: the patient's own for this booking, else the one the practice knows. */
async function contactPhone(
  send: SendInSession,
  patient: LinkedPatient,
  command: BookCommand,
  context: Context,
): Promise<string | undefined> {
  if (command.slot.mode !== 'TELEPHONE' || command.contactPhone) return command.contactPhone;
  const reply = await send(patient, requests.demographics, context);
  const { MobileNumber, TelephoneNumber } = read(Demographics, reply).ContactDetails;
  return MobileNumber ?? TelephoneNumber ?? undefined;
}

async function listAppointments(
  send: SendInSession,
  patient: LinkedPatient,
  context: Context,
): Promise<SupplierAppointment[]> {
  return appointmentsOf(read(Appointments, await send(patient, requests.appointments, context)));
}

/** The slot's id is the appointment's only key, so it is the slot on which it now stands that is given back. */
async function cancel(send: SendInSession, command: CancelCommand, context: Context): Promise<CancelOutcome> {
  const patient = linkageOf(supplier, command.patient, command.practice);
  const request = requests.cancellation(command.slot.id);
  return cancelOutcomeOf(await send(patient, request, context), manifest);
}
