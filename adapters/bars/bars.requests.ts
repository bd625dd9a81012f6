import { randomUUID } from 'node:crypto';
import type { Appointment, BundleEntry, FhirResource, MessageHeader, Patient as FhirPatient } from 'fhir/r4';
import type { OdsCode } from '../../domain/ods-code';
import type { BookCommand, Patient } from '../gp-system';
import type { Consumer } from '../supplier';
import { givenNames } from '../fhir/human-name';
import type { Query } from '../fhir/pages';
import { type BarsRequest, SERVICE_ID } from './bars.exchanges';
import { type FhirAppointment, NHS_NUMBER_SYSTEM, type SlotData } from './bars.replies';

/** Requests of the Booking and Referral Standard. Each path follows the standard's own base (`bars.exchanges.ts`). */
const ODS_CODE = 'https://fhir.nhs.uk/Id/ods-organization-code';
const EVENTS = 'https://fhir.nhs.uk/CodeSystem/message-events-bars';
const REASONS = 'https://fhir.nhs.uk/CodeSystem/message-reason-bars';
const BARS = 'https://fhir.nhs.uk/StructureDefinition';
const UK_CORE = (resource: string) => `https://fhir.hl7.org.uk/StructureDefinition/UKCore-${resource}`;
const CONTACT_RANK = 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-ContactRank';
const RELATIONSHIPS = 'http://terminology.hl7.org/CodeSystem/v3-RoleCode';
/** BaRS Application 7: patient-facing services into general practice. */
const STANDARD_VERSION = '1.0.0-alpha.4';

/** Reads what the practice's service takes, before the first booking, as the standard wants. */
export const messageDefinitions: BarsRequest = { method: 'GET', path: '/MessageDefinition' };

/** Both bounds are of the start, so a slot may end after the range: the kit leaves it out. */
export function slotSearch({ from, to }: { from: Date; to: Date }, service: string): Query {
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

export function slotPage(query: Query): BarsRequest {
  return { method: 'GET', path: '/Slot', query };
}

export function appointmentPage(query: Query): BarsRequest {
  return { method: 'GET', path: '/Appointment', query };
}

export function patientAppointments({ nhsNumber }: Patient): Query {
  return [['patient:identifier', `${NHS_NUMBER_SYSTEM}|${nhsNumber}`]];
}

export function appointment(id: string): BarsRequest {
  return { method: 'GET', path: `/Appointment/${encodeURIComponent(id)}` };
}

/**
 * The booking itself: a message `new` with the Appointment and all it refers to. Its description is the person's reason for
 * calling (BaRS Application 7, Booking Request Payload), and their number is that of the contact to call back.
 */
export function booking(
  { attemptId, marker, slot, patient, contactPhone, reason }: BookCommand,
  data: SlotData,
  { consumer, serviceId }: Parties,
  now: Date,
): BarsRequest {
  const patientUrl = url();
  const newAppointment: Appointment = {
    resourceType: 'Appointment',
    meta: metaOf(now, UK_CORE('Appointment')),
    status: 'booked',
    description: reason ?? 'Booked online after a symptom check',
    comment: marker,
    start: data.start,
    end: data.end,
    created: utc(now),
    slot: [{ reference: `Slot/${slot.id}` }],
    participant: [{ actor: { reference: patientUrl }, status: 'accepted' }],
  };
  const facts = {
    reason: 'new',
    id: attemptId,
    consumer,
    serviceId,
    receiver: slot.practice,
    sentAt: now,
  } as const;
  return message(facts, newAppointment, [
    [patientUrl, patientResource(patient, contactPhone, now)],
    [
      url(),
      {
        resourceType: 'Slot',
        id: slot.id,
        meta: metaOf(now, UK_CORE('Slot')),
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

/** The person themselves are the first contact: `rank` 1 is who is called back. */
function patientResource(
  { nhsNumber, familyName, givenName, birthDate }: Patient,
  contactPhone: string | undefined,
  now: Date,
): FhirPatient {
  const given = givenNames(givenName);
  const phone = { system: 'phone', value: contactPhone ?? '', use: useOf(contactPhone), rank: 1 } as const;
  return {
    resourceType: 'Patient',
    meta: metaOf(now, UK_CORE('Patient')),
    identifier: [{ system: NHS_NUMBER_SYSTEM, value: nhsNumber, use: 'official' }],
    name: [{ use: 'official', family: familyName, ...(given.length > 0 && { given }) }],
    birthDate,
    ...(contactPhone !== undefined && {
      telecom: [phone],
      contact: [
        {
          extension: [{ url: CONTACT_RANK, valuePositiveInt: 1 }],
          relationship: [{ coding: [{ system: RELATIONSHIPS, code: 'ONESELF' }] }],
          telecom: [phone],
        },
      ],
    }),
  };
}

function useOf(phone: string | undefined): 'mobile' | 'home' {
  return /^(\+44|0044|0)7/.test((phone ?? '').replace(/[^+0-9]/g, '')) ? 'mobile' : 'home';
}

/** The cancellation itself: a message `update` with the Appointment as it was read, but for its status. */
export function cancellation(
  current: FhirAppointment,
  practice: OdsCode,
  { consumer, serviceId }: Parties,
  now: Date,
): BarsRequest {
  const id = randomUUID();
  const facts = { reason: 'update', id, consumer, serviceId, receiver: practice, sentAt: now } as const;
  return message(facts, { ...current, status: 'cancelled' });
}

/** This service, and the service that it writes to as the directory of services numbers it. */
export interface Parties {
  consumer: Consumer;
  serviceId: string;
}

interface MessageFacts extends Parties {
  reason: 'new' | 'update';
  /** Names the message and its request: a receiver processes one id once. */
  id: string;
  receiver: OdsCode;
  sentAt: Date;
}

function message(
  { reason, id, consumer, serviceId, receiver, sentAt }: MessageFacts,
  // What was read is sent back with all that we do not know of it.
  subject: Appointment | FhirAppointment,
  others: readonly (readonly [fullUrl: string, resource: FhirResource])[] = [],
): BarsRequest {
  const [focus, senderUrl, receiverUrl] = [url(), url(), url()];
  const header: MessageHeader = {
    resourceType: 'MessageHeader',
    id,
    meta: metaOf(sentAt, `${BARS}/BARSMessageHeader-booking-request`),
    eventCoding: { system: EVENTS, code: 'booking-request' },
    reason: { coding: [{ system: REASONS, code: reason }] },
    source: {
      name: consumer.name,
      software: 'GP Booking Gateway',
      version: '1.0',
      contact: { system: 'phone', value: consumer.phone },
      // Our own service has no number here yet: its ODS code stands in.
      endpoint: endpointOf(consumer.odsCode),
    },
    sender: { reference: senderUrl },
    destination: [{ receiver: { reference: receiverUrl }, endpoint: endpointOf(serviceId) }],
    focus: [{ reference: focus }],
    definition: 'https://fhir.nhs.uk/MessageDefinition/bars-message-booking-request',
  };
  const organisation = (odsCode: string, name?: string): FhirResource => ({
    resourceType: 'Organization',
    meta: metaOf(sentAt, UK_CORE('Organization')),
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
  const meta = { versionId: STANDARD_VERSION, ...metaOf(sentAt, `${BARS}/BARSBundleMessage`) };
  const body = { resourceType: 'Bundle', id, meta, type: 'message', timestamp: utc(sentAt), entry };
  return { method: 'POST', path: '/$process-message', body, effect: 'COMMAND', requestId: id };
}

function metaOf(at: Date, profile: string) {
  return { lastUpdated: utc(at), profile: [profile] };
}

/** The published examples have http here, and https in every other place. */
function endpointOf(serviceId: string): string {
  return `${SERVICE_ID.replace('https:', 'http:')}|${serviceId}`;
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
