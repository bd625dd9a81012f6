import { randomUUID } from 'node:crypto';
import type { Appointment, BundleEntry, FhirResource, MessageHeader } from 'fhir/r4';
import type { OdsCode } from '../../domain/ods-code';
import type { BookCommand, Patient } from '../gp-system';
import type { Consumer } from '../supplier';
import type { BarsRequest } from './bars.exchanges';
import type { FhirAppointment, SlotData } from './bars.replies';

/** Requests of the Booking and Referral Standard. Each path follows the standard's own base (`bars.exchanges.ts`). */
const NHS_NUMBER_SYSTEM = 'https://fhir.nhs.uk/Id/nhs-number';
const ODS_CODE = 'https://fhir.nhs.uk/Id/ods-organization-code';
const EVENTS = 'https://fhir.nhs.uk/CodeSystem/message-events-bars';
const REASONS = 'https://fhir.nhs.uk/CodeSystem/message-reason-bars';

/** Reads what the practice's service takes, before the first booking, as the standard wants. */
export const messageDefinitions: BarsRequest = { method: 'GET', path: '/MessageDefinition' };

/** Both bounds are of the start, so a slot may end after the range: the kit leaves it out. */
export function slotSearch({ from, to }: { from: Date; to: Date }, service: string): BarsRequest {
  return slotPage([
    ['status', 'free'],
    ['start', `ge${utc(upToSecond(from))}`],
    ['start', `le${utc(to)}`],
    ['Schedule.actor:HealthcareService', service],
    ['_include', 'Slot:schedule'],
    ['_include', 'Schedule:actor:Practitioner'],
    ['_include', 'Schedule:actor:PractitionerRole'],
    ['_include', 'Schedule:actor:HealthcareService'],
  ]);
}

export function slotPage(query: [string, string][]): BarsRequest {
  return { method: 'GET', path: '/Slot', query };
}

export function patientAppointments({ nhsNumber }: Patient): BarsRequest {
  const query = [['patient:identifier', `${NHS_NUMBER_SYSTEM}|${nhsNumber}`]] as const;
  return { method: 'GET', path: '/Appointment', query };
}

export function appointment(id: string): BarsRequest {
  return { method: 'GET', path: `/Appointment/${encodeURIComponent(id)}` };
}

/** The booking itself: a message `new` with the Appointment and all it refers to. The patient's words stay here. */
export function booking(
  { attemptId, marker, slot, patient, contactPhone }: BookCommand,
  data: SlotData,
  consumer: Consumer,
  now: Date,
): BarsRequest {
  const patientUrl = url();
  const newAppointment: Appointment = {
    resourceType: 'Appointment',
    status: 'booked',
    description: 'Booked online after a symptom check',
    comment: marker,
    start: data.start,
    end: data.end,
    created: utc(now),
    slot: [{ reference: `Slot/${slot.id}` }],
    participant: [{ actor: { reference: patientUrl }, status: 'accepted' }],
  };
  const header = { reason: 'new', id: attemptId, consumer, receiver: slot.practice, sentAt: now } as const;
  return message(header, newAppointment, [
    [
      patientUrl,
      {
        resourceType: 'Patient',
        identifier: [{ system: NHS_NUMBER_SYSTEM, value: patient.nhsNumber, use: 'official' }],
        name: [{ use: 'official', family: patient.familyName, given: patient.givenName.split(' ') }],
        birthDate: patient.birthDate,
        ...(contactPhone && { telecom: [{ system: 'phone', value: contactPhone }] }),
      },
    ],
    [
      url(),
      {
        resourceType: 'Slot',
        id: slot.id,
        schedule: { reference: `Schedule/${data.schedule}` },
        status: 'busy',
        start: data.start,
        end: data.end,
      },
    ],
    ...(data.service === undefined
      ? []
      : ([[url(), { resourceType: 'HealthcareService', id: data.service }]] as const)),
  ]);
}

/** The cancellation itself: a message `update` with the Appointment as it was read, but for its status. */
export function cancellation(
  current: FhirAppointment,
  practice: OdsCode,
  consumer: Consumer,
  now: Date,
): BarsRequest {
  const header = { reason: 'update', id: randomUUID(), consumer, receiver: practice, sentAt: now } as const;
  return message(header, { ...current, status: 'cancelled' });
}

interface MessageFacts {
  reason: 'new' | 'update';
  /** Names the message: a receiver processes one id once. */
  id: string;
  consumer: Consumer;
  receiver: OdsCode;
  sentAt: Date;
}

function message(
  { reason, id, consumer, receiver, sentAt }: MessageFacts,
  // What was read is sent back with all that we do not know of it.
  subject: Appointment | FhirAppointment,
  others: readonly (readonly [fullUrl: string, resource: FhirResource])[] = [],
): BarsRequest {
  const [focus, senderUrl, receiverUrl] = [url(), url(), url()];
  const header: MessageHeader = {
    resourceType: 'MessageHeader',
    id,
    eventCoding: { system: EVENTS, code: 'booking-request' },
    reason: { coding: [{ system: REASONS, code: reason }] },
    source: { name: consumer.name, endpoint: `urn:nhs-uk:ods:${consumer.odsCode}` },
    sender: { reference: senderUrl },
    destination: [{ receiver: { reference: receiverUrl }, endpoint: `urn:nhs-uk:ods:${receiver}` }],
    focus: [{ reference: focus }],
  };
  const organisation = (odsCode: string, name?: string): FhirResource => ({
    resourceType: 'Organization',
    identifier: [{ system: ODS_CODE, value: odsCode }],
    ...(name && { name }),
  });
  const entry = [
    { fullUrl: url(), resource: header },
    { fullUrl: focus, resource: subject },
    { fullUrl: senderUrl, resource: organisation(consumer.odsCode, consumer.name) },
    { fullUrl: receiverUrl, resource: organisation(receiver) },
    ...others.map(([fullUrl, resource]): BundleEntry => ({ fullUrl, resource })),
  ];
  const body = { resourceType: 'Bundle', id, type: 'message', timestamp: utc(sentAt), entry };
  return { method: 'POST', path: '/$process-message', body, effect: 'COMMAND' };
}

function url(): string {
  return `urn:uuid:${randomUUID()}`;
}

/** Times should be UTC on the wire, with an offset that says so. */
function utc(instant: Date): string {
  return `${instant.toISOString().slice(0, 19)}+00:00`;
}

function upToSecond(instant: Date): Date {
  return new Date(Math.ceil(instant.getTime() / 1000) * 1000);
}
