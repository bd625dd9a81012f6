import type { OdsCode } from '../../domain/ods-code';
import type { Adapter, Context } from '../adapter';
import { Bundle } from '../fhir/bundle';
import type { BookCommand, BookOutcome, CancelCommand, CancelOutcome } from '../gp-system';
import { badReply } from '../http/parse-reply';
import { sessionCache } from '../session-cache';
import { BASE, barsExchanges, type BarsOptions, read } from './bars.exchanges';
import { manifest } from './bars.manifest';
import { bookOutcomeOf, cancelOutcomeOf } from './bars.outcomes';
import {
  appointmentsIn,
  FhirAppointment,
  isCancelled,
  MessageDefinitions,
  nextPageOf,
  SlotData,
  slotIdOf,
  slotsOf,
} from './bars.replies';
import * as requests from './bars.requests';

const HOUR = 3_600_000;
const MAX_PAGES = 100;

/**
 * Speaks the Booking and Referral Standard (FHIR R4): any service that takes bookings, system to system, by messages. Facts and
 * marks: the API's published specification, and the README here.
 */
export function bars(options: BarsOptions): Adapter {
  const { now, consumer, serviceId = String } = options;
  const { send, fetchToken } = barsExchanges(options);
  const receivers = sessionCache<boolean>({ ttlMs: HOUR, now });

  async function takesBookings(practice: OdsCode, context: Context): Promise<boolean> {
    const reply = await send(requests.messageDefinitions, practice, context);
    return (read(MessageDefinitions, reply).entry ?? []).some(
      ({ resource }) => resource.eventCoding?.code === 'booking-request',
    );
  }

  async function book(command: BookCommand, context: Context): Promise<BookOutcome> {
    const { practice } = command.slot;
    if (!(await receivers.get(practice, () => takesBookings(practice, context))))
      return { class: 'REJECTED', refusal: 'NOT_PERMITTED' };
    const data = SlotData.parse(JSON.parse(command.slot.supplierData));
    const request = requests.booking(command, data, consumer, now());
    return bookOutcomeOf(await send(request, practice, context));
  }

  /** Returns null when the appointment was changed between our reading and our writing it. */
  async function cancelOnce(command: CancelCommand, context: Context): Promise<CancelOutcome | null> {
    const { practice, appointment, slot } = command;
    const found = await send(requests.appointment(appointment.id), practice, context);
    if (found.status === 404) return { class: 'REJECTED', refusal: 'NOT_FOUND' };
    const current = read(FhirAppointment, found);
    if (isCancelled(current)) return { class: 'ACCEPTED' };
    if (slotIdOf(current) !== slot.id) return { class: 'REJECTED', refusal: 'CHANGED_MEANWHILE' };
    const request = requests.cancellation(current, practice, consumer, now());
    return cancelOutcomeOf(await send(request, practice, context));
  }

  return {
    async *searchSlots(search, context) {
      const { practice } = search;
      let request = requests.slotSearch(search, serviceId(practice));
      for (let page = 1; page <= MAX_PAGES; page++) {
        const bundle = read(Bundle, await send(request, practice, context));
        yield slotsOf(bundle, practice);
        const next = nextPageOf(bundle);
        if (next === null) return;
        request = requests.slotPage(queryOfNext(next));
      }
      throw badReply(manifest.id, 'the search has no last page');
    },

    book,

    async readBack({ practice, patient, marker }, context) {
      const reply = await send(requests.patientAppointments(patient), practice, context);
      return appointmentsIn(read(Bundle, reply), marker);
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

/** Returns the query of a `next` link: whatever address that names, the request goes where requests go. */
function queryOfNext(link: string): [string, string][] {
  const url = URL.canParse(link, 'https://bars.invalid') ? new URL(link, 'https://bars.invalid') : null;
  if (!url?.pathname.endsWith(`${BASE}/Slot`))
    throw badReply(manifest.id, 'the next page is not one of slots');
  return [...url.searchParams];
}
