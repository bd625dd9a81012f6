import { z } from 'zod';
import { CalendarDate } from './london-time';
import { NhsNumber } from './nhs-number';
import { OdsCode } from './ods-code';

/**
 * Credentials for the patient-facing interface of one practice's own GP system, as NHS login's
 * `gp_integration_credentials` claim carries them (P9 and linked patients only).
 */
export const PatientLinkage = z.object({
  practice: OdsCode,
  userId: z.string().min(1).max(200),
  key: z.string().min(1).max(200),
});
export type PatientLinkage = z.infer<typeof PatientLinkage>;

/** A name as people and suppliers' systems can write it: something in it, and no control characters. */
const PersonName = z
  .string()
  .max(200)
  .regex(/^[^\p{Cc}\p{Cs}]*[^\p{Cc}\p{Cs}\p{Z}][^\p{Cc}\p{Cs}]*$/u);

/** A person whose identity the issuer has verified. `id` is the issuer's opaque name for them, safe to show. */
export const Person = z.object({
  id: z.string().min(1).max(100),
  nhsNumber: NhsNumber,
  familyName: PersonName,
  givenName: PersonName,
  birthDate: CalendarDate,
  registeredPractice: OdsCode.optional(),
  linkage: PatientLinkage.optional(),
});
export type Person = z.infer<typeof Person>;

/** NHS login identity proofing levels; booking needs P9. */
export const ProofingLevel = z.enum(['P0', 'P5', 'P9']);
export type ProofingLevel = z.infer<typeof ProofingLevel>;

/** Stable and pseudonymous: a digest of issuer and subject. Safe in ledgers, never shown to others. */
const CallerId = z.string().min(16).max(100);

/** Verified caller of a request. The gateway makes it from a verified token; subgraphs trust nothing else. */
export const Caller = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('anonymous') }),
  z.object({
    kind: z.literal('patient'),
    id: CallerId,
    proofing: ProofingLevel,
    /** Absent below P5, where the issuer has verified no identity. */
    self: Person.optional(),
    actsFor: z.array(Person).max(20),
  }),
  z.object({
    kind: z.literal('practice-staff'),
    id: CallerId,
    practice: OdsCode,
    roleCode: z.string().max(100),
  }),
  z.object({ kind: z.literal('analyst'), id: CallerId }),
  z.object({ kind: z.literal('operator'), id: CallerId }),
]);
export type Caller = z.infer<typeof Caller>;
export type PatientCaller = Extract<Caller, { kind: 'patient' }>;

export const ANONYMOUS: Caller = { kind: 'anonymous' };

/** Everybody the caller's verified identity lets them act for, themself first. */
export function people(caller: Caller): readonly Person[] {
  if (caller.kind !== 'patient') return [];
  return caller.self ? [caller.self, ...caller.actsFor] : caller.actsFor;
}
