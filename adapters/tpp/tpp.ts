import { londonDate } from '../../domain/london-time';
import {
  type BookCommand,
  type BookOutcome,
  type Call,
  type CancelCommand,
  type CancelOutcome,
  type GpSystem,
  type SlotSearch,
  type SupplierAppointment,
  SupplierError,
} from '../gp-system';
import { linkageOf, type LinkedPatient } from '../linkage-of';
import { beforehand, outcomeOfError, outcomeOfStatus } from '../outcome';
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
import { type Message, type TppOptions, tppSessions, valueOf } from './tpp.sessions';

const { id: supplier, limits } = manifest;
const { timeoutMs } = limits;
const DAY = 86_400_000;
const HIGHEST_NOTES_LENGTH = 250;

/**
 * TPP-style patient interface: XML messages to one URL, one session per linked patient. Facts and marks:
 * publicly readable client code, and the README here.
 */
export function tpp(options: TppOptions): GpSystem {
  const { send, reachable } = tppSessions(options);

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
        return { status: (await reachable(call)).status < 500 ? 'UP' : 'DEGRADED' };
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
