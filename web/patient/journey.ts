import { createHmac } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Caller } from '../kit/api';
import type { Site } from '../kit/site';
import { callerOf, pageData, personOf, visitOf } from '../kit/visit';
import { Booking, Hold, Outcome, Person, Question, Slot } from './answers';
import type { PatientApi } from './api';
import { ACCESS_NEEDS } from './texts';

const Check = z.object({ id: z.string(), title: z.string(), summary: z.string().nullish() });

const Place = z.union([
  z.object({ postcode: z.string() }),
  z.object({ coordinates: z.object({ latitude: z.number(), longitude: z.number() }) }),
]);

/** An appointment by the name that it has in addresses, with advice of the symptom check that led to it. */
const OpenedBooking = z.object({ name: z.string(), id: z.string(), worse: z.array(z.string()) });
export type OpenedBooking = z.infer<typeof OpenedBooking>;

/** One person's way through the pages so far: it lives in the session, so that no address has to carry it. */
const Journey = z.object({
  relationship: z.enum(['SELF', 'CHILD', 'OTHER']).optional(),
  dateOfBirth: z.string().optional(),
  sex: z.enum(['FEMALE', 'MALE', 'UNSPECIFIED']).optional(),
  words: z.string().optional(),
  checks: z.array(Check).optional(),
  checkId: z.string().optional(),
  checksAdvice: z.array(z.string()).optional(),
  switchedOff: z.array(z.object({ title: z.string(), message: z.string() })).optional(),
  place: Place.optional(),
  assessment: z.object({ id: z.string(), revision: z.number() }).optional(),
  /** Advice of an emergency from before, which is shown once. */
  earlier: z.object({ advice: z.string(), title: z.string(), careLevel: z.string() }).optional(),
  /** Questions shown so far, in order, with the answers given. */
  asked: z.array(z.object({ question: Question, answer: z.array(z.string()).optional() })).optional(),
  /** Answer that would take an emergency back, until the person has confirmed it. */
  lessUrgent: z
    .object({
      key: z.string(),
      answer: z.array(z.string()),
      said: z.array(z.string()),
      message: z.string(),
      advice: z.array(z.string()),
    })
    .optional(),
  outcome: Outcome.optional(),
  banner: z.string().nullish(),
  patient: Person.optional(),
  hold: Hold.optional(),
  phone: z.string().optional(),
  reason: z.string().optional(),
  /** Appointments that the pages of this session show, the latest last. */
  opened: z.array(OpenedBooking).optional(),
  /** Part of the times that are shown, and how far to look. */
  looking: z
    .object({
      mode: z.enum(['any', 'IN_PERSON', 'TELEPHONE', 'VIDEO']),
      time: z.enum(['any', 'morning', 'afternoon', 'evening']),
      practices: z.number(),
      elsewhere: z.boolean(),
      needs: z.array(z.enum(ACCESS_NEEDS.map(({ value }) => value))).optional(),
    })
    .optional(),
  /** Time that was chosen, and cannot be kept without an answer about another appointment. */
  beside: z.object({ slotId: z.string(), booking: Booking }).optional(),
  /** Appointment whose time is being changed, and the new time once it is chosen. */
  changing: z.object({ booking: Booking, slot: Slot.optional(), shown: z.array(Slot).optional() }).optional(),
  /** Appointment beside which another person's is looked for: two children, one visit. */
  visit: z.object({ bookingId: z.string() }).optional(),
  /** Codes made for going on elsewhere. */
  codes: z.number().optional(),
});
export type Journey = z.infer<typeof Journey>;

export const journeys = pageData('patient', Journey);
export const journeyOf = journeys.of;

/** The site as the pages of patients use it. */
export interface PatientSite extends Site {
  patient: PatientApi;
}

/** Undefined: nobody, or somebody who is no patient, has signed in. */
export function signedInCaller(site: Site, request: FastifyRequest): Caller | undefined {
  return personOf(request, site.now(), 'patient') === undefined ? undefined : anyCaller(site, request);
}

export const anyCaller = (site: Site, request: FastifyRequest) => callerOf(request, site.now(), 'patient');

/** Page on which the first thing that is still missing is asked, before a symptom check can start. */
export function firstMissingPage(journey: Journey): string | null {
  if (journey.relationship === undefined) return '/who';
  if (journey.dateOfBirth === undefined) return '/age';
  if (journey.sex === undefined) return '/sex';
  if (journey.checks === undefined) return '/symptoms';
  if (journey.checkId === undefined) return '/checks';
  if (journey.place === undefined) return '/where';
  return null;
}

/** Forgets the symptom check and all that rests on it, when something about the person has changed. */
export function withoutCheck(journey: Journey): Journey {
  const { relationship, dateOfBirth, sex } = journey;
  return { relationship, dateOfBirth, sex, ...keptForNextCheck(journey) };
}

/** Parts that hold whomever the next symptom check is about. */
export function keptForNextCheck({ place, phone, changing, opened, visit }: Journey): Journey {
  return { place, phone, changing, opened, visit };
}

/** More tabs than these lose the appointment that was opened first; its page leads to the list. */
const MAX_OPENED = 20;

/**
 * Gives an appointment a name for addresses, which says nothing in any other session: each tab shows its own, and no
 * address has a reference or an id.
 */
export function openBooking(request: FastifyRequest, id: string, worse: string[] = []): string {
  const journey = journeyOf(request);
  const opened = journey.opened ?? [];
  const known = opened.find((one) => one.id === id);
  const key = visitOf(request).session.csrfToken;
  const name = known?.name ?? createHmac('sha256', key).update(id).digest('base64url').slice(0, 10);
  const kept = worse.length > 0 ? worse : (known?.worse ?? []);
  journey.opened = [...opened.filter((one) => one !== known), { name, id, worse: kept }].slice(-MAX_OPENED);
  return name;
}

/** Route parameters of a page about one appointment. */
const Named = z.object({ name: z.string() });

/** The appointment that the address names; undefined where it is of another session, or was forgotten. */
export function openedBooking(request: FastifyRequest): OpenedBooking | undefined {
  const named = Named.safeParse(request.params).data;
  return journeyOf(request).opened?.find(({ name }) => name === named?.name);
}

/** Forgets whose appointment it is and what is kept: they belong to the person who was signed in. */
export function withoutPerson(journey: Journey): Journey {
  return {
    ...journey,
    patient: undefined,
    hold: undefined,
    opened: undefined,
    beside: undefined,
    changing: undefined,
  };
}

/** The person as the API takes it. */
export function subjectOf({ dateOfBirth, sex, relationship }: Journey) {
  return { dateOfBirth, sex, relationship };
}
