import { wallClock } from '../../domain/london-time';
import type {
  BookCommand,
  BookOutcome,
  Call,
  CancelCommand,
  CancelOutcome,
  GpSystem,
  SlotSearch,
} from '../gp-system';
import { linkageOf, type LinkedPatient } from '../linkage-of';
import { beforehand, outcomeOfError } from '../outcome';
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
import { type Ask, type EmisOptions, emisSessions, read } from './emis.sessions';

const { id: supplier, limits } = manifest;
const { timeoutMs } = limits;
const WITHOUT_REASON = 'Booked online after a symptom check';

/**
 * EMIS-style patient interface: JSON, one session per linked patient. Facts and marks:
 * publicly readable client code, and the README here.
 */
export function emis(options: EmisOptions): GpSystem {
  const { send, reachable } = emisSessions(options);

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
        return { status: (await reachable(call)).status < 500 ? 'UP' : 'DEGRADED' };
      } catch {
        return { status: 'DOWN' };
      }
    },
  };
}
