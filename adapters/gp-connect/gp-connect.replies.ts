import { z } from 'zod';
import { CalendarDate } from '../../domain/london-time';
import type { NhsNumber } from '../../domain/nhs-number';
import type { AppointmentMode } from '../../domain/appointment-mode';
import type { OdsCode } from '../../domain/ods-code';
import { standingOf } from '../fhir/appointment-status';
import { type Bundle, readableByReference, resourcesIn } from '../fhir/bundle';
import { HumanName, isSameFamilyName, isSameGivenName, spokenName } from '../fhir/human-name';
import { idIn, ResourceId } from '../fhir/references';
import type { Patient, ReadBackProbe, Slot, SupplierAppointment } from '../gp-system';
import { badReply } from '../http/parse-reply';
import type { LeftOutReason } from '../sound';

/**
 * Replies of GP Connect Appointment Management 1.2.7 (FHIR STU3), of which only what is used is read.
 * Practitioner, Location and Schedule may be missing or extra; a Slot must be complete.
 */
const SUPPLIER = 'gp-connect';
const NHS_NUMBER_SYSTEM = 'https://fhir.nhs.uk/Id/nhs-number';
const ODS_SYSTEM = 'https://fhir.nhs.uk/Id/ods-organization-code';
const DELIVERY_CHANNEL = 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-GPConnect-DeliveryChannel-2';
const PRACTITIONER_ROLE =
  'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-GPConnect-PractitionerRole-1';
export const CANCELLATION_REASON =
  'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-GPConnect-AppointmentCancellationReason-1';

const MODES: ReadonlyMap<string, AppointmentMode> = new Map([
  ['In-person', 'IN_PERSON'],
  ['Telephone', 'TELEPHONE'],
  ['Video', 'VIDEO'],
]);

const Reference = z.object({ reference: z.string() });
const Extension = z.looseObject({
  url: z.string(),
  valueCode: z.string().optional(),
  valueCodeableConcept: z
    .looseObject({ coding: z.array(z.looseObject({ display: z.string().optional() })).optional() })
    .optional(),
});

const ServiceTypes = z.array(z.object({ text: z.string().optional() })).optional();
const Identifiers = z.array(z.object({ system: z.string().optional(), value: z.string().optional() }));

const FhirSlot = z.object({
  resourceType: z.literal('Slot'),
  id: z.string().min(1),
  extension: z.array(Extension).optional(),
  serviceType: ServiceTypes,
  schedule: Reference,
  status: z.string(),
  start: z.iso.datetime({ offset: true }),
  end: z.iso.datetime({ offset: true }),
});
type FhirSlot = z.infer<typeof FhirSlot>;

const Schedule = z.object({
  id: z.string(),
  extension: z.array(Extension).optional(),
  serviceType: ServiceTypes,
  serviceCategory: z.object({ text: z.string().optional() }).optional(),
  actor: z.array(Reference).optional(),
});

const Organization = z.object({ identifier: Identifiers.optional() });

export const Practitioner = z.object({ id: z.string(), name: z.array(HumanName).optional() });

const FhirPatient = z.object({
  id: ResourceId,
  identifier: Identifiers,
  active: z.boolean().optional(),
  name: z.array(HumanName).optional(),
  birthDate: CalendarDate.optional(),
});
export type FhirPatient = z.infer<typeof FhirPatient>;

/** Loose, because a cancellation sends every other field back as it came. */
export const FhirAppointment = z.looseObject({
  resourceType: z.literal('Appointment'),
  id: ResourceId,
  meta: z.looseObject({ versionId: z.string().optional() }).optional(),
  extension: z.array(Extension).optional(),
  status: z.string(),
  serviceCategory: z.looseObject({ text: z.string().optional() }).optional(),
  start: z.iso.datetime({ offset: true }),
  end: z.iso.datetime({ offset: true }),
  slot: z.array(z.looseObject({ reference: z.string() })).min(1),
  participant: z.array(
    z.looseObject({ actor: z.looseObject({ reference: z.string().optional() }).optional() }),
  ),
  description: z.string().optional(),
  comment: z.string().optional(),
});
export type FhirAppointment = z.infer<typeof FhirAppointment>;

/** The part of a slot that a booking has to send back as it came: the provider compares times as text. */
export const SlotData = z.object({
  start: z.string(),
  end: z.string(),
  location: z.string().optional(),
  practitioner: z.string().optional(),
});
export type SlotData = z.infer<typeof SlotData>;

/**
 * The bookable slots of a search result. A slot without a channel, or of a channel that is not offered here (a home
 * visit), is left out: a missing channel is never guessed. Systems keep the type on the slot, on its session or on both
 * (nhsconnect/gpconnect#912), so the session's stands in for the slot's.
 * @throws SupplierError BAD_REPLY when a Slot is incomplete, or when they are another practice's.
 */
export function slotsOf(
  bundle: Bundle,
  practice: OdsCode,
  leaveOut: (reason: LeftOutReason) => void = () => undefined,
): Slot[] {
  checkPractice(bundle, practice);
  const schedules = readableByReference(bundle, 'Schedule', Schedule);
  const practitioners = readableByReference(bundle, 'Practitioner', Practitioner);

  return resourcesIn(SUPPLIER, bundle, 'Slot', FhirSlot).flatMap((slot) => {
    if (slot.status !== 'free') return [];
    const schedule = schedules.get(slot.schedule.reference);
    const mode = modeOf(slot.extension);
    const slotType = typeOf(slot.serviceType) ?? typeOf(schedule?.serviceType) ?? sessionNameOf(schedule);
    if (!mode || !slotType) {
      leaveOut(mode ? 'NO_TYPE' : 'NO_MODE');
      return [];
    }
    const actor = (type: string) =>
      schedule?.actor?.find(({ reference }) => idIn(reference, type) !== undefined)?.reference;
    const practitioner = actor('Practitioner');
    const data: SlotData = {
      start: slot.start,
      end: slot.end,
      location: actor('Location'),
      practitioner,
    };
    return {
      practice,
      id: slot.id,
      startsAt: new Date(slot.start),
      endsAt: new Date(slot.end),
      mode,
      slotType,
      sessionName: sessionNameOf(schedule),
      clinicianName: practitioner && spokenName(practitioners.get(practitioner)?.name),
      clinicianRole: roleOf(schedule?.extension),
      supplierData: JSON.stringify(data),
    };
  });
}

/** Organisations in a search result are those that manage the places of its slots. */
function checkPractice(bundle: Bundle, practice: OdsCode): void {
  const codes = resourcesIn(SUPPLIER, bundle, 'Organization', Organization).flatMap(({ identifier = [] }) =>
    identifier.flatMap(({ system, value }) => (system === ODS_SYSTEM ? (value ?? []) : [])),
  );
  if (codes.length > 0 && !codes.includes(practice))
    throw badReply(SUPPLIER, 'the slots are those of another practice');
}

/**
 * The one active patient with the NHS number; undefined where the practice shows none.
 * @throws SupplierError BAD_REPLY for several, or for somebody else: who is booked may not be a guess.
 */
export function patientIn(bundle: Bundle, nhsNumber: NhsNumber): FhirPatient | undefined {
  const [patient, ...others] = resourcesIn(SUPPLIER, bundle, 'Patient', FhirPatient).filter(
    ({ active }) => active !== false,
  );
  if (!patient) return undefined;
  const numbers = patient.identifier.flatMap(({ system, value }) =>
    system === NHS_NUMBER_SYSTEM ? (value ?? []) : [],
  );
  if (others.length > 0 || numbers.length === 0 || numbers.some((number) => number !== nhsNumber))
    throw badReply(SUPPLIER, 'the patients found are not the one asked for');
  return patient;
}

/** An appointment as read back, with the reference to its practitioner, whose name it lacks. */
export interface Listed {
  appointment: SupplierAppointment;
  practitioner: string | undefined;
}

/**
 * The appointments of a patient. One whose status says neither that it stands nor that it is cancelled is left out where it is
 * not the one looked for.
 * @throws SupplierError BAD_REPLY where it is, or where one is somebody else's: that says nothing of ours.
 */
export function appointmentsIn(bundle: Bundle, probe: ReadBackProbe, patientId: string): Listed[] {
  return resourcesIn(SUPPLIER, bundle, 'Appointment', FhirAppointment).flatMap((resource) => {
    if (!isFor(resource, patientId)) throw badReply(SUPPLIER, 'an appointment of somebody else is listed');
    const status = standingOf(resource.status);
    if (status)
      return { appointment: appointmentOf(resource, probe, status), practitioner: practitionerOf(resource) };
    if (carries(resource, probe.marker) || stands(resource, probe.slot))
      throw badReply(
        SUPPLIER,
        'the status of an appointment says neither that it stands nor that it does not',
      );
    return [];
  });
}

function appointmentOf(
  resource: FhirAppointment,
  { marker, slot }: ReadBackProbe,
  status: SupplierAppointment['status'],
): SupplierAppointment {
  const slotIds = slotIdsOf(resource);
  return {
    id: resource.id,
    version: resource.meta?.versionId,
    // The practice may have added a neighbouring slot.
    slotId: slotIds.includes(slot.id) ? slot.id : (slotIds[0] ?? ''),
    startsAt: new Date(resource.start),
    endsAt: new Date(resource.end),
    status,
    mode: modeOf(resource.extension),
    sessionName: resource.serviceCategory?.text,
    clinicianRole: roleOf(resource.extension),
    carriesMarker: carries(resource, marker),
  };
}

/** A provider may join comment and description, so the marker is looked for within either. */
function carries({ comment, description }: FhirAppointment, marker: string): boolean {
  return [comment, description].some((text) => text?.includes(marker));
}

function stands(resource: FhirAppointment, { id, startsAt }: Slot): boolean {
  return slotIdsOf(resource).includes(id) || Date.parse(resource.start) === startsAt.getTime();
}

export function slotIdsOf({ slot }: FhirAppointment): string[] {
  return slot.flatMap(({ reference }) => idIn(reference, 'Slot') ?? []);
}

function practitionerOf(resource: FhirAppointment): string | undefined {
  return referencesOf(resource).find((reference) => idIn(reference, 'Practitioner') !== undefined);
}

function referencesOf({ participant }: FhirAppointment): string[] {
  return participant.flatMap(({ actor }) => actor?.reference ?? []);
}

/** Tells whether the appointment is this patient's: named among its participants, by the practice's own id. */
export function isFor(resource: FhirAppointment, patientId: string): boolean {
  return referencesOf(resource).some((reference) => idIn(reference, 'Patient') === patientId);
}

/** Tells whether an acceptance names what was asked for: slot, times, patient and, where it was known, the place. */
export function isAsBooked(booked: FhirAppointment, slot: Slot, data: SlotData, patientId: string): boolean {
  const places = referencesOf(booked).flatMap((reference) => idIn(reference, 'Location') ?? []);
  const place = idIn(data.location, 'Location');
  return (
    booked.status === 'booked' &&
    isFor(booked, patientId) &&
    slotIdsOf(booked).join() === slot.id &&
    Date.parse(booked.start) === slot.startsAt.getTime() &&
    Date.parse(booked.end) === slot.endsAt.getTime() &&
    (place === undefined || places.length === 0 || places.includes(place))
  );
}

/** Tells whether a resource is the same appointment as another: id, slots, times and participants. */
export function isSameAppointment(one: FhirAppointment, other: FhirAppointment): boolean {
  const facts = (resource: FhirAppointment) =>
    JSON.stringify([
      resource.id,
      slotIdsOf(resource),
      Date.parse(resource.start),
      Date.parse(resource.end),
      referencesOf(resource).flatMap((reference) => idIn(reference, 'Patient') ?? []),
    ]);
  return facts(one) === facts(other);
}

/** Tells whether the practice's record is our patient's: family name, birth date and first given name agree. */
export function isSamePerson(registered: FhirPatient, patient: Patient): boolean {
  const name = registered.name?.find(({ use }) => use === 'official') ?? registered.name?.[0];
  return (
    registered.birthDate === patient.birthDate &&
    isSameFamilyName(name?.family, patient.familyName) &&
    isSameGivenName((name?.given ?? []).join(' '), patient.givenName)
  );
}

function modeOf(extensions: readonly z.infer<typeof Extension>[] | undefined): AppointmentMode | undefined {
  const channel = extensions?.find(({ url }) => url === DELIVERY_CHANNEL)?.valueCode;
  return channel === undefined ? undefined : MODES.get(channel);
}

function typeOf(serviceTypes: z.infer<typeof ServiceTypes>): string | undefined {
  return serviceTypes?.find(({ text }) => text)?.text;
}

function sessionNameOf(schedule: z.infer<typeof Schedule> | undefined): string | undefined {
  return schedule?.serviceCategory?.text;
}

function roleOf(extensions: readonly z.infer<typeof Extension>[] | undefined): string | undefined {
  return extensions?.find(({ url }) => url === PRACTITIONER_ROLE)?.valueCodeableConcept?.coding?.[0]?.display;
}
