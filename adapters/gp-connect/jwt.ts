import type { Actor } from '../gp-system';
import type { Consumer } from '../supplier';

export type Scope = 'organization/*.read' | 'patient/*.read' | 'patient/*.write';

const LIFETIME_SECONDS = 300;

/**
 * GP Connect's cross-organisation audit token: unsigned, `exp` exactly `iat` + 300 s, made anew for every request.
 * The specification wants the logged-on professional as practitioner, whom a self-check has not: the pseudonymous
 * patient stands in, with UNK for the ids that only professionals have (a stated limitation).
 */
export function auditToken(claims: {
  consumer: Consumer;
  actor: Actor;
  scope: Scope;
  audience: string;
  now: Date;
}): string {
  const { consumer, actor } = claims;
  const issuedAt = Math.floor(claims.now.getTime() / 1000);
  const payload = {
    iss: 'https://gp-booking-gateway.invalid',
    sub: actor.id,
    aud: claims.audience,
    iat: issuedAt,
    exp: issuedAt + LIFETIME_SECONDS,
    reason_for_request: 'directcare',
    requested_scope: claims.scope,
    requesting_device: {
      resourceType: 'Device',
      identifier: [{ system: 'https://gp-booking-gateway.invalid/device', value: 'gp-booking-gateway' }],
      model: 'GP Booking Gateway',
      version: '1.0',
    },
    requesting_organization: {
      resourceType: 'Organization',
      name: consumer.name,
      identifier: [{ system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: consumer.odsCode }],
    },
    requesting_practitioner: {
      resourceType: 'Practitioner',
      id: actor.id,
      name: [{ family: actor.kind === 'PATIENT' ? 'Patient' : 'Staff', given: ['Online'] }],
      identifier: [
        { system: 'https://fhir.nhs.uk/Id/sds-user-id', value: 'UNK' },
        { system: 'https://fhir.nhs.uk/Id/sds-role-profile-id', value: 'UNK' },
        { system: 'https://gp-booking-gateway.invalid/actor', value: actor.id },
      ],
    },
  };
  // RFC 7519, section 6: an unsecured token keeps the dot before its empty signature.
  return `${encoded({ alg: 'none', typ: 'JWT' })}.${encoded(payload)}.`;
}

function encoded(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
