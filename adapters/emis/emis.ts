import { wallClock } from '../../domain/london-time';
import type { Adapter, Context } from '../adapter';
import type { BookCommand, BookOutcome, CancelCommand, CancelOutcome, SlotSearch } from '../gp-system';
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
import { type Ask, type EmisOptions, emisSessions, read } from './emis.sessions';

const { id: supplier, limits } = manifest;
const { timeoutMs } = limits;
const WITHOUT_REASON = 'Booked online after a symptom check';

/**
 * EMIS-style patient interface: JSON, one session per linked patient. Facts and marks:
 * publicly readable client code, and the README here.
 */
export function emis(options: EmisOptions): Adapter {
  const { send, reachable } = emisSessions(options);

  async function search(ask: SlotSearch, context: Context) {
    const patient = linkageOf(supplier, ask.patient, ask.practice);
    const [from, to] = [wallClock(ask.from), wallClock(ask.to)];
    const get = (path: string, fromName: string, toName: string) =>
      send(
        patient,
        ({ linkToken }) => ({
          method: 'GET',
          path,
          query: [
            ['userPatientLinkToken', linkToken],
            [fromName, from],
            [toName, to],
          ],
          timeoutMs: timeoutMs.search,
        }),
        context,
      );
    const meta = read(SlotsMeta, await get('/appointmentslots/meta', 'sessionStartDate', 'sessionEndDate'));
    const found = read(SessionsOfSlots, await get('/appointmentslots', 'fromDateTime', 'toDateTime'));
    return slotsOf(meta, found, ask.practice);
  }

  /** The reason is mandatory until the practice's settings say otherwise. */
  async function reasonFor(
    patient: LinkedPatient,
    reason: string | undefined,
    context: Context,
  ): Promise<string | undefined> {
    const path = `/practices/${patient.practice}/settings`;
    const reply = await send(patient, () => ({ method: 'GET', path, timeoutMs: timeoutMs.read }), context);
    const requirement = read(PracticeSettings, reply).InputRequirements.AppointmentBookingReason;
    if (requirement === 'NotRequested' || requirement === 'NotAllowed') return undefined;
    return reason ?? WITHOUT_REASON;
  }

  /** A telephone slot needs a number: the one given, else the one the practice knows. */
  async function phoneFor(
    patient: LinkedPatient,
    command: BookCommand,
    context: Context,
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
      await send(patient, ask, context),
    ).ContactDetails;
    return MobileNumber ?? TelephoneNumber ?? undefined;
  }

  async function book(command: BookCommand, context: Context): Promise<BookOutcome> {
    const { slot } = command;
    const patient = linkageOf(supplier, command.patient, slot.practice);
    const [reason, phone] = await Promise.all([
      reasonFor(patient, command.reason, context),
      phoneFor(patient, command, context),
    ]);
    const ask: Ask = ({ linkToken }) => ({
      method: 'POST',
      path: '/appointments',
      timeoutMs: timeoutMs.book,
      effect: 'COMMAND',
      body: {
        UserPatientLinkToken: linkToken,
        SlotId: Number(slot.id),
        BookingReason: reason,
        TelephoneNumber: phone,
      },
    });
    return bookOutcomeOf(await send(patient, ask, context), slot.id, manifest);
  }

  async function list(patient: LinkedPatient, context: Context) {
    const ask: Ask = ({ linkToken }) => ({
      method: 'GET',
      path: '/appointments',
      query: [
        ['userPatientLinkToken', linkToken],
        ['fetchPreviousAppointments', 'true'],
      ],
      timeoutMs: timeoutMs.read,
    });
    return appointmentsOf(read(Appointments, await send(patient, ask, context)));
  }

  async function cancel(command: CancelCommand, context: Context): Promise<CancelOutcome> {
    const { id } = command.appointment;
    const patient = linkageOf(supplier, command.patient, command.practice);
    const ask: Ask = ({ linkToken }) => ({
      method: 'DELETE',
      path: '/appointments',
      timeoutMs: timeoutMs.cancel,
      effect: 'COMMAND',
      body: { UserPatientLinkToken: linkToken, SlotId: Number(id), CancellationReason: 'No longer required' },
    });
    const outcome = cancelOutcomeOf(await send(patient, ask, context), manifest);
    if (outcome) return outcome;
    const isStillThere = (await list(patient, context)).some((appointment) => appointment.id === id);
    return isStillThere ? { class: 'REJECTED', refusal: 'NOT_FOUND' } : { class: 'ACCEPTED' };
  }

  return {
    async *searchSlots(ask, context) {
      yield await search(ask, context);
    },
    book,
    readBack: async (probe, context) => list(linkageOf(supplier, probe.patient, probe.practice), context),
    cancel,
    health: async (context) => ({ status: (await reachable(context)).status < 500 ? 'UP' : 'DEGRADED' }),
  };
}
