import { z } from 'zod';
import { APPOINTMENT_MODES } from '../../../domain/appointment-mode';
import { OdsCode } from '../../../domain/ods-code';
import type { Slot } from '../../../adapters/gp-system';
import { ELSEWHERE_REASONS, OWN_PRACTICE_ANSWERS } from '../database/tables';
import { ReleasePolicyFacts } from '../releases/policy-schema';

export const SlotFacts: z.ZodType<Slot> = z.object({
  practice: OdsCode,
  id: z.string(),
  startsAt: z.coerce.date(),
  endsAt: z.coerce.date(),
  mode: z.enum(APPOINTMENT_MODES),
  slotType: z.string(),
  sessionName: z.string().optional(),
  clinicianName: z.string().optional(),
  clinicianRole: z.string().optional(),
  places: z.object({ all: z.int().positive(), left: z.int().nonnegative() }).optional(),
  supplierData: z.string().max(500),
});

/** Facts that statistics count an offer by: no more than bands and codes, and the moment of the outcome. */
export const OfferFacts = z.object({
  pathway: z.string().nullable(),
  sex: z.string().nullable(),
  outcode: z.string().nullable(),
  deprivation: z.int().nullable(),
  reachedAt: z.coerce.date().nullable(),
  /** The practice that was searched as the person's own, and its answer. */
  ownPractice: OdsCode.nullable(),
  ownAnswer: z.enum(['SLOTS', ...OWN_PRACTICE_ANSWERS]).nullable(),
  distance: z.string(),
});
export type OfferFacts = z.infer<typeof OfferFacts>;

/** The `callerId` of what was offered to somebody who was not signed in as a patient. */
export const ANONYMOUS_OFFERS = 'anonymous';

/**
 * One slot, offered to one caller for one need until a moment: a capability. Only what was offered can be held, and
 * only by whom it was offered to. It travels sealed, as the slot's id in the API.
 */
export const Offer = z.object({
  callerId: z.string(),
  assessmentDigest: z.string(),
  supplier: z.string(),
  slot: SlotFacts,
  relation: z.enum(['OWN', 'OTHER']),
  dispositionId: z.string(),
  /** Age of the person whom the assessment was about, so that nobody else is booked on it by mistake. */
  ageInMonths: z.number().int(),
  modes: z.array(z.enum(APPOINTMENT_MODES)),
  deadline: z.coerce.date().nullable(),
  /** Copies that were kept before it had this name have none. */
  elsewhereReason: z.enum(ELSEWHERE_REASONS).nullable().default(null),
  /** The patient's practice, as their verified identity has it; known once it is held. */
  ownPractice: OdsCode.nullable().default(null),
  policy: ReleasePolicyFacts,
  /** Null of offers from before it was kept. */
  about: OfferFacts.nullable().default(null),
  /** The place that is taken where a slot is for several people; known once it is held. */
  seat: z.int().nonnegative().default(0),
  /** Bookings for the same complaint that the person has said they want to keep beside this one. */
  keeping: z.array(z.string()).default([]),
  expiresAt: z.coerce.date(),
});
export type Offer = z.infer<typeof Offer>;
