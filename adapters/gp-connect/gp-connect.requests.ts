import { addLondonDays, londonDate, wallClockWithOffset } from '../../domain/london-time';
import type { z } from 'zod';
import type { BookCommand, Patient } from '../gp-system';
import type { FhirRequest } from './gp-connect.exchanges';
import { CANCELLATION_REASON, type FhirAppointment, type SlotData } from './gp-connect.replies';
import type { Consumer } from '../supplier';

/**
 * Requests of GP Connect Appointment Management 1.2.7. Each path follows the practice's own base
 * (`gp-connect.exchanges.ts`), which follows the supplier's.
 */
const NHS_NUMBER_SYSTEM = 'https://fhir.nhs.uk/Id/nhs-number';
const ODS_SYSTEM = 'https://fhir.nhs.uk/Id/ods-organization-code';
const ORGANISATION_TYPE = 'https://fhir.nhs.uk/STU3/CodeSystem/GPConnect-OrganisationType-1';
const BOOKING_ORGANISATION =
  'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-GPConnect-BookingOrganisation-1';

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
 * Retrieval takes two dates, neither in the past: the day of the appointment, as long as it has not gone by.
 * A day gone by is sent all the same, so that the practice refuses, and its silence is not taken for absence.
 */
export function patientAppointments(patientId: string, startsAt: Date, now: Date): FhirRequest {
  const day = londonDate(startsAt);
  const today = londonDate(now);
  const query = [
    ['start', `ge${day > today ? today : day}`],
    ['start', `le${londonDate(addLondonDays(startsAt, 1))}`],
  ] as const;
  const path = `/Patient/${encodeURIComponent(patientId)}/Appointment`;
  return { interaction: 'retrieve', method: 'GET', path, query };
}

export function registration(patient: Patient): FhirRequest {
  const resource = {
    resourceType: 'Patient',
    identifier: [{ system: NHS_NUMBER_SYSTEM, value: patient.nhsNumber }],
    name: [{ use: 'official', family: patient.familyName, given: patient.givenName.split(' ') }],
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

/** The booking itself. No clinical text goes into description or comment, so the patient's words stay here. */
export function booking(
  { command, slotData, patientId, createdAt }: NewAppointment,
  consumer: Consumer,
): FhirRequest {
  const body = {
    resourceType: 'Appointment',
    contained: [
      {
        resourceType: 'Organization',
        id: 'booking-organisation',
        identifier: [{ system: ODS_SYSTEM, value: consumer.odsCode }],
        type: [{ coding: [{ system: ORGANISATION_TYPE, code: consumer.type }] }],
        name: consumer.name,
        telecom: [{ system: 'phone', value: consumer.phone }],
      },
    ],
    extension: [{ url: BOOKING_ORGANISATION, valueReference: { reference: '#booking-organisation' } }],
    status: 'booked',
    description: 'Booked online after a symptom check',
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

export function appointment(id: string): FhirRequest {
  return { interaction: 'read', method: 'GET', path: appointmentPath(id) };
}

/** The cancellation itself: status and reason change; everything else goes back as it was read. */
export function cancellation(id: string, current: FhirAppointment): FhirRequest {
  const others = (current.extension ?? []).filter(({ url }) => url !== CANCELLATION_REASON);
  const body = {
    ...current,
    status: 'cancelled',
    extension: [...others, { url: CANCELLATION_REASON, valueString: 'Cancelled by the patient' }],
  };
  const version = current.meta?.versionId;
  return { interaction: 'cancel', method: 'PUT', path: appointmentPath(id), body, version };
}

function appointmentPath(id: string): string {
  return `/Appointment/${encodeURIComponent(id)}`;
}

/** The wire knows whole seconds; rounding up keeps every slot wholly inside the range. */
function upToSecond(instant: Date): Date {
  return new Date(Math.ceil(instant.getTime() / 1000) * 1000);
}
