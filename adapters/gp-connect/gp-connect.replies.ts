import { z } from 'zod';
import { CalendarDate } from '../../domain/london-time';
import type { AppointmentMode } from '../../domain/appointment-mode';
import type { OdsCode } from '../../domain/ods-code';
import { type Bundle, readableByReference, resourcesIn } from '../fhir/bundle';
import { comparableName, HumanName, spokenName } from '../fhir/human-name';
import type { Patient, Slot, SupplierAppointment } from '../gp-system';

/**
 * Replies of GP Connect Appointment Management 1.2.7 (FHIR STU3), of which only what is used is read.
 * Practitioner, Location and Schedule may be missing or extra; a Slot must be complete.
 */
const SUPPLIER = 'gp-connect';
const DELIVERY_CHANNEL = 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-GPConnect-DeliveryChannel-2';
const PRACTITIONER_ROLE =
  'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-GPConnect-PractitionerRole-1';
export const CANCELLATION_REASON =
  'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-GPConnect-AppointmentCancellationReason-1';

const MODES: Readonly<Record<string, AppointmentMode>> = {
  'In-person': 'IN_PERSON',
  Telephone: 'TELEPHONE',
  Video: 'VIDEO',
};

const Reference = z.object({ reference: z.string() });
const Extension = z.looseObject({
  url: z.string(),
  valueCode: z.string().optional(),
  valueCodeableConcept: z
    .object({ coding: z.array(z.object({ display: z.string().optional() })).optional() })
    .optional(),
});

const FhirSlot = z.object({
  resourceType: z.literal('Slot'),
  id: z.string().min(1),
  extension: z.array(Extension).optional(),
  serviceType: z.array(z.object({ text: z.string().optional() })).optional(),
  schedule: Reference,
  status: z.string(),
  start: z.iso.datetime({ offset: true }),
  end: z.iso.datetime({ offset: true }),
});
type FhirSlot = z.infer<typeof FhirSlot>;

const Schedule = z.object({
  id: z.string(),
  extension: z.array(Extension).optional(),
  serviceCategory: z.object({ text: z.string().optional() }).optional(),
  actor: z.array(Reference).optional(),
});

const Practitioner = z.object({ id: z.string(), name: z.array(HumanName).optional() });

const FhirPatient = z.object({
  id: z.string().min(1),
  name: z.array(HumanName).optional(),
  birthDate: CalendarDate.optional(),
});
export type FhirPatient = z.infer<typeof FhirPatient>;

/** Loose, because a cancellation sends every other field back as it came. */
export const FhirAppointment = z.looseObject({
  resourceType: z.literal('Appointment'),
  id: z.string().min(1),
  meta: z.looseObject({ versionId: z.string().optional() }).optional(),
  extension: z.array(z.looseObject({ url: z.string() })).optional(),
  status: z.string(),
  start: z.iso.datetime({ offset: true }),
  end: z.iso.datetime({ offset: true }),
  slot: z.array(z.looseObject({ reference: z.string() })).min(1),
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

/**
 * The bookable slots of a search result. A slot without a channel, or of a channel that is not offered here (a home
 * visit), is left out: a missing channel is never guessed.
 * @throws SupplierError BAD_REPLY when a Slot is incomplete.
 */
export function slotsOf(bundle: Bundle, practice: OdsCode): Slot[] {
  const schedules = readableByReference(bundle, 'Schedule', Schedule);
  const practitioners = readableByReference(bundle, 'Practitioner', Practitioner);

  return resourcesIn(SUPPLIER, bundle, 'Slot', FhirSlot).flatMap((slot) => {
    const mode = modeOf(slot);
    const slotType = slot.serviceType?.find(({ text }) => text)?.text;
    if (!mode || !slotType || slot.status !== 'free') return [];
    const schedule = schedules.get(slot.schedule.reference);
    const actor = (type: string) =>
      schedule?.actor?.find(({ reference }) => reference.startsWith(`${type}/`))?.reference;
    const practitioner = actor('Practitioner');
    const data: z.infer<typeof SlotData> = {
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
      sessionName: schedule?.serviceCategory?.text,
      clinicianName: practitioner && spokenName(practitioners.get(practitioner)?.name),
      clinicianRole: roleOf(schedule?.extension),
      supplierData: JSON.stringify(data),
    };
  });
}

export function patientIn(bundle: Bundle): FhirPatient | undefined {
  return resourcesIn(SUPPLIER, bundle, 'Patient', FhirPatient)[0];
}

export function appointmentsIn(bundle: Bundle, marker: string): SupplierAppointment[] {
  return resourcesIn(SUPPLIER, bundle, 'Appointment', FhirAppointment).map((resource) =>
    appointmentOf(resource, marker),
  );
}

function appointmentOf(resource: FhirAppointment, marker: string): SupplierAppointment {
  const texts = [resource.comment, resource.description];
  return {
    id: resource.id,
    version: resource.meta?.versionId,
    slotId: slotIdOf(resource),
    startsAt: new Date(resource.start),
    endsAt: new Date(resource.end),
    status: resource.status === 'cancelled' ? 'CANCELLED' : 'BOOKED',
    // A provider may join comment and description, so the marker is looked for within either.
    carriesMarker: texts.some((text) => text?.includes(marker)),
  };
}

export function slotIdOf(resource: FhirAppointment): string {
  return (resource.slot[0]?.reference ?? '').split('/').at(-1) ?? '';
}

/** Tells whether the practice's record is our patient's: family name, birth date and first given name agree. */
export function isSamePerson(registered: FhirPatient, patient: Patient): boolean {
  const name = registered.name?.find(({ use }) => use === 'official') ?? registered.name?.[0];
  const [given] = (name?.given ?? []).join(' ').split(' ');
  const [ourGiven] = patient.givenName.split(' ');
  return (
    registered.birthDate === patient.birthDate &&
    comparableName(name?.family) === comparableName(patient.familyName) &&
    comparableName(given) === comparableName(ourGiven)
  );
}

function modeOf(slot: FhirSlot): AppointmentMode | undefined {
  const channel = slot.extension?.find(({ url }) => url === DELIVERY_CHANNEL)?.valueCode;
  return channel === undefined ? undefined : MODES[channel];
}

function roleOf(extensions: readonly z.infer<typeof Extension>[] | undefined): string | undefined {
  return extensions?.find(({ url }) => url === PRACTITIONER_ROLE)?.valueCodeableConcept?.coding?.[0]?.display;
}
