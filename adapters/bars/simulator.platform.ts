import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { OdsCode } from '../../domain/ods-code';
import type { WireReply, WireRequest } from '../simulator/http-listener';
import { jsonOf, outcome } from './simulator.fhir';

/** The practice that is called and the organisation that calls, by the headers. */
export interface Parties {
  practice: OdsCode;
  consumer: string;
  /** The same where a request is repeated. */
  requestId: string;
}

const Assertion = z.object({
  iss: z.string().min(1),
  sub: z.string().min(1),
  aud: z.string().min(1),
  jti: z.string().min(1),
  exp: z.number().int(),
});
const Form = z.object({
  grant_type: z.literal('client_credentials'),
  client_assertion_type: z.literal('urn:ietf:params:oauth:client-assertion-type:jwt-bearer'),
  client_assertion: z.string(),
});
const Target = z.object({ system: z.literal('https://fhir.nhs.uk/Id/dos-service-id'), value: OdsCode });
const Organisation = z.object({
  resourceType: z.literal('Organization'),
  identifier: z.tuple([z.object({ value: z.string().min(1) })]),
});

const Ids = z.object({ 'x-request-id': z.string().min(1), 'x-correlation-id': z.string().min(1) });
const ACCEPTED = /^$|\*\/\*|application\/fhir\+json(?!\s*;\s*version=[^1])/;

const LIFETIME_SECONDS = 599;
const LONGEST_ASSERTION_SECONDS = 300;

/**
 * Simulates the API platform before the receivers: access tokens for signed assertions, and the checks of every request.
 * Which key belongs to which application is not simulated, so signatures are not verified.
 */
export function platform({ now }: { now: () => Date }) {
  const tokens = new Map<string, number>();
  const assertions = new Set<string>();
  const seconds = () => now().getTime() / 1000;

  function issueToken(request: WireRequest): WireReply {
    const form = Form.safeParse(Object.fromEntries(new URLSearchParams(request.body)));
    const [header = '', payload = '', signature = ''] = form.data?.client_assertion.split('.') ?? [];
    const { alg, kid } = z.object({ alg: z.string(), kid: z.string() }).safeParse(decoded(header)).data ?? {};
    const claims = Assertion.safeParse(decoded(payload)).data;
    if (alg !== 'RS512' || !kid || signature === '' || !claims || claims.iss !== claims.sub)
      return refusal(400, 'invalid_request', 'Malformed client_assertion');
    const left = claims.exp - seconds();
    if (left <= 0 || left > LONGEST_ASSERTION_SECONDS)
      return refusal(400, 'invalid_request', 'Invalid exp claim in JWT: at most five minutes');
    if (assertions.has(claims.jti)) return refusal(400, 'invalid_request', 'Non-unique jti claim in JWT');
    assertions.add(claims.jti);
    const access_token = randomUUID();
    tokens.set(access_token, seconds() + LIFETIME_SECONDS);
    const body = { access_token, expires_in: String(LIFETIME_SECONDS), token_type: 'Bearer' };
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  }

  function admit(request: WireRequest): Parties | WireReply {
    const [, token = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    if ((tokens.get(token) ?? 0) <= seconds())
      return outcome(401, 'ACCESS_DENIED', 'forbidden', 'Access token is invalid or has expired');
    const ids = Ids.safeParse(request.headers).data;
    if (!ids) return outcome(400, 'BAD_REQUEST', 'invalid', 'X-Request-Id and X-Correlation-Id are required');
    if (!ACCEPTED.test(request.headers.accept ?? ''))
      return outcome(406, 'NOT_ACCEPTABLE', 'not-supported', 'Only FHIR as JSON of version 1 is served');
    const practice = targetOf(request);
    if (!practice) return outcome(400, 'BAD_REQUEST', 'invalid', 'NHSD-Target-Identifier cannot be read');
    const organisation = Organisation.safeParse(headerOf(request, 'nhsd-end-user-organisation')).data;
    if (!organisation || !request.headers['nhsd-requesting-software'])
      return outcome(
        400,
        'SEND_BAD_REQUEST',
        'required',
        'NHSD-End-User-Organisation and -Requesting-Software are required',
      );
    return { practice, consumer: organisation.identifier[0].value, requestId: ids['x-request-id'] };
  }

  return {
    issueToken,
    admit,
    expire() {
      tokens.clear();
    },
  };
}

export function targetOf(request: WireRequest): OdsCode | undefined {
  return Target.safeParse(headerOf(request, 'nhsd-target-identifier')).data?.value;
}

function headerOf({ headers }: WireRequest, name: string): unknown {
  const value = headers[name];
  return typeof value === 'string' ? jsonOf(Buffer.from(value, 'base64').toString('utf8')) : undefined;
}

function decoded(part: string): unknown {
  return jsonOf(Buffer.from(part, 'base64url').toString('utf8'));
}

function refusal(status: number, error: string, error_description: string): WireReply {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ error, error_description }),
  };
}
