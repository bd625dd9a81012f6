import { createHash } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { z } from 'zod';
import { type Caller, PatientLinkage, Person, ProofingLevel } from '../../domain/caller';
import { OdsCode } from '../../domain/ods-code';

/** Kind of issuer, which decides the claims that its tokens carry. */
export type IssuerKind = 'nhs-login' | 'cis2' | 'client';

/** Names of claims, never their values, that are missing or wrong. */
export interface UnfitClaims {
  unfit: readonly string[];
}

const MAX_NAMED = 5;

/**
 * Reads a verified token's claims as a caller.
 * The caller's id is a digest of issuer and subject: stable, and of no use elsewhere.
 */
export function callerFromClaims(kind: IssuerKind, claims: JWTPayload): Caller | UnfitClaims {
  const id = createHash('sha256')
    .update(`${claims.iss ?? ''}\n${claims.sub ?? ''}`)
    .digest('base64url');
  const read = { 'nhs-login': patient, cis2: practiceStaff, client }[kind];
  return read(claims, id);
}

/**
 * NHS login's profile, gp_registration_details and gp_integration_credentials scopes. `acts_for` is our own extension:
 * the people whom the issuer has verified that the subject may act for, each with the same claims. No wider than `Person`,
 * which every part of this service reads again.
 */
const PersonClaims = z.object({
  sub: Person.shape.id,
  nhs_number: Person.shape.nhsNumber,
  family_name: Person.shape.familyName,
  given_name: Person.shape.givenName,
  birthdate: Person.shape.birthDate,
  gp_ods_code: Person.shape.registeredPractice,
  gp_integration_credentials: z
    .object({
      gp_ods_code: PatientLinkage.shape.practice,
      gp_user_id: PatientLinkage.shape.userId,
      gp_linkage_key: PatientLinkage.shape.key,
    })
    .optional(),
});
const PatientClaims = z.object({
  /** Vector of trust (RFC 8485), for example `P9.Cp.Cd`. */
  vot: z.string().regex(/^P[059]\./),
  identity_proofing_level: ProofingLevel,
  acts_for: z.array(PersonClaims).max(20).default([]),
});

function unfit({ issues }: z.ZodError): UnfitClaims {
  return { unfit: [...new Set(issues.map(({ path }) => path.join('.')))].slice(0, MAX_NAMED) };
}

function patient(claims: JWTPayload, id: string): Caller | UnfitClaims {
  const level = PatientClaims.safeParse(claims);
  if (!level.success) return unfit(level.error);
  const { vot, identity_proofing_level: proofing, acts_for } = level.data;
  // Both say how well the identity was proven; a token in which they differ proves nothing.
  if (!vot.startsWith(`${proofing}.`)) return { unfit: ['vot', 'identity_proofing_level'] };
  if (proofing === 'P0') return { kind: 'patient', id, proofing, actsFor: [] };
  const self = PersonClaims.safeParse(claims);
  return self.success
    ? { kind: 'patient', id, proofing, self: person(self.data), actsFor: acts_for.map(person) }
    : unfit(self.error);
}

function person(claims: z.infer<typeof PersonClaims>): Person {
  const credentials = claims.gp_integration_credentials;
  return {
    id: claims.sub,
    nhsNumber: claims.nhs_number,
    familyName: claims.family_name,
    givenName: claims.given_name,
    birthDate: claims.birthdate,
    registeredPractice: claims.gp_ods_code,
    linkage: credentials && {
      practice: credentials.gp_ods_code,
      userId: credentials.gp_user_id,
      key: credentials.gp_linkage_key,
    },
  };
}

/** CIS2: the role that the member of staff selected, among those that the national RBAC grants them. */
const StaffClaims = z.object({
  selected_roleid: z.string().min(1),
  nhsid_nrbac_roles: z.array(
    z.object({ person_roleid: z.string(), org_code: OdsCode, role_code: z.string() }),
  ),
});

function practiceStaff(claims: JWTPayload, id: string): Caller | UnfitClaims {
  const staff = StaffClaims.safeParse(claims);
  if (!staff.success) return unfit(staff.error);
  const role = staff.data.nhsid_nrbac_roles.find((held) => held.person_roleid === staff.data.selected_roleid);
  return role
    ? { kind: 'practice-staff', id, practice: role.org_code, roleCode: role.role_code }
    : { unfit: ['selected_roleid'] };
}

const ClientClaims = z.object({ scope: z.string() });

function client(claims: JWTPayload, id: string): Caller | UnfitClaims {
  const scopes = ClientClaims.safeParse(claims).data?.scope.split(' ') ?? [];
  if (scopes.includes('operator')) return { kind: 'operator', id };
  return scopes.includes('analyst') ? { kind: 'analyst', id } : { unfit: ['scope'] };
}
