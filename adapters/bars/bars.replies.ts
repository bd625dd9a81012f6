import { z } from 'zod';
import type { AppointmentMode } from '../../domain/appointment-mode';
import type { NhsNumber } from '../../domain/nhs-number';
import type { OdsCode } from '../../domain/ods-code';
import { standingOf } from '../fhir/appointment-status';
import { Bundle, readableByReference, resourcesIn } from '../fhir/bundle';
import { HumanName, spokenName } from '../fhir/human-name';
import { idIn, ResourceId } from '../fhir/references';
import type { BookCommand, ReadBackProbe, Slot, SupplierAppointment } from '../gp-system';
import { badReply, parseAs } from '../http/parse-reply';
import type { LeftOutReason } from '../sound';
import { manifest } from './bars.manifest';

/** Replies of the Booking and Referral Standard (FHIR R4), of which only what is used is read. */
const DELIVERY_CHANNEL = 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-DeliveryChannel';
export const NHS_NUMBER_SYSTEM = 'https://fhir.nhs.uk/Id/nhs-number';
const MODES: ReadonlyMap<string, AppointmentMode> = new Map([
  ['In-person', 'IN_PERSON'],
  ['Telephone', 'TELEPHONE'],
  ['Video', 'VIDEO'],
]);
const { id: supplier } = manifest;

const Instant = z.iso.datetime({ offset: true });
const Reference = z.object({ reference: z.string() });
const Concept = z.object({
  coding: z.array(z.object({ display: z.string().optional() })).optional(),
  text: z.string().optional(),
});
const Extensions = z.array(z.looseObject({ url: z.string(), valueCode: z.string().optional() })).optional();
const Identifiers = z.array(z.looseObject({ system: z.string().optional(), value: z.string().optional() }));

const FhirSlot = z.object({
  id: z.string().min(1),
  extension: Extensions,
  appointmentType: Concept.optional(),
  serviceType: z.array(Concept).optional(),
  schedule: Reference,
  status: z.string(),
  start: Instant,
  end: Instant,
});
/** A Slot that comes with an appointment, of which less is needed than of one that is offered. */
const BookedSlot = z.object({
  id: z.string().optional(),
  extension: Extensions,
  schedule: Reference.optional(),
});

const Schedule = z.object({
  id: z.string().optional(),
  comment: z.string().optional(),
  serviceType: z.array(Concept).optional(),
  actor: z.array(Reference).optional(),
});
const Practitioner = z.object({ id: z.string().optional(), name: z.array(HumanName).optional() });
const PractitionerRole = z.object({ id: z.string().optional(), code: z.array(Concept).optional() });
const HealthcareService = z.object({ id: z.string() });
const MessagePatient = z.object({ id: z.string().optional(), identifier: Identifiers });

/** Loose, because a cancellation sends every other field back as it came. */
export const FhirAppointment = z.looseObject({
  resourceType: z.literal('Appointment'),
  id: ResourceId,
  extension: Extensions,
  status: z.string(),
  start: Instant,
  end: Instant,
  slot: z.array(z.looseObject({ reference: z.string() })).min(1),
  participant: z
    .array(
      z.looseObject({
        actor: z
          .looseObject({
            reference: z.string().optional(),
            identifier: z
              .looseObject({ system: z.string().optional(), value: z.string().optional() })
              .optional(),
          })
          .optional(),
      }),
    )
    .optional(),
  description: z.string().optional(),
  comment: z.string().optional(),
});
export type FhirAppointment = z.infer<typeof FhirAppointment>;

/** An appointment with the resources that came with it, to which it may refer. */
export interface Found {
  appointment: FhirAppointment;
  companions: Companions;
}

/** The resources of a Bundle by what refers to them: read once, for however many appointments are in it. */
interface Companions {
  slots: ReadonlyMap<string, z.infer<typeof BookedSlot>>;
  patients: ReadonlyMap<string, z.infer<typeof MessagePatient>>;
  sessionOf: ReturnType<typeof sessionsIn>;
}

function companionsIn(bundle: Bundle): Companions {
  return {
    slots: readableByReference(bundle, 'Slot', BookedSlot),
    patients: readableByReference(bundle, 'Patient', MessagePatient),
    sessionOf: sessionsIn(bundle),
  };
}

export const MessageDefinitions = z.object({
  resourceType: z.literal('Bundle'),
  entry: z
    .array(z.object({ resource: z.looseObject({ eventCoding: z.object({ code: z.string() }).optional() }) }))
    .optional(),
});

/** The part of a slot that a booking message has to repeat. */
export const SlotData = z.object({
  start: z.string(),
  end: z.string(),
  schedule: z.string(),
  service: z.string().optional(),
});
export type SlotData = z.infer<typeof SlotData>;

/**
 * The free slots of one page. One without a delivery channel is left out, since a missing channel is never guessed, and
 * so is one of a channel that is not offered here. The session's type stands in for a slot's.
 * @throws SupplierError BAD_REPLY when a Slot is incomplete.
 */
export function slotsOf(
  bundle: Bundle,
  practice: OdsCode,
  leaveOut: (reason: LeftOutReason) => void = () => undefined,
): Slot[] {
  const sessions = sessionsIn(bundle);
  return resourcesIn(supplier, bundle, 'Slot', FhirSlot).flatMap((slot) => {
    if (slot.status !== 'free') return [];
    const { schedule, service, session } = sessions(slot.schedule.reference);
    const mode = modeOf(slot.extension);
    const slotType =
      wordsOf(slot.appointmentType) ??
      firstWordsOf(slot.serviceType) ??
      firstWordsOf(schedule?.serviceType) ??
      session.sessionName;
    if (!mode || !slotType) {
      leaveOut(mode ? 'NO_TYPE' : 'NO_MODE');
      return [];
    }
    const data: SlotData = {
      start: slot.start,
      end: slot.end,
      schedule: schedule?.id ?? slot.schedule.reference,
      service,
    };
    return {
      practice,
      id: slot.id,
      startsAt: new Date(slot.start),
      endsAt: new Date(slot.end),
      mode,
      slotType,
      ...session,
      supplierData: JSON.stringify(data),
    };
  });
}

/** Returns the session, and who holds it, by the reference to its Schedule. */
function sessionsIn(bundle: Bundle) {
  const schedules = readableByReference(bundle, 'Schedule', Schedule);
  const practitioners = readableByReference(bundle, 'Practitioner', Practitioner);
  const roles = readableByReference(bundle, 'PractitionerRole', PractitionerRole);
  const services = readableByReference(bundle, 'HealthcareService', HealthcareService);
  return (reference: string | undefined) => {
    const schedule = schedules.get(reference ?? '');
    const actors = (schedule?.actor ?? []).map((actor) => actor.reference);
    const first = <T>(known: ReadonlyMap<string, T>) => actors.flatMap((one) => known.get(one) ?? [])[0];
    return {
      schedule,
      service: first(services)?.id,
      session: {
        sessionName: schedule?.comment,
        clinicianName: spokenName(first(practitioners)?.name),
        clinicianRole: firstWordsOf(first(roles)?.code),
      },
    };
  };
}

/** Reads the answer to a reading of one appointment: the resource, or a Bundle with it and what it refers to. */
export function foundIn(value: unknown): Found {
  const bundle = Bundle.safeParse(value).data;
  if (bundle) return appointmentIn(bundle);
  const appointment = parseAs(supplier, FhirAppointment, value);
  return { appointment, companions: companionsIn({ resourceType: 'Bundle' }) };
}

/** The one appointment in a message. @throws SupplierError BAD_REPLY where there is none, or more. */
export function appointmentIn(bundle: Bundle): Found {
  const [appointment, ...others] = resourcesIn(supplier, bundle, 'Appointment', FhirAppointment);
  if (!appointment || others.length > 0) throw badReply(supplier, 'the answer does not name one appointment');
  return { appointment, companions: companionsIn(bundle) };
}

/**
 * The appointments of a patient. One whose status says neither that it stands nor that it is cancelled is left out where it is
 * not the one looked for.
 * @throws SupplierError BAD_REPLY where it is, or where one is somebody else's: that says nothing of ours.
 */
export function appointmentsIn(bundle: Bundle, probe: ReadBackProbe): SupplierAppointment[] {
  const { slot, marker, patient } = probe;
  const companions = companionsIn(bundle);
  return resourcesIn(supplier, bundle, 'Appointment', FhirAppointment).flatMap((appointment) => {
    const found = { appointment, companions };
    if (whoseIs(found, patient.nhsNumber) === 'ANOTHER')
      throw badReply(supplier, 'an appointment of somebody else is listed');
    const status = standingOf(appointment.status);
    if (status) return readBackOf(found, probe, status);
    if (carries(appointment, marker) || slotIdOf(found) === slot.id || startsWith(appointment, slot))
      throw badReply(
        supplier,
        'the status of an appointment says neither that it stands nor that it does not',
      );
    return [];
  });
}

function readBackOf(
  found: Found,
  { slot, marker }: ReadBackProbe,
  status: SupplierAppointment['status'],
): SupplierAppointment {
  const { appointment, companions } = found;
  const booked = slotIn(found);
  const { session } = companions.sessionOf(booked?.schedule?.reference);
  return {
    id: appointment.id,
    slotId: slotIdOf(found) ?? presumedSlotId(appointment, slot, marker),
    startsAt: new Date(appointment.start),
    endsAt: new Date(appointment.end),
    status,
    mode: modeOf(booked?.extension) ?? modeOf(appointment.extension),
    ...session,
    carriesMarker: carries(appointment, marker),
  };
}

/** A receiver may name the slot by a UUID that nothing else explains: with our marker and at its time, it is our slot. */
function presumedSlotId(appointment: FhirAppointment, slot: Slot, marker: string): string {
  const isOurs = carries(appointment, marker) && isAt(appointment, slot);
  return isOurs ? slot.id : (appointment.slot[0]?.reference ?? '');
}

/** Tells whether an acceptance names what was asked for: status, slot, times and patient. */
export function isAsBooked(found: Found, { slot, patient }: BookCommand): boolean {
  const { appointment } = found;
  return (
    appointment.status === 'booked' &&
    appointment.slot.length === 1 &&
    slotIdOf(found) === slot.id &&
    isAt(appointment, slot) &&
    whoseIs(found, patient.nhsNumber) === 'OURS'
  );
}

/** Tells whether an appointment stands on the slot; by its times, where the slot is named by a UUID that nothing explains. */
export function standsOn(found: Found, slot: Slot): boolean {
  const slotId = slotIdOf(found);
  return slotId === undefined ? isAt(found.appointment, slot) : slotId === slot.id;
}

/** Tells whether a resource is the same appointment as another: id, times, and slot where both name it. */
export function isSameAppointment(one: Found, other: Found): boolean {
  const [slotId, otherSlotId] = [slotIdOf(one), slotIdOf(other)];
  const times = ({ appointment: { start, end } }: Found) => `${Date.parse(start)} ${Date.parse(end)}`;
  return (
    one.appointment.id === other.appointment.id &&
    times(one) === times(other) &&
    (slotId === undefined || otherSlotId === undefined || slotId === otherSlotId)
  );
}

/** Tells whose an appointment is, by the NHS numbers of its participants: of themselves, or of the Patient referred to. */
export function whoseIs(found: Found, nhsNumber: NhsNumber): 'OURS' | 'ANOTHER' | 'NOT_TOLD' {
  const { appointment, companions } = found;
  const numbers = (appointment.participant ?? []).flatMap(({ actor }) => {
    const id = idIn(actor?.reference, 'Patient');
    const patient = companions.patients.get(actor?.reference ?? '');
    return [
      ...numbersIn([actor?.identifier ?? {}]),
      ...numbersIn(patient?.identifier ?? []),
      // The published examples refer to patients by their NHS number.
      ...(id !== undefined && /^\d{10}$/.test(id) ? [id] : []),
    ];
  });
  if (numbers.length === 0) return 'NOT_TOLD';
  return numbers.includes(nhsNumber) ? 'OURS' : 'ANOTHER';
}

function numbersIn(identifiers: z.infer<typeof Identifiers>): string[] {
  return identifiers.flatMap(({ system, value }) => (system === NHS_NUMBER_SYSTEM ? (value ?? []) : []));
}

/** `Slot/5`, or the UUID of a Slot that came with it; undefined for a UUID that nothing explains. */
function slotIdOf(found: Found): string | undefined {
  return idIn(found.appointment.slot[0]?.reference, 'Slot') ?? slotIn(found)?.id;
}

function slotIn({ appointment, companions }: Found): z.infer<typeof BookedSlot> | undefined {
  return companions.slots.get(appointment.slot[0]?.reference ?? '');
}

function carries({ comment }: FhirAppointment, marker: string): boolean {
  return comment?.includes(marker) ?? false;
}

function isAt({ start, end }: FhirAppointment, slot: Slot): boolean {
  return Date.parse(start) === slot.startsAt.getTime() && Date.parse(end) === slot.endsAt.getTime();
}

function startsWith({ start }: FhirAppointment, slot: Slot): boolean {
  return Date.parse(start) === slot.startsAt.getTime();
}

function modeOf(extensions: z.infer<typeof Extensions>): AppointmentMode | undefined {
  const channel = extensions?.find(({ url }) => url === DELIVERY_CHANNEL)?.valueCode;
  return channel === undefined ? undefined : MODES.get(channel);
}

function wordsOf(concept: z.infer<typeof Concept> | undefined): string | undefined {
  return concept?.coding?.find(({ display }) => display)?.display ?? (concept?.text || undefined);
}

function firstWordsOf(concepts: readonly z.infer<typeof Concept>[] | undefined): string | undefined {
  return (concepts ?? []).flatMap((concept) => wordsOf(concept) ?? [])[0];
}
