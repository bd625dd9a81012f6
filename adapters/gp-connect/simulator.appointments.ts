import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { CalendarDate, londonDate, wallClockWithOffset } from '../../domain/london-time';
import type { BookingResult, DiaryAppointment } from '../simulator/diary-records';
import { idIn } from '../fhir/references';
import type { WireReply, WireRequest } from '../simulator/http-listener';
import { memoized } from '../simulator/memoized';
import type { ProviderRequest } from './simulator.provider-request';
import { fhirJson, jsonOf, outcome, searchset } from './simulator.fhir';
import { CHANNELS, roleExtension } from './simulator.slots';

const ukTime = memoized(wallClockWithOffset);
const PROFILES = 'https://fhir.nhs.uk/STU3/StructureDefinition';
const EXTENSIONS = `${PROFILES}/Extension-GPConnect`;
const CANCELLATION_REASON = `${EXTENSIONS}-AppointmentCancellationReason-1`;
const BOOKING_ORGANISATION = `${EXTENSIONS}-BookingOrganisation-1`;
const APPOINTMENT_PROFILE = `${PROFILES}/GPConnect-Appointment-1`;
const Extensions = z.array(z.looseObject({ url: z.string(), valueString: z.string().optional() }));
const Meta = z.looseObject({
  profile: z.array(z.string()).refine((profiles) => profiles.includes(APPOINTMENT_PROFILE)),
});
const Text = z.strictObject({ text: z.string().min(1) });

/** Compulsory of the organisation that books are its name and telecom; its type matters where slots are kept for a type. */
const BookingOrganisation = z.strictObject({
  resourceType: z.literal('Organization'),
  id: z.string().min(1),
  meta: z.looseObject({}).optional(),
  identifier: z.array(z.strictObject({ system: z.string().min(1), value: z.string().min(1) })).optional(),
  type: z
    .array(z.looseObject({ coding: z.array(z.looseObject({ code: z.string().min(1) })).min(1) }))
    .optional(),
  name: z.string().min(1),
  telecom: z.array(z.looseObject({ system: z.string(), value: z.string().min(1) })).min(1),
  address: z.array(z.looseObject({})).optional(),
});

/** Fields beyond these are not of the profile, or are not to be used: `reason`, `specialty`. */
const NewAppointment = z
  .strictObject({
    resourceType: z.literal('Appointment'),
    meta: Meta,
    contained: z.tuple([BookingOrganisation]),
    extension: z
      .array(
        z.looseObject({ url: z.string(), valueReference: z.object({ reference: z.string() }).optional() }),
      )
      .refine((all) => !all.some(({ url }) => url === CANCELLATION_REASON)),
    status: z.literal('booked'),
    serviceCategory: Text.optional(),
    serviceType: z.array(Text).optional(),
    description: z.string().min(1).max(100),
    comment: z.string().max(500).optional(),
    start: z.string(),
    end: z.string(),
    created: z.string().min(1),
    slot: z.tuple([z.strictObject({ reference: z.string(), display: z.string().optional() })]),
    participant: z.array(
      z.looseObject({
        actor: z.looseObject({ reference: z.string().min(1) }),
        status: z.literal('accepted'),
      }),
    ),
  })
  .refine(({ contained: [{ id }], extension }) =>
    extension.some(
      ({ url, valueReference }) => url === BOOKING_ORGANISATION && valueReference?.reference === `#${id}`,
    ),
  );

const Amendment = z.looseObject({
  meta: Meta,
  description: z.string().max(100),
  comment: z.string().max(500).optional(),
});
const Cancellation = z.looseObject({
  meta: Meta,
  status: z.literal('cancelled'),
  extension: Extensions,
});

/** `POST /Appointment`. Times are compared as text, offset included, as the demonstrator does. */
export function bookAppointment({ diary, practice, consumer, request }: ProviderRequest): WireReply {
  const parsed = NewAppointment.safeParse(jsonOf(request.body));
  if (!parsed.success)
    return outcome(422, 'INVALID_RESOURCE', 'A compulsory field is missing or a forbidden one sent');
  const { contained, slot, participant, start, end, comment, description } = parsed.data;
  const idOf = (type: string) =>
    participant.map(({ actor }) => idIn(actor.reference, type)).find((id) => id !== undefined);
  const [patientId, slotId] = [idOf('Patient'), idIn(slot[0].reference, 'Slot')];
  if (patientId === undefined || idOf('Location') === undefined || !/^\d{1,15}$/.test(slotId ?? ''))
    return outcome(422, 'INVALID_RESOURCE', 'Patient, location or slot is missing');
  const patient = diary.patientById(practice, patientId);
  if (!patient) return outcome(404, 'PATIENT_NOT_FOUND', 'No such patient here');
  const wanted = diary.slot(practice, Number(slotId));
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
      organisationType: organisation.type?.[0]?.coding[0]?.code,
    },
    consumer: consumer.odsCode,
    description,
    comment,
    organisation: z.record(z.string(), z.json()).parse(organisation),
  });
  return booked(result, request);
}

/** `GET /Appointment/{id}`: of what is still ahead, as for all of these capabilities. */
export function readAppointment({ diary, now, practice, id }: ProviderRequest): WireReply {
  const appointment = diary.appointment(practice, id);
  if (!appointment) return outcome(404, 'NO_RECORD_FOUND', 'No such appointment');
  return appointment.slot.startsAt <= now()
    ? outcome(422, 'INVALID_RESOURCE', 'The appointment is in the past')
    : versioned(200, appointment);
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

function booked(result: BookingResult, request: WireRequest): WireReply {
  if (result.kind === 'BOOKED') {
    const reply = versioned(201, result.appointment);
    return request.headers['prefer'] === 'return=minimal' ? { ...reply, body: '' } : reply;
  }
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
  const { id, version, slot, patient, status, description, comment, bookedAt } = appointment;
  const { clinician, location, name } = slot.session;
  const participants = [`Patient/${patient.id}`, `Location/${location.id}`];
  if (clinician) participants.push(`Practitioner/${clinician.id}`);
  const reason = { url: CANCELLATION_REASON, valueString: appointment.cancellationReason };
  const organisation = organisationOf(appointment);
  return {
    resourceType: 'Appointment',
    id,
    meta: { versionId: String(version), profile: [APPOINTMENT_PROFILE] },
    contained: [organisation],
    extension: [
      { url: BOOKING_ORGANISATION, valueReference: { reference: `#${organisation.id}` } },
      ...roleExtension(slot.session),
      { url: `${EXTENSIONS}-DeliveryChannel-2`, valueCode: CHANNELS[slot.mode] },
      ...(status === 'CANCELLED' ? [reason] : []),
    ],
    status: status === 'CANCELLED' ? 'cancelled' : 'booked',
    serviceCategory: { text: name },
    serviceType: [{ text: slot.slotType }],
    ...(description === undefined ? {} : { description }),
    ...(comment === undefined ? {} : { comment }),
    start: ukTime(slot.startsAt),
    end: ukTime(slot.endsAt),
    slot: [{ reference: `Slot/${slot.id}` }],
    created: ukTime(bookedAt),
    participant: participants.map((reference) => ({ actor: { reference }, status: 'accepted' })),
  };
}

/** The organisation that booked, stored and returned as it was sent; the practice's own where its desk did. */
function organisationOf({ organisation, bookedBy }: DiaryAppointment): { id: string } {
  const own = { resourceType: 'Organization', id: 'booking-organisation', name: bookedBy.consumer };
  return z.looseObject({ id: z.string() }).parse(organisation ?? own);
}
