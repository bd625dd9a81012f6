import { z } from 'zod';
import { ACCESS_NEEDS } from '../../../domain/access-needs';
import { APPOINTMENT_MODES } from '../../../domain/appointment-mode';
import { OdsCode } from '../../../domain/ods-code';
import { BOOKING_ROUTES } from '../../../adapters/gp-system';
import { ReleasePolicyFacts } from '../releases/policy-schema';
import { STOPPED_REASONS } from './stopped-reasons';

/**
 * Facts about an assessment from triage and practices, which the gateway passes on (the field's `@requires`). Some
 * routers leave out what is null; the outcome and the candidates themselves have to be brought, so that nobody is
 * told that there is nothing where only nothing was asked.
 */

const Instant = z.iso.datetime().transform((text) => new Date(text));
const Modes = z.array(z.enum(APPOINTMENT_MODES));
const AccessNeeds = z.array(z.enum(ACCESS_NEEDS)).optional();

export const Candidate = z.object({
  odsCode: OdsCode,
  distanceMiles: z.number().nullable().default(null),
  connections: z.array(z.object({ supplier: z.string(), route: z.enum(BOOKING_ROUTES) })),
  release: ReleasePolicyFacts,
  accessNeedsMet: AccessNeeds,
  accessNeedsNotMet: AccessNeeds,
});
export type Candidate = z.infer<typeof Candidate>;

export const AssessmentFacts = z.object({
  id: z.string(),
  expiresAt: Instant,
  outcome: z
    .object({
      deadline: Instant.nullable().default(null),
      reachedAt: Instant.nullish(),
      disposition: z.object({
        id: z.string(),
        bookable: z.enum(['NONE', 'OWN_PRACTICE', 'NETWORK']),
        modes: Modes,
      }),
    })
    .nullable(),
  subject: z.object({
    ageInMonths: z.number().int(),
    registeredPracticeOdsCode: z.string().nullable().default(null),
    sex: z.enum(['FEMALE', 'MALE', 'UNSPECIFIED']).nullish(),
  }),
  // For statistics alone.
  pathway: z.object({ id: z.string() }).nullish(),
  place: z.object({ postcode: z.string().nullish(), deprivation: z.int().nullish() }).nullish(),
  candidates: z
    .object({
      own: Candidate.nullable().default(null),
      near: z.array(Candidate),
      stopped: z.array(z.object({ reason: z.enum(STOPPED_REASONS), practices: z.number().int() })),
      practicesInRadius: z.number().int(),
      withinMiles: z.number(),
      placeKnown: z.boolean(),
    })
    .nullable(),
});
export type AssessmentFacts = z.infer<typeof AssessmentFacts>;
