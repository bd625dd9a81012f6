import { z } from 'zod';
import type { AppointmentMode } from '../../domain/appointment-mode';
import type { OdsCode } from '../../domain/ods-code';
import { type Bundle, readableByReference, resourcesIn } from '../fhir/bundle';
import { HumanName, spokenName } from '../fhir/human-name';
import type { Slot, SupplierAppointment } from '../gp-system';
import { badReply } from '../http/parse-reply';
import { manifest } from './bars.manifest';

/** Replies of the Booking and Referral Standard (FHIR R4), of which only what is used is read. */
const DELIVERY_CHANNEL = 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-DeliveryChannel';
const MODES: Readonly<Record<string, AppointmentMode>> = {
  'In-person': 'IN_PERSON',
  Telephone: 'TELEPHONE',
  Video: 'VIDEO',
};
const { id: supplier } = manifest;

const Instant = z.iso.datetime({ offset: true });
const Reference = z.object({ reference: z.string() });
const Concept = z.object({ coding: z.array(z.object({ display: z.string().optional() })).optional() });

const FhirSlot = z.object({
  id: z.string().min(1),
  extension: z.array(z.looseObject({ url: z.string(), valueCode: z.string().optional() })).optional(),
  appointmentType: Concept.optional(),
  schedule: Reference,
  status: z.string(),
  start: Instant,
  end: Instant,
});
type FhirSlot = z.infer<typeof FhirSlot>;

const Schedule = z.object({
  id: z.string().optional(),
  comment: z.string().optional(),
  actor: z.array(Reference).optional(),
});
const Practitioner = z.object({ id: z.string().optional(), name: z.array(HumanName).optional() });
const PractitionerRole = z.object({ id: z.string().optional(), code: z.array(Concept).optional() });
const HealthcareService = z.object({ id: z.string() });

/** Loose, because a cancellation sends every other field back as it came. */
export const FhirAppointment = z.looseObject({
  resourceType: z.literal('Appointment'),
  id: z.string().min(1),
  status: z.string(),
  start: Instant,
  end: Instant,
  slot: z.array(z.looseObject({ reference: z.string() })).min(1),
  comment: z.string().optional(),
});
export type FhirAppointment = z.infer<typeof FhirAppointment>;

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
 * so is one of a channel that is not offered here.
 * @throws SupplierError BAD_REPLY when a Slot is incomplete.
 */
export function slotsOf(bundle: Bundle, practice: OdsCode): Slot[] {
  const schedules = readableByReference(bundle, 'Schedule', Schedule);
  const practitioners = readableByReference(bundle, 'Practitioner', Practitioner);
  const roles = readableByReference(bundle, 'PractitionerRole', PractitionerRole);
  const services = readableByReference(bundle, 'HealthcareService', HealthcareService);

  return resourcesIn(supplier, bundle, 'Slot', FhirSlot).flatMap((slot) => {
    const mode = modeOf(slot);
    const slotType = slot.appointmentType?.coding?.find(({ display }) => display)?.display;
    if (!mode || !slotType || slot.status !== 'free') return [];
    const schedule = schedules.get(slot.schedule.reference);
    const actors = (schedule?.actor ?? []).map(({ reference }) => reference);
    const first = <T>(known: ReadonlyMap<string, T>) => actors.flatMap((one) => known.get(one) ?? [])[0];
    const data: SlotData = {
      start: slot.start,
      end: slot.end,
      schedule: schedule?.id ?? slot.schedule.reference,
      service: first(services)?.id,
    };
    return {
      practice,
      id: slot.id,
      startsAt: new Date(slot.start),
      endsAt: new Date(slot.end),
      mode,
      slotType,
      sessionName: schedule?.comment,
      clinicianName: spokenName(first(practitioners)?.name),
      clinicianRole: first(roles)?.code?.[0]?.coding?.[0]?.display,
      supplierData: JSON.stringify(data),
    };
  });
}

/** Returns the link to the next page of a search; null on the last. */
export function nextPageOf(bundle: Bundle): string | null {
  return bundle.link?.find(({ relation }) => relation === 'next')?.url ?? null;
}

/** The appointment in the message that answers a booking. @throws SupplierError BAD_REPLY where there is none. */
export function appointmentIn(message: Bundle): FhirAppointment {
  const [appointment] = resourcesIn(supplier, message, 'Appointment', FhirAppointment);
  if (!appointment) throw badReply(supplier, 'the answer to a booking names no appointment');
  return appointment;
}

export function appointmentsIn(bundle: Bundle, marker: string): SupplierAppointment[] {
  return resourcesIn(supplier, bundle, 'Appointment', FhirAppointment).map((appointment) => ({
    id: appointment.id,
    slotId: slotIdOf(appointment),
    startsAt: new Date(appointment.start),
    endsAt: new Date(appointment.end),
    status: isCancelled(appointment) ? ('CANCELLED' as const) : ('BOOKED' as const),
    carriesMarker: appointment.comment?.includes(marker) ?? false,
  }));
}

export function isCancelled({ status }: FhirAppointment): boolean {
  return status === 'cancelled' || status === 'entered-in-error';
}

export function slotIdOf({ slot }: FhirAppointment): string {
  return (slot[0]?.reference ?? '').split('/').at(-1) ?? '';
}

function modeOf({ extension = [] }: FhirSlot): AppointmentMode | undefined {
  const channel = extension.find(({ url }) => url === DELIVERY_CHANNEL)?.valueCode;
  return channel === undefined ? undefined : MODES[channel];
}
