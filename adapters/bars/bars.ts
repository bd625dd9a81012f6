import { z } from 'zod';
import type { OdsCode } from '../../domain/ods-code';
import type { Adapter, Context } from '../adapter';
import { cancelOutcomeOfStatus } from '../fhir/appointment-status';
import { Bundle } from '../fhir/bundle';
import { outcomeCodes } from '../fhir/operation-outcome';
import { bundlePages, type Query, wholeBundle } from '../fhir/pages';
import type { BookCommand, BookOutcome, CancelCommand, CancelOutcome } from '../gp-system';
import type { HttpReply } from '../http/http-messages';
import { badReply } from '../http/parse-reply';
import { sessionCache } from '../session-cache';
import { BASE, barsExchanges, type BarsOptions, read } from './bars.exchanges';
import { manifest } from './bars.manifest';
import { bookOutcomeOf, cancelOutcomeOf } from './bars.outcomes';
import {
  appointmentsIn,
  foundIn,
  MessageDefinitions,
  SlotData,
  slotsOf,
  standsOn,
  whoseIs,
} from './bars.replies';
import * as requests from './bars.requests';

const HOUR = 3_600_000;

/**
 * Speaks the Booking and Referral Standard (FHIR R4): any service that takes bookings, system to system, by messages. Facts and
 * marks: the API's published specification, and the README here.
 */
export function bars(options: BarsOptions): Adapter {
  const { now, consumer, serviceId = String } = options;
  const { send, fetchToken } = barsExchanges(options);
  const partiesAt = (practice: OdsCode) => ({ consumer, serviceId: serviceId(practice) });
  const receivers = sessionCache<boolean>({ ttlMs: HOUR, now });

  async function book(command: BookCommand, context: Context): Promise<BookOutcome> {
    const { practice } = command.slot;
    if (
      !(await receivers.get(practice, () =>
        takesBookings(send(requests.messageDefinitions, practice, context)),
      ))
    )
      return { class: 'REJECTED', refusal: 'NOT_PERMITTED' };
    const data = SlotData.parse(JSON.parse(command.slot.supplierData));
    const request = requests.booking(command, data, partiesAt(practice), now());
    return bookOutcomeOf(await send(request, practice, context), command);
  }

  /** Returns null when the appointment was changed between our reading and our writing it. */
  async function cancelOnce(command: CancelCommand, context: Context): Promise<CancelOutcome | null> {
    const { practice, appointment, slot, patient } = command;
    const reply = await send(requests.appointment(appointment.id), practice, context);
    if (reply.status === 404 && outcomeCodes(reply.body).details.includes('REC_NOT_FOUND'))
      return { class: 'REJECTED', refusal: 'NOT_FOUND' };
    const found = foundIn(read(z.unknown(), reply));
    const { status, id } = found.appointment;
    if (id !== appointment.id) throw badReply(manifest.id, 'the appointment is not the one asked for');
    if (whoseIs(found, patient.nhsNumber) === 'ANOTHER') return { class: 'REJECTED', refusal: 'NOT_FOUND' };
    const decided = cancelOutcomeOfStatus(manifest.id, status);
    if (decided) return decided;
    if (!standsOn(found, slot)) return { class: 'REJECTED', refusal: 'CHANGED_MEANWHILE' };
    const request = requests.cancellation(found.appointment, practice, partiesAt(practice), now());
    return cancelOutcomeOf(await send(request, practice, context), found, patient.nhsNumber);
  }

  /** Reads a list of the practice's from its beginning. */
  const listOf = (
    path: '/Slot' | '/Appointment',
    query: Query,
    practice: OdsCode,
    context: Context,
  ): Parameters<typeof bundlePages> => {
    const pageOf = path === '/Slot' ? requests.slotPage : requests.appointmentPage;
    const fetchPage = async (asked: Query) => read(Bundle, await send(pageOf(asked), practice, context));
    return [{ supplier: manifest.id, path: BASE + path, query }, fetchPage];
  };

  return {
    async *searchSlots(search, context) {
      const { practice } = search;
      const query = requests.slotSearch(search, serviceId(practice));
      for await (const page of bundlePages(...listOf('/Slot', query, practice, context)))
        yield slotsOf(page, practice, (reason) => context.leaveOut(reason));
    },

    book,

    async readBack(probe, context) {
      const query = requests.patientAppointments(probe.patient);
      const list = await wholeBundle(...listOf('/Appointment', query, probe.practice, context));
      return appointmentsIn(list, probe);
    },

    async cancel(command, context) {
      const outcome = await cancelOnce(command, context);
      if (outcome) return outcome;
      // The states differed, so nothing was changed: read again and decide anew, once.
      context.commandProvenUndone();
      return (await cancelOnce(command, context)) ?? { class: 'REJECTED', refusal: 'CHANGED_MEANWHILE' };
    },

    async health(context) {
      await fetchToken(context);
      return { status: 'UP' };
    },
  };
}

async function takesBookings(definitions: Promise<HttpReply>): Promise<boolean> {
  const { entry = [] } = read(MessageDefinitions, await definitions);
  return entry.some(({ resource }) => resource.eventCoding?.code === 'booking-request');
}
