import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Appointment } from 'fhir/r4';
import { z } from 'zod';
import { CalendarDate } from '../../domain/london-time';
import { NhsNumber } from '../../domain/nhs-number';
import { isSameFamilyName, isSameGivenName } from '../fhir/human-name';
import type { Diary } from '../simulator/diary';
import type { BookingResult, DiaryAppointment, DiaryPatient, DiarySlot } from '../simulator/diary-records';
import type { WireReply, WireRequest } from '../simulator/http-listener';
import { fhirJson, jsonOf, outcome } from './simulator.fhir';
import type { Parties } from './simulator.platform';
import { type Entry } from './simulator.fhir';
import {
  companions,
  pageOf,
  type Paging,
  slotEntry,
  slotIdOf,
  slotNumberOf,
  slotUrl,
  SUPPORTED,
  timeOf,
} from './simulator.slots';

const NHS_NUMBER_SYSTEM = 'https://fhir.nhs.uk/Id/nhs-number';
const CONTACT_RANK = 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-ContactRank';

const Header = z.object({
  resourceType: z.literal('MessageHeader'),
  id: z.string().min(1).optional(),
  eventCoding: z.object({ code: z.literal('booking-request') }),
  reason: z.object({ coding: z.tuple([z.object({ code: z.enum(['new', 'update']) })]) }),
  source: z.object({ endpoint: z.string().min(1) }),
  destination: z.tuple([
    z.object({ receiver: z.object({ reference: z.string() }), endpoint: z.string().min(1) }),
  ]),
  sender: z.object({ reference: z.string() }),
  focus: z.tuple([z.object({ reference: z.string() })]),
});
const Message = z.object({
  resourceType: z.literal('Bundle'),
  id: z.string().min(1).optional(),
  type: z.literal('message'),
  entry: z
    .array(z.object({ fullUrl: z.string(), resource: z.looseObject({ resourceType: z.string() }) }))
    .min(2),
});
type Message = z.infer<typeof Message>;

const NewAppointment = z.object({
  resourceType: z.literal('Appointment'),
  status: z.literal('booked'),
  start: z.iso.datetime({ offset: true }),
  end: z.iso.datetime({ offset: true }),
  created: z.iso.datetime({ offset: true }),
  slot: z.tuple([z.object({ reference: z.string() })]),
  description: z.string().min(1),
  comment: z.string().max(500).optional(),
  participant: z.tuple([z.object({ actor: z.object({ reference: z.string() }) })]),
});
const Phone = z.object({ system: z.string(), value: z.string().min(1), rank: z.number().optional() });
const Contact = z.object({
  extension: z.array(z.looseObject({ url: z.string(), valuePositiveInt: z.number().optional() })).default([]),
  relationship: z.array(z.object({ coding: z.array(z.object({ code: z.string() })) })).default([]),
  telecom: z.array(Phone.extend({ use: z.string().optional() })).default([]),
});
const MessagePatient = z.object({
  resourceType: z.literal('Patient'),
  identifier: z.tuple([z.object({ system: z.literal(NHS_NUMBER_SYSTEM), value: NhsNumber })]),
  name: z.tuple([
    z.object({ family: z.string().min(1), given: z.array(z.string().min(1)).min(1).optional() }),
  ]),
  birthDate: CalendarDate,
  telecom: z.array(Phone).default([]),
  contact: z.array(Contact).default([]).refine(isRanked),
});
type MessagePatient = z.infer<typeof MessagePatient>;
const MessageSlot = z.object({ resourceType: z.literal('Slot'), id: z.string().optional() });
const Changed = z.looseObject({ resourceType: z.literal('Appointment'), id: z.string(), status: z.string() });

/** The simulated practices that receive messages. */
interface Receivers {
  diary: Diary;
  now: () => Date;
}

/** Answers `POST /$process-message`; a message is processed once, however often it arrives. */
export function messageProcessor(receivers: Receivers) {
  const processed = new Set<string>();

  return function processMessage(parties: Parties, request: WireRequest): WireReply {
    const message = Message.safeParse(jsonOf(request.body));
    const header = Header.safeParse(message.data?.entry[0]?.resource);
    if (!message.success || !header.success)
      return outcome(400, 'REC_BAD_REQUEST', 'invalid', 'Not a booking message');
    const { reason, focus } = header.data;
    // A repetition has the request id of the first; the ids inside the message say the same.
    const ids = [parties.requestId, header.data.id, message.data.id].filter((id) => id !== undefined);
    const keys = ids.map((id) => `${parties.practice} ${id}`);
    if (keys.some((key) => processed.has(key)))
      return outcome(409, 'REC_CONFLICT', 'duplicate', 'The message was processed before');
    const subject = entryOf(message.data, focus[0].reference);
    const reply =
      reason.coding[0].code === 'new'
        ? book(receivers, parties, message.data, subject)
        : update(receivers.diary, parties, message.data, subject);
    if (reply.status === 200) for (const key of keys) processed.add(key);
    return reply;
  };
}

function book({ diary, now }: Receivers, parties: Parties, message: Message, subject: unknown): WireReply {
  const wanted = NewAppointment.safeParse(subject).data;
  const person = MessagePatient.safeParse(
    wanted && entryOf(message, wanted.participant[0].actor.reference),
  ).data;
  const slot = wanted && slotNamed(diary, parties, message, wanted);
  if (!person || !wanted)
    return outcome(422, 'REC_UNPROCESSABLE_ENTITY', 'required', 'Appointment or Patient is incomplete');
  if (!slot) return outcome(404, 'REC_NOT_FOUND', 'not-found', 'No such slot');
  if (+new Date(wanted.start) !== +slot.startsAt || +new Date(wanted.end) !== +slot.endsAt)
    return outcome(422, 'REC_UNPROCESSABLE_ENTITY', 'business-rule', 'Times are not those of the slot');
  const patient = patientOf(diary, parties, person);
  if (!patient) return outcome(422, 'REC_UNPROCESSABLE_ENTITY', 'business-rule', 'Demographics differ');
  const result = diary.book({
    practice: parties.practice,
    slotId: slot.id,
    patient,
    audience: { route: 'NETWORK', organisationType: 'urgent-care', organisation: parties.consumer },
    consumer: parties.consumer,
    description: wanted.description,
    comment: wanted.comment,
    contactPhone: callBackPhone(person),
  });
  return booked(result, message, now());
}

/**
 * The slot that an appointment names: by id, by the UUID that it had in a search, or by a Slot in the message that has an id;
 * and otherwise the one that is at its time.
 */
function slotNamed(
  diary: Diary,
  { practice }: Parties,
  message: Message,
  { slot: [{ reference }], start, end }: z.infer<typeof NewAppointment>,
): DiarySlot | undefined {
  const isUrn = reference.startsWith('urn:uuid:');
  const carried = MessageSlot.safeParse(entryOf(message, reference)).data;
  const number = slotNumberOf(isUrn ? (carried?.id ?? '') : reference);
  if (number !== undefined || !isUrn) return diary.slot(practice, number ?? -1);
  const atThatTime = diary
    .slots(practice, new Date(start), new Date(end))
    .map(({ slot }) => slot)
    .filter(({ startsAt, session }) => +startsAt === Date.parse(start) && session.networkRelease !== null);
  return atThatTime.find((slot) => slotUrl(slot) === reference) ?? (carried && atThatTime[0]);
}

/** Application 7: contacts are ranked, exactly one of them first: the person themselves, to be called back. */
function isRanked(contacts: readonly z.infer<typeof Contact>[]): boolean {
  const first = contacts.filter((contact) => rankOf(contact) === 1);
  const isSelf = first.some(({ relationship }) =>
    relationship.some(({ coding }) => coding.some(({ code }) => code === 'ONESELF')),
  );
  const isComplete = first.every(({ telecom }) =>
    telecom.every(({ use, rank }) => use !== undefined && rank !== undefined),
  );
  return contacts.length === 0 || (first.length === 1 && isSelf && isComplete);
}

function rankOf({ extension }: z.infer<typeof Contact>): number | undefined {
  return extension.find(({ url }) => url === CONTACT_RANK)?.valuePositiveInt;
}

function callBackPhone({ contact, telecom }: MessagePatient): string | undefined {
  const first = contact.find((one) => rankOf(one) === 1)?.telecom ?? telecom;
  const phones = first.filter(({ system }) => system === 'phone');
  return phones.sort((one, other) => (one.rank ?? 9) - (other.rank ?? 9))[0]?.value;
}

/** Known people must agree; others are registered for the visit. */
function patientOf(
  diary: Diary,
  { practice }: Parties,
  { identifier, name, birthDate }: MessagePatient,
): DiaryPatient | undefined {
  const nhsNumber = identifier[0].value;
  const [{ family, given = [] }] = name;
  const givenName = given.join(' ');
  const known = diary.patient(practice, nhsNumber);
  if (!known)
    return diary.registerPatient(
      practice,
      { nhsNumber, familyName: family, givenName, birthDate },
      'TEMPORARY',
    );
  const agrees =
    known.birthDate === birthDate &&
    isSameFamilyName(known.familyName, family) &&
    isSameGivenName(known.givenName, givenName);
  return agrees ? known : undefined;
}

function update(
  diary: Diary,
  { practice, consumer }: Parties,
  message: Message,
  subject: unknown,
): WireReply {
  const changed = Changed.safeParse(subject).data;
  const appointment = changed && diary.appointment(practice, changed.id);
  if (!appointment) return outcome(404, 'REC_NOT_FOUND', 'not-found', 'No such appointment');
  if (changed.status !== 'cancelled')
    return outcome(422, 'REC_UNPROCESSABLE_ENTITY', 'not-supported', 'Only a cancellation is supported');
  const known: unknown = JSON.parse(JSON.stringify(appointmentResource(appointment)));
  if (!isDeepStrictEqual({ ...changed, status: 'booked' }, known))
    return outcome(409, 'REC_CONFLICT', 'conflict', 'The appointment is not as it was read');
  const result = diary.cancel(practice, appointment.id, consumer, 'Cancelled by the sender');
  if (result.kind === 'CANCELLED') return answered(message, result.appointment);
  return outcome(422, 'REC_UNPROCESSABLE_ENTITY', 'business-rule', 'It can no longer be cancelled');
}

function booked(result: BookingResult, message: Message, now: Date): WireReply {
  if (result.kind === 'BOOKED') return answered(message, result.appointment);
  switch (result.why) {
    case 'TAKEN':
      return outcome(409, 'REC_CONFLICT', 'conflict', 'The slot is not free');
    case 'NOT_FOUND':
      return outcome(404, 'REC_NOT_FOUND', 'not-found', 'No such slot');
    case 'NOT_RELEASED':
      return outcome(403, 'REC_FORBIDDEN', 'forbidden', 'The slot is not released');
    case 'IN_PAST':
    case 'BEYOND_HORIZON':
    case 'LIMIT_REACHED':
      return outcome(422, 'REC_UNPROCESSABLE_ENTITY', 'business-rule', `Refused at ${now.toISOString()}`);
  }
}

export function readAppointment(diary: Diary, { practice }: Parties, id: string): WireReply {
  const appointment = diary.appointment(practice, id);
  return appointment
    ? fhirJson(200, appointmentResource(appointment))
    : outcome(404, 'REC_NOT_FOUND', 'not-found', 'No such appointment');
}

/** `GET /Appointment?patient:identifier=`: all of them, cancelled and past ones included, with their slots and sessions. */
export function patientAppointments(
  diary: Diary,
  { practice }: Parties,
  { path, query }: WireRequest,
  paging: Paging,
): WireReply {
  const [system, value] = (query.get('patient:identifier') ?? '').split('|');
  const nhsNumber = NhsNumber.safeParse(value);
  if (system !== NHS_NUMBER_SYSTEM || !nhsNumber.success)
    return outcome(400, 'REC_BAD_REQUEST', 'invalid', 'patient:identifier is not an NHS number');
  const patient = diary.patient(practice, nhsNumber.data);
  const found = patient ? diary.appointmentsOf(patient) : [];
  return pageOf(found, { path, query, includes: [] }, paging, (page) => [
    ...page.map((appointment): Entry => [`urn:uuid:${appointment.id}`, appointmentResource(appointment)]),
    ...uniqueEntries(page.map(({ slot }) => slotEntry(slot, 'busy'))),
    ...uniqueEntries(
      companions(
        page.map(({ slot }) => slot),
        SUPPORTED,
      ),
    ),
  ]);
}

function uniqueEntries(entries: readonly Entry[]): Entry[] {
  return [...new Map(entries)];
}

/** The message that came, with the Appointment as it now stands in place of the one that was sent. */
function answered(message: Message, appointment: DiaryAppointment): WireReply {
  const entry = message.entry.map(({ fullUrl, resource }) => ({
    fullUrl,
    resource: resource.resourceType === 'Appointment' ? appointmentResource(appointment) : resource,
  }));
  const body = JSON.stringify({ resourceType: 'Bundle', id: randomUUID(), type: 'message', entry });
  return { ...fhirJson(200, appointmentResource(appointment)), body };
}

function entryOf({ entry }: Message, reference: string): unknown {
  return entry.find(({ fullUrl }) => fullUrl === reference)?.resource;
}

function appointmentResource(appointment: DiaryAppointment): Appointment {
  const { id, practice, slot, patient, status, description, comment, bookedAt, version } = appointment;
  return {
    resourceType: 'Appointment',
    id,
    meta: {
      versionId: String(version),
      profile: ['https://fhir.hl7.org.uk/StructureDefinition/UKCore-Appointment'],
    },
    status: status === 'CANCELLED' ? 'cancelled' : 'booked',
    ...(description !== undefined && { description }),
    ...(comment !== undefined && { comment }),
    start: timeOf(practice, slot.startsAt),
    end: timeOf(practice, slot.endsAt),
    created: timeOf(practice, bookedAt),
    slot: [{ reference: `Slot/${slotIdOf(slot)}` }],
    participant: [
      {
        actor: { identifier: { system: NHS_NUMBER_SYSTEM, value: patient.nhsNumber } },
        status: 'accepted',
      },
    ],
  };
}
