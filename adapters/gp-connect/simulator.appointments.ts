import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { CalendarDate, londonDate, wallClockWithOffset } from '../../domain/london-time';
import type { BookingResult, DiaryAppointment } from '../simulator/diary-records';
import type { WireReply } from '../simulator/http-listener';
import { memoized } from '../simulator/memoized';
import type { ProviderRequest } from './simulator.provider-request';
import { fhirJson, jsonOf, outcome, searchset } from './simulator.fhir';

const ukTime = memoized(wallClockWithOffset);
const EXTENSIONS = 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-GPConnect';
const CANCELLATION_REASON = `${EXTENSIONS}-AppointmentCancellationReason-1`;
const Extensions = z.array(z.looseObject({ url: z.string(), valueString: z.string().optional() }));

const NewAppointment = z.object({
  resourceType: z.literal('Appointment'),
  contained: z.tuple([
    z.object({
      resourceType: z.literal('Organization'),
      id: z.string(),
      identifier: z.array(z.object({ value: z.string() })).min(1),
      name: z.string().min(1),
      type: z.array(z.object({ coding: z.array(z.object({ code: z.string() })).min(1) })).min(1),
      telecom: z.array(z.object({ value: z.string().min(1) })).min(1),
    }),
  ]),
  extension: z
    .array(z.object({ url: z.string(), valueReference: z.object({ reference: z.string() }).optional() }))
    .refine((all) => all.some(({ url }) => url === `${EXTENSIONS}-BookingOrganisation-1`)),
  status: z.literal('booked'),
  description: z.string().max(100),
  comment: z.string().max(500).optional(),
  start: z.string(),
  end: z.string(),
  created: z.string().min(1),
  slot: z.tuple([z.object({ reference: z.string().regex(/^Slot\/.+/) })]),
  participant: z.array(z.object({ actor: z.object({ reference: z.string() }) })),
  reason: z.undefined().optional(),
  specialty: z.undefined().optional(),
});

const Amendment = z.looseObject({
  description: z.string().max(100),
  comment: z.string().max(500).optional(),
});
const Cancellation = z.looseObject({ status: z.literal('cancelled'), extension: Extensions });

/** `POST /Appointment`. Times are compared as text, offset included, as the demonstrator does. */
export function bookAppointment({ diary, practice, consumer, request }: ProviderRequest): WireReply {
  const parsed = NewAppointment.safeParse(jsonOf(request.body));
  if (!parsed.success)
    return outcome(422, 'INVALID_RESOURCE', 'A compulsory field is missing or a forbidden one sent');
  const { contained, slot, participant, start, end, comment, description } = parsed.data;
  const reference = (type: string) =>
    participant.map(({ actor }) => actor.reference).find((one) => one.startsWith(`${type}/`));
  const patient = diary.patientById(practice, (reference('Patient') ?? '').split('/')[1] ?? '');
  if (!patient) return outcome(404, 'PATIENT_NOT_FOUND', 'No such patient here');
  if (!reference('Location')) return outcome(422, 'INVALID_RESOURCE', 'The location is missing');
  const wanted = diary.slot(practice, Number(slot[0].reference.split('/')[1]));
  if (!wanted) return outcome(422, 'REFERENCE_NOT_FOUND', 'No such slot');
  if (start !== ukTime(wanted.startsAt) || end !== ukTime(wanted.endsAt))
    return outcome(422, 'INVALID_RESOURCE', 'Start and end are not those of the slot');
  const [organisation] = contained;
  const result = diary.book({
    practice,
    slotId: wanted.id,
    patient,
    audience: {
      route: 'NETWORK',
      organisation: consumer.odsCode,
      organisationType: organisation.type[0]?.coding[0]?.code,
    },
    consumer: consumer.odsCode,
    description,
    comment,
  });
  return booked(result);
}

export function readAppointment({ diary, practice, id }: ProviderRequest): WireReply {
  const appointment = diary.appointment(practice, id);
  return appointment ? versioned(200, appointment) : outcome(404, 'NO_RECORD_FOUND', 'No such appointment');
}

/** `GET /Patient/{id}/Appointment`: dates only, two starts, neither in the past; cancelled ones are shown. */
export function patientAppointments({
  diary,
  now,
  practice,
  id,
  request: { query },
}: ProviderRequest): WireReply {
  const patient = diary.patientById(practice, id);
  if (!patient) return outcome(404, 'PATIENT_NOT_FOUND', 'No such patient here');
  const starts = query.getAll('start');
  const day = (prefix: string) =>
    CalendarDate.safeParse(starts.find((one) => one.startsWith(prefix))?.slice(2)).data;
  const [from, to] = [day('ge'), day('le')];
  if (starts.length !== 2 || from === undefined || to === undefined || from < londonDate(now()) || to < from)
    return outcome(422, 'INVALID_PARAMETER', 'Two dates are wanted, neither of them in the past');
  const isWithin = (appointment: DiaryAppointment) => {
    const on = londonDate(appointment.slot.startsAt);
    return on >= from && on <= to;
  };
  return searchset(diary.appointmentsOf(patient).filter(isWithin).map(appointmentResource));
}

/** `PUT /Appointment/{id}`, as an amendment: description and comment of what is still ahead, and nothing else. */
export function amendAppointment({ diary, practice, id, request }: ProviderRequest): WireReply {
  const appointment = diary.appointment(practice, id);
  if (!appointment) return outcome(404, 'NO_RECORD_FOUND', 'No such appointment');
  const stale = staleness(request.headers['if-match'], appointment);
  if (stale) return stale;
  const parsed = Amendment.safeParse(jsonOf(request.body)).data;
  const resource: unknown = JSON.parse(JSON.stringify(appointmentResource(appointment)));
  if (!parsed || !isDeepStrictEqual(withoutWords(parsed), withoutWords(z.looseObject({}).parse(resource))))
    return outcome(422, 'INVALID_RESOURCE', 'Only description and comment may change');
  const { description, comment } = parsed;
  const amended = diary.amend(practice, id, { description, comment });
  return amended
    ? versioned(200, amended)
    : outcome(422, 'INVALID_RESOURCE', 'The appointment cannot be amended');
}

function withoutWords(resource: object): object {
  const isKept = ([name]: [string, unknown]) => name !== 'description' && name !== 'comment';
  return Object.fromEntries(Object.entries(resource).filter(isKept));
}

function staleness(match: string | undefined, appointment: DiaryAppointment): WireReply | null {
  if (match === undefined) return outcome(400, 'BAD_REQUEST', 'If-Match is missing');
  return match === etag(appointment)
    ? null
    : outcome(409, 'FHIR_CONSTRAINT_VIOLATION', 'The version is not current', 'conflict');
}

/** `PUT /Appointment/{id}`: cancels, if the version is the current one and nothing else is changed. */
export function cancelAppointment({ diary, practice, consumer, id, request }: ProviderRequest): WireReply {
  const appointment = diary.appointment(practice, id);
  if (!appointment) return outcome(404, 'NO_RECORD_FOUND', 'No such appointment');
  const stale = staleness(request.headers['if-match'], appointment);
  if (stale) return stale;
  const parsed = Cancellation.safeParse(jsonOf(request.body));
  const reason = parsed.data?.extension.find(({ url }) => url === CANCELLATION_REASON)?.valueString;
  if (!parsed.success || !reason || !changesNothingElse(parsed.data, appointment))
    return outcome(422, 'INVALID_RESOURCE', 'Only status and cancellation reason may change');
  const result = diary.cancel(practice, id, consumer.odsCode, reason);
  return result.kind === 'CANCELLED'
    ? versioned(200, result.appointment)
    : outcome(422, 'INVALID_RESOURCE', 'The appointment cannot be cancelled');
}

function changesNothingElse(sent: z.infer<typeof Cancellation>, appointment: DiaryAppointment): boolean {
  const extension = sent.extension.filter(({ url }) => url !== CANCELLATION_REASON);
  const known: unknown = JSON.parse(JSON.stringify(appointmentResource(appointment)));
  return isDeepStrictEqual({ ...sent, status: 'booked', extension }, known);
}

function booked(result: BookingResult): WireReply {
  if (result.kind === 'BOOKED') return versioned(201, result.appointment);
  switch (result.why) {
    case 'TAKEN':
      // The specification says `duplicate`, its demonstrator `conflict`.
      return outcome(409, 'DUPLICATE_REJECTED', 'The slot is no longer free', 'conflict');
    case 'NOT_FOUND':
      return outcome(422, 'REFERENCE_NOT_FOUND', 'No such slot');
    case 'NOT_RELEASED':
    case 'IN_PAST':
    case 'BEYOND_HORIZON':
    case 'LIMIT_REACHED':
      return outcome(422, 'INVALID_RESOURCE', 'The slot cannot be booked');
  }
}

function versioned(status: number, appointment: DiaryAppointment): WireReply {
  const location = `/${appointment.practice}/STU3/1/gpconnect/fhir/Appointment/${appointment.id}`;
  return fhirJson(status, appointmentResource(appointment), { etag: etag(appointment), location });
}

function etag({ version }: DiaryAppointment): string {
  return `W/"${version}"`;
}

function appointmentResource(appointment: DiaryAppointment): object {
  const { id, version, slot, patient, status, description, comment, bookedAt, bookedBy } = appointment;
  const { clinician, location } = slot.session;
  const participants = [`Patient/${patient.id}`, `Location/${location.id}`];
  if (clinician) participants.push(`Practitioner/${clinician.id}`);
  const reason = { url: CANCELLATION_REASON, valueString: appointment.cancellationReason };
  return {
    resourceType: 'Appointment',
    id,
    meta: {
      versionId: String(version),
      profile: ['https://fhir.nhs.uk/STU3/StructureDefinition/GPConnect-Appointment-1'],
    },
    contained: [
      {
        resourceType: 'Organization',
        id: 'booking-organisation',
        identifier: [{ system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: bookedBy.consumer }],
      },
    ],
    extension: [
      { url: `${EXTENSIONS}-BookingOrganisation-1`, valueReference: { reference: '#booking-organisation' } },
      ...(status === 'CANCELLED' ? [reason] : []),
    ],
    status: status === 'CANCELLED' ? 'cancelled' : 'booked',
    ...(description === undefined ? {} : { description }),
    ...(comment === undefined ? {} : { comment }),
    start: ukTime(slot.startsAt),
    end: ukTime(slot.endsAt),
    slot: [{ reference: `Slot/${slot.id}` }],
    created: ukTime(bookedAt),
    participant: participants.map((reference) => ({ actor: { reference }, status: 'accepted' })),
  };
}
