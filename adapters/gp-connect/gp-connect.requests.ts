import { addLondonDays, londonDate, wallClockWithOffset } from '../../domain/london-time';
import type { BookCommand, Patient } from '../gp-system';
import type { z } from 'zod';
import { CANCELLATION_REASON, type FhirAppointment, type SlotData } from './gp-connect.replies';
import type { Consumer } from '../supplier';

/** Bodies and queries that the adapter sends, after GP Connect Appointment Management 1.2.7. */
export const NHS_NUMBER_SYSTEM = 'https://fhir.nhs.uk/Id/nhs-number';
const ODS_SYSTEM = 'https://fhir.nhs.uk/Id/ods-organization-code';
const ORGANISATION_TYPE = 'https://fhir.nhs.uk/STU3/CodeSystem/GPConnect-OrganisationType-1';
const BOOKING_ORGANISATION =
  'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-GPConnect-BookingOrganisation-1';

export function slotQuery(range: { from: Date; to: Date }, consumer: Consumer): [string, string][] {
  return [
    ['status', 'free'],
    ['start', `ge${wallClockWithOffset(upToSecond(range.from))}`],
    ['end', `le${wallClockWithOffset(range.to)}`],
    ['_include', 'Slot:schedule'],
    ['_include:recurse', 'Schedule:actor:Practitioner'],
    ['_include:recurse', 'Schedule:actor:Location'],
    ['searchFilter', `${ODS_SYSTEM}|${consumer.odsCode}`],
    ['searchFilter', `${ORGANISATION_TYPE}|${consumer.type}`],
  ];
}

/**
 * Retrieval takes two dates, neither in the past: the day of the appointment, as long as it has not gone by.
 * A day gone by is asked for all the same, so that the practice refuses, and its silence is not taken for absence.
 */
export function appointmentsQuery(startsAt: Date, now: Date): [string, string][] {
  const day = londonDate(startsAt);
  const today = londonDate(now);
  const from = day > today ? today : day;
  return [
    ['start', `ge${from}`],
    ['start', `le${londonDate(addLondonDays(startsAt, 1))}`],
  ];
}

export function registration(patient: Patient): object {
  return {
    resourceType: 'Parameters',
    parameter: [
      {
        name: 'registerPatient',
        resource: {
          resourceType: 'Patient',
          identifier: [{ system: NHS_NUMBER_SYSTEM, value: patient.nhsNumber }],
          name: [{ use: 'official', family: patient.familyName, given: patient.givenName.split(' ') }],
          birthDate: patient.birthDate,
        },
      },
    ],
  };
}

/** No clinical text goes into description or comment, so the patient's words stay here. */
export function appointment(
  command: BookCommand,
  slot: z.infer<typeof SlotData>,
  patientId: string,
  consumer: Consumer,
  now: Date,
): object {
  const participant = (reference: string) => ({ actor: { reference }, status: 'accepted' });
  return {
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
    start: slot.start,
    end: slot.end,
    created: wallClockWithOffset(now),
    slot: [{ reference: `Slot/${command.slot.id}` }],
    participant: [`Patient/${patientId}`, slot.location, slot.practitioner]
      .flatMap((one) => one ?? [])
      .map(participant),
  };
}

/** Status and reason change; everything else goes back as it was read. */
export function cancelled(appointment: FhirAppointment): object {
  const others = (appointment.extension ?? []).filter(({ url }) => url !== CANCELLATION_REASON);
  return {
    ...appointment,
    status: 'cancelled',
    extension: [...others, { url: CANCELLATION_REASON, valueString: 'Cancelled by the patient' }],
  };
}

/** The wire knows whole seconds; rounding up keeps every slot wholly inside the asked range. */
function upToSecond(instant: Date): Date {
  return new Date(Math.ceil(instant.getTime() / 1000) * 1000);
}
