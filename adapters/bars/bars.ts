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
import { bookingMessage, cancellationMessage, NHS_NUMBER_SYSTEM, slotQuery } from './bars.requests';

const HOUR = 3_600_000;
const MOST_PAGES = 100;

/**
 * The Booking and Referral Standard (FHIR R4): any service that takes bookings, system to system, by messages. Facts and
 * marks: the API's published specification, and the README here.
 */
export function bars(options: BarsOptions): Adapter {
  const { now, consumer, serviceId = String } = options;
  const { send, fetchToken } = barsExchanges(options);
  const receivers = sessionCache<boolean>({ ttlMs: HOUR, now });

  /** Whether the practice's service says that it takes bookings; asked before the first one, as the standard wants. */
  async function takesBookings(practice: OdsCode, context: Context): Promise<boolean> {
    const reply = await send({ method: 'GET', path: '/MessageDefinition' }, practice, context);
    return (read(MessageDefinitions, reply).entry ?? []).some(
      ({ resource }) => resource.eventCoding?.code === 'booking-request',
    );
  }

  async function book(command: BookCommand, context: Context): Promise<BookOutcome> {
    const { practice } = command.slot;
    if (!(await receivers.get(practice, () => takesBookings(practice, context))))
      return { class: 'REJECTED', refusal: 'NOT_PERMITTED' };
    const data = SlotData.parse(JSON.parse(command.slot.supplierData));
    const body = bookingMessage(command, data, consumer, now());
    return bookOutcomeOf(await process(body, practice, context));
  }

  /** Null when the appointment was changed between our reading and our writing it. */
  async function cancelOnce(command: CancelCommand, context: Context): Promise<CancelOutcome | null> {
    const { practice, appointment, slot } = command;
    const path = `/Appointment/${encodeURIComponent(appointment.id)}`;
    const found = await send({ method: 'GET', path }, practice, context);
    if (found.status === 404) return { class: 'REJECTED', refusal: 'NOT_FOUND' };
    const current = read(FhirAppointment, found);
    if (isCancelled(current)) return { class: 'ACCEPTED' };
    if (slotIdOf(current) !== slot.id) return { class: 'REJECTED', refusal: 'CHANGED_MEANWHILE' };
    return cancelOutcomeOf(
      await process(cancellationMessage(current, practice, consumer, now()), practice, context),
    );
  }

  const process = (body: object, practice: OdsCode, context: Context) =>
    send({ method: 'POST', path: '/$process-message', body, effect: 'COMMAND' }, practice, context);

  return {
    async *searchSlots(search, context) {
      const { practice } = search;
      let query = slotQuery(search, serviceId(practice));
      for (let page = 1; page <= MOST_PAGES; page++) {
        const bundle = read(Bundle, await send({ method: 'GET', path: '/Slot', query }, practice, context));
        yield slotsOf(bundle, practice);
        const next = nextPageOf(bundle);
        if (next === null) return;
        query = queryOfNext(next);
      }
      throw badReply(manifest.id, 'the search has no last page');
    },

    book,

    async readBack({ practice, patient, marker }, context) {
      const query = [['patient:identifier', `${NHS_NUMBER_SYSTEM}|${patient.nhsNumber}`]] as const;
      const reply = await send({ method: 'GET', path: '/Appointment', query }, practice, context);
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

/** Only the query of a `next` link is used: whatever address it names, the request goes where requests go. */
function queryOfNext(link: string): [string, string][] {
  const url = URL.canParse(link, 'https://bars.invalid') ? new URL(link, 'https://bars.invalid') : null;
  if (!url?.pathname.endsWith(`${BASE}/Slot`))
    throw badReply(manifest.id, 'the next page is not one of slots');
  return [...url.searchParams];
}
