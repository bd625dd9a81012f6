import { randomUUID } from 'node:crypto';
import type { Appointment, BundleEntry, FhirResource, MessageHeader } from 'fhir/r4';
import type { BookCommand } from '../gp-system';
import type { Consumer } from '../supplier';
import type { FhirAppointment, SlotData } from './bars.replies';

/** Queries and messages that the adapter sends. */
export const NHS_NUMBER_SYSTEM = 'https://fhir.nhs.uk/Id/nhs-number';
const ODS_CODE = 'https://fhir.nhs.uk/Id/ods-organization-code';
const EVENTS = 'https://fhir.nhs.uk/CodeSystem/message-events-bars';
const REASONS = 'https://fhir.nhs.uk/CodeSystem/message-reason-bars';

/** Both bounds are of the start, so a slot may end after the range: the kit leaves it out. */
export function slotQuery({ from, to }: { from: Date; to: Date }, service: string): [string, string][] {
  return [
    ['status', 'free'],
    ['start', `ge${utc(upToSecond(from))}`],
    ['start', `le${utc(to)}`],
    ['Schedule.actor:HealthcareService', service],
    ['_include', 'Slot:schedule'],
    ['_include', 'Schedule:actor:Practitioner'],
    ['_include', 'Schedule:actor:PractitionerRole'],
    ['_include', 'Schedule:actor:HealthcareService'],
  ];
}

/** `new`: the Appointment to be made, and everything that it refers to. The patient's words stay here. */
export function bookingMessage(
  { attemptId, marker, slot, patient, contactPhone }: BookCommand,
  data: SlotData,
  consumer: Consumer,
  now: Date,
): object {
  const patientUrl = url();
  const appointment: Appointment = {
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
  return message('new', attemptId, appointment, slot.practice, consumer, now, [
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

/** `update`: the Appointment as it was read, but for its status. */
export function cancellationMessage(
  appointment: FhirAppointment,
  practice: string,
  consumer: Consumer,
  now: Date,
): object {
  const cancelled = { ...appointment, status: 'cancelled' };
  return message('update', randomUUID(), cancelled, practice, consumer, now, []);
}

function message(
  reason: 'new' | 'update',
  id: string,
  // What was read is sent back with all that we do not know of it.
  appointment: Appointment | FhirAppointment,
  receiver: string,
  consumer: Consumer,
  now: Date,
  others: readonly (readonly [fullUrl: string, resource: FhirResource])[],
): object {
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
    { fullUrl: focus, resource: appointment },
    { fullUrl: senderUrl, resource: organisation(consumer.odsCode, consumer.name) },
    { fullUrl: receiverUrl, resource: organisation(receiver) },
    ...others.map(([fullUrl, resource]): BundleEntry => ({ fullUrl, resource })),
  ];
  return { resourceType: 'Bundle', id, type: 'message', timestamp: utc(now), entry };
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
