import { z } from 'zod';
import type { WireReply, WireRequest } from '../simulator/http-listener';
import { jsonOf, outcome } from './simulator.fhir';

/** The requesting organisation, as its token names it. */
export interface Consumer {
  odsCode: string;
}

const Claims = z.object({
  iss: z.string().min(1),
  sub: z.string().min(1),
  aud: z.string().min(1),
  iat: z.number().int(),
  exp: z.number().int(),
  reason_for_request: z.literal('directcare'),
  requested_scope: z.string(),
  requesting_device: z.object({ resourceType: z.literal('Device') }),
  requesting_organization: z.object({
    resourceType: z.literal('Organization'),
    name: z.string().min(1),
    identifier: z.array(z.object({ system: z.string(), value: z.string() })).min(1),
  }),
  requesting_practitioner: z.object({
    resourceType: z.literal('Practitioner'),
    id: z.string(),
    identifier: z.array(z.object({ system: z.string(), value: z.string() })).min(3),
  }),
});

const CLOCK_TOLERANCE_SECONDS = 300;

/** Checks what the Spine proxy and the provider check of every request: SSP headers and the audit token. */
export function consumerOf(
  request: WireRequest,
  route: { interaction: string; scope: string; now: Date },
): Consumer | WireReply {
  for (const name of ['ssp-traceid', 'ssp-from', 'ssp-to'])
    if (!request.headers[name]) return outcome(400, 'BAD_REQUEST', `${name} is missing`);
  if (request.headers['ssp-interactionid'] !== `urn:nhs:names:services:gpconnect:fhir:${route.interaction}`)
    return outcome(400, 'BAD_REQUEST', 'The interaction id does not fit the request');

  const [, header = '', payload = '', signature] =
    /^Bearer ([\w-]+)\.([\w-]+)\.(.*)$/.exec(request.headers.authorization ?? '') ?? [];
  const claims = Claims.safeParse(decoded(payload));
  const { alg } = z.object({ alg: z.string() }).safeParse(decoded(header)).data ?? {};
  if (alg !== 'none' || signature !== '' || !claims.success)
    return outcome(401, 'UNAUTHORISED', 'The audit token is not acceptable');
  const { iat, exp, requested_scope, sub, requesting_practitioner, requesting_organization } = claims.data;
  const isFresh = exp === iat + 300 && Math.abs(route.now.getTime() / 1000 - iat) < CLOCK_TOLERANCE_SECONDS;
  if (!isFresh || sub !== requesting_practitioner.id)
    return outcome(401, 'UNAUTHORISED', 'The audit token is not acceptable');
  // An invalid claim is a bad request (error handling guidance), though RFC 6750 would say 403.
  if (requested_scope !== route.scope)
    return outcome(400, 'BAD_REQUEST', 'The requested_scope does not fit the request');
  return { odsCode: requesting_organization.identifier[0]?.value ?? '' };
}

function decoded(part: string): unknown {
  return jsonOf(Buffer.from(part, 'base64url').toString('utf8'));
}
