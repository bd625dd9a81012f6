import { londonDate } from '../../domain/london-time';
import type { Adapter, Context } from '../adapter';
import {
  type BookCommand,
  type CancelCommand,
  type CancelOutcome,
  type Slot,
  type SlotSearch,
  type SupplierAppointment,
  SupplierError,
} from '../gp-system';
import { linkageOf, type LinkedPatient } from '../linkage-of';
import { outcomeOfStatus } from '../http/outcome-of-status';
import { badReply } from '../http/parse-reply';
import { manifest } from './tpp.manifest';
import { bookRefusalOf, cancelRefusalOf } from './tpp.outcomes';
import {
  appointmentsOf,
  CommandReply,
  ListSlotsReply,
  SlotKey,
  slotsOf,
  ViewAppointmentsReply,
} from './tpp.replies';
import { type Message, type SendInSession, type TppOptions, tppSessions, valueOf } from './tpp.sessions';

const { id: supplier, limits } = manifest;
const { timeoutMs } = limits;
const DAY = 86_400_000;
const MAX_NOTES_LENGTH = 250;

/**
 * Speaks the TPP-style patient interface: XML messages to one URL, one session per linked patient. Facts and marks:
 * publicly readable client code, and the README here.
 */
export function tpp(options: TppOptions): Adapter {
  const { send, isWell } = tppSessions(options);
  return {
    async *searchSlots(search, context) {
      yield await searchSlots(send, search, context);
    },
    async book(command, context) {
      const { slot } = command;
      const patient = linkageOf(supplier, command.patient, slot.practice);
      const key = SlotKey.parse(JSON.parse(slot.supplierData));
      const message: Message = {
        name: 'BookAppointment',
        attributes: { ...key, notes: notesOf(command) },
        timeoutMs: timeoutMs.book,
        effect: 'COMMAND',
      };
      const answer = await send(patient, message, context);
      if (answer.kind === 'STATUS') return outcomeOfStatus(answer.error, answer.reply, manifest.throttle);
      if (answer.kind === 'ERROR') {
        const refusal = bookRefusalOf(answer.failure);
        if (refusal) return { class: 'REJECTED', refusal };
      }
      valueOf(CommandReply, 'BookAppointment', answer);
      const id = await findAppointmentId(send, patient, slot.id, context);
      return { class: 'ACCEPTED', appointment: { id } };
    },
    readBack: async (probe, context) =>
      listAppointments(send, linkageOf(supplier, probe.patient, probe.practice), context),
    cancel: (command, context) => cancel(send, command, context),
    health: async (context) => ({ status: (await isWell(context)) ? 'UP' : 'DEGRADED' }),
  };
}

async function searchSlots(send: SendInSession, search: SlotSearch, context: Context): Promise<Slot[]> {
  const patient = linkageOf(supplier, search.patient, search.practice);
  const [first, last] = [londonDate(search.from), londonDate(search.to)];
  // Whole days, from midnight: a time that no clock change makes ambiguous.
  const attributes = {
    startDate: `${first}T00:00:00.0Z`,
    numberOfDays: String((Date.parse(last) - Date.parse(first)) / DAY + 1),
  };
  const message: Message = { name: 'ListSlots', attributes, timeoutMs: timeoutMs.search };
  const reply = valueOf(ListSlotsReply, 'ListSlots', await send(patient, message, context));
  return slotsOf(reply, search.practice, (reason) => context.leaveOut(reason));
}

async function listAppointments(
  send: SendInSession,
  patient: LinkedPatient,
  context: Context,
): Promise<SupplierAppointment[]> {
  const message: Message = { name: 'ViewAppointments', attributes: {}, timeoutMs: timeoutMs.read };
  const answer = await send(patient, message, context);
  return appointmentsOf(valueOf(ViewAppointmentsReply, 'ViewAppointments', answer));
}

/**
 * Returns the id of the appointment on the slot, which the reply to a booking does not name. Where the list cannot be
 * read, the slot's key is returned, which `cancel` understands too, since the booking itself was accepted.
 * @throws SupplierError BAD_REPLY where the list can be read and lacks it: then the acceptance is in doubt.
 */
async function findAppointmentId(
  send: SendInSession,
  patient: LinkedPatient,
  slotId: string,
  context: Context,
): Promise<string> {
  const listed = await listAppointments(send, patient, context).catch((error: unknown) => {
    if (error instanceof SupplierError) return null;
    throw error;
  });
  if (listed === null) return slotId;
  const booked = listed.find((one) => one.slotId === slotId);
  if (!booked) throw badReply(supplier, 'the appointments do not show what was accepted');
  return booked.id;
}

async function cancel(send: SendInSession, command: CancelCommand, context: Context): Promise<CancelOutcome> {
  const { appointment, slot } = command;
  const patient = linkageOf(supplier, command.patient, command.practice);
  const listed = await listAppointments(send, patient, context);
  const current =
    listed.find((one) => one.id === appointment.id) ?? listed.find((one) => one.slotId === appointment.id);
  // Cancelled ones are not listed, and not only those.
  if (!current) return { class: 'REJECTED', refusal: 'NOT_FOUND' };
  if (current.slotId !== slot.id) return { class: 'REJECTED', refusal: 'CHANGED_MEANWHILE' };
  const attributes = { apptId: current.id };
  const answer = await send(
    patient,
    { name: 'CancelAppointment', attributes, timeoutMs: timeoutMs.cancel, effect: 'COMMAND' },
    context,
  );
  if (answer.kind === 'STATUS') return outcomeOfStatus(answer.error, answer.reply, manifest.throttle);
  if (answer.kind === 'ERROR') {
    const refusal = cancelRefusalOf(answer.failure);
    if (refusal) return { class: 'REJECTED', refusal };
  }
  valueOf(CommandReply, 'CancelAppointment', answer);
  return { class: 'ACCEPTED' };
}

/** The number comes first, so that no system cuts it off. */
function notesOf({ reason, contactPhone }: BookCommand): string | undefined {
  const phone = contactPhone && `Phone: ${contactPhone}`;
  return [phone, reason].filter(Boolean).join(' ').slice(0, MAX_NOTES_LENGTH) || undefined;
}
