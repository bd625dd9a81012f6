import { addLondonDays, londonDate, wallClockWithOffset } from '../../domain/london-time';
import type { z } from 'zod';
import type { BookCommand, Patient } from '../gp-system';
import type { FhirRequest } from './gp-connect.exchanges';
import { givenNames } from '../fhir/human-name';
import { CANCELLATION_REASON, type FhirAppointment, type SlotData } from './gp-connect.replies';
import type { Consumer } from '../supplier';

/**
 * Requests of GP Connect Appointment Management 1.2.7. Each path follows the practice's own base
 * (`gp-connect.exchanges.ts`), which follows the supplier's.
 */
const NHS_NUMBER_SYSTEM = 'https://fhir.nhs.uk/Id/nhs-number';
const ODS_SYSTEM = 'https://fhir.nhs.uk/Id/ods-organization-code';
const ORGANISATION_TYPE = 'https://fhir.nhs.uk/STU3/CodeSystem/GPConnect-OrganisationType-1';
const PROFILES = 'https://fhir.nhs.uk/STU3/StructureDefinition';
const BOOKING_ORGANISATION = `${PROFILES}/Extension-GPConnect-BookingOrganisation-1`;
/** A desk that moves somebody moves them within weeks: so far read-back looks. */
const LOOKS_AHEAD_DAYS = 28;
/** Book an appointment: consumers SHALL impose this limit on `description`. */
const MAX_DESCRIPTION_LENGTH = 100;

export function slotSearch(range: { from: Date; to: Date }, consumer: Consumer): FhirRequest {
  const query: [string, string][] = [
    ['status', 'free'],
    ['start', `ge${wallClockWithOffset(upToSecond(range.from))}`],
    ['end', `le${wallClockWithOffset(range.to)}`],
    ['_include', 'Slot:schedule'],
    ['_include:recurse', 'Schedule:actor:Practitioner'],
    ['_include:recurse', 'Schedule:actor:Location'],
    ['searchFilter', `${ODS_SYSTEM}|${consumer.odsCode}`],
    ['searchFilter', `${ORGANISATION_TYPE}|${consumer.type}`],
  ];
  return { interaction: 'searchSlots', method: 'GET', path: '/Slot', query };
}

export function patientSearch({ nhsNumber }: Patient): FhirRequest {
  const query = [['identifier', `${NHS_NUMBER_SYSTEM}|${nhsNumber}`]] as const;
  return { interaction: 'findPatient', method: 'GET', path: '/Patient', query };
}

/**
 * Retrieval takes two dates, neither in the past: from today, as long as the day of the appointment has not gone by, to weeks
 * after it, because the desk may have moved it. A day gone by is sent all the same, so that the practice refuses, and
 * its silence is not taken for absence.
 */
export function patientAppointments(patientId: string, startsAt: Date, now: Date): FhirRequest {
  const day = londonDate(startsAt);
  const today = londonDate(now);
  const query = [
    ['start', `ge${day > today ? today : day}`],
    ['start', `le${londonDate(addLondonDays(startsAt, LOOKS_AHEAD_DAYS))}`],
  ] as const;
  const path = `/Patient/${encodeURIComponent(patientId)}/Appointment`;
  return { interaction: 'retrieve', method: 'GET', path, query };
}

/** The telephone number is for this occasion: `temp` (Register a patient, payload). */
export function registration(patient: Patient, contactPhone: string | undefined): FhirRequest {
  const given = givenNames(patient.givenName);
  const resource = {
    resourceType: 'Patient',
    meta: { profile: [`${PROFILES}/CareConnect-GPC-Patient-1`] },
    identifier: [{ system: NHS_NUMBER_SYSTEM, value: patient.nhsNumber }],
    name: [{ use: 'official', family: patient.familyName, ...(given.length > 0 && { given }) }],
    ...(contactPhone !== undefined && { telecom: [{ system: 'phone', value: contactPhone, use: 'temp' }] }),
    birthDate: patient.birthDate,
  };
  const body = { resourceType: 'Parameters', parameter: [{ name: 'registerPatient', resource }] };
  return { interaction: 'register', method: 'POST', path: '/Patient/$gpc.registerpatient', body };
}

interface NewAppointment {
  command: BookCommand;
  slotData: z.infer<typeof SlotData>;
  /** The practice's own id. */
  patientId: string;
  createdAt: Date;
}

/**
 * The booking itself. No clinical text goes into description or comment, so the patient's words stay here (Book an
 * appointment, resource guidance).
 */
export function booking(
  { command, slotData, patientId, createdAt }: NewAppointment,
  consumer: Consumer,
): FhirRequest {
  const body = {
    resourceType: 'Appointment',
    meta: { profile: [`${PROFILES}/GPConnect-Appointment-1`] },
    contained: [
      {
        resourceType: 'Organization',
        id: 'booking-organisation',
        meta: { profile: [`${PROFILES}/CareConnect-GPC-Organization-1`] },
        identifier: [{ system: ODS_SYSTEM, value: consumer.odsCode }],
        type: [{ coding: [{ system: ORGANISATION_TYPE, code: consumer.type }] }],
        name: consumer.name,
        telecom: [{ system: 'phone', value: consumer.phone }],
      },
    ],
    extension: [{ url: BOOKING_ORGANISATION, valueReference: { reference: '#booking-organisation' } }],
    status: 'booked',
    description: description(command.contactPhone),
    comment: command.marker,
    start: slotData.start,
    end: slotData.end,
    created: wallClockWithOffset(createdAt),
    slot: [{ reference: `Slot/${command.slot.id}` }],
    participant: [`Patient/${patientId}`, slotData.location, slotData.practitioner]
      .flatMap((one) => one ?? [])
      .map((reference) => ({ actor: { reference }, status: 'accepted' })),
  };
  return { interaction: 'book', method: 'POST', path: '/Appointment', body };
}

/**
 * A number for this occasion SHALL be in the description, where it is kept with the appointment (Book an appointment, resource
 * guidance). It comes first, so that no system cuts it off; a patient on record cannot be given it in any other way.
 */
function description(contactPhone: string | undefined): string {
  const label = 'Booked online after a symptom check';
  const text = contactPhone === undefined ? label : `Tel ${contactPhone}. ${label}`;
  return text.slice(0, MAX_DESCRIPTION_LENGTH);
}

export function practitioner(id: string): FhirRequest {
  const path = `/Practitioner/${encodeURIComponent(id)}`;
  return { interaction: 'readPractitioner', method: 'GET', path };
}

export function appointment(id: string): FhirRequest {
  return { interaction: 'read', method: 'GET', path: appointmentPath(id) };
}

/** The cancellation itself: status and reason change; everything else goes back as it was read. */
export function cancellation(current: FhirAppointment, version: string | undefined): FhirRequest {
  const others = (current.extension ?? []).filter(({ url }) => url !== CANCELLATION_REASON);
  const body = {
    ...current,
    status: 'cancelled',
    extension: [...others, { url: CANCELLATION_REASON, valueString: 'Cancelled by the patient' }],
  };
  return { interaction: 'cancel', method: 'PUT', path: appointmentPath(current.id), body, version };
}

function appointmentPath(id: string): string {
  return `/Appointment/${encodeURIComponent(id)}`;
}

/** The wire knows whole seconds; rounding up keeps every slot wholly inside the range. */
function upToSecond(instant: Date): Date {
  return new Date(Math.ceil(instant.getTime() / 1000) * 1000);
}
