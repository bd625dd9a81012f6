import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { OdsCode } from '../../domain/ods-code';
import type { Context } from '../adapter';
import type { Actor } from '../gp-system';
import { parseJson, statusError } from '../http/parse-reply';
import type { HttpReply, HttpRequest } from '../http/http-messages';
import type { Consumer } from '../supplier';
import { manifest } from './gp-connect.manifest';
import { auditToken } from './jwt';

export interface GpConnectOptions {
  now: () => Date;
  consumer: Consumer;
  /** The practice's own base URL, named in tokens and after the proxy's. Spine looks it up in SDS. */
  providerUrl?: (practice: OdsCode) => string;
  providerAsid?: (practice: OdsCode) => string;
}

const FHIR_JSON = 'application/fhir+json';
const { id: supplier, limits } = manifest;
const { timeoutMs } = limits;

/** Each interaction has its Spine id, the scope that its token needs, its time limit, and what it changes. */
const INTERACTIONS = {
  searchSlots: {
    id: 'rest:search:slot-1',
    scope: 'organization/*.read',
    timeoutMs: timeoutMs.search,
    effect: undefined,
  },
  findPatient: {
    id: 'rest:search:patient-1',
    scope: 'patient/*.read',
    timeoutMs: timeoutMs.read,
    effect: undefined,
  },
  register: {
    id: 'operation:gpc.registerpatient-1',
    scope: 'patient/*.write',
    timeoutMs: timeoutMs.book,
    effect: 'PREPARATION',
  },
  book: {
    id: 'rest:create:appointment-1',
    scope: 'patient/*.write',
    timeoutMs: timeoutMs.book,
    effect: 'COMMAND',
  },
  retrieve: {
    id: 'rest:search:patient_appointments-1',
    scope: 'patient/*.read',
    timeoutMs: timeoutMs.read,
    effect: undefined,
  },
  read: {
    id: 'rest:read:appointment-1',
    scope: 'patient/*.read',
    timeoutMs: timeoutMs.read,
    effect: undefined,
  },
  readPractitioner: {
    id: 'rest:read:practitioner-1',
    scope: 'organization/*.read',
    timeoutMs: timeoutMs.read,
    effect: undefined,
  },
  cancel: {
    id: 'rest:cancel:appointment-1',
    scope: 'patient/*.write',
    timeoutMs: timeoutMs.cancel,
    effect: 'COMMAND',
  },
} as const;

export interface FhirRequest {
  interaction: keyof typeof INTERACTIONS;
  method: HttpRequest['method'];
  path: string;
  query?: HttpRequest['query'];
  body?: object;
  version?: string | undefined;
}

/** The practice that is called, and who calls it. */
export interface Target {
  practice: OdsCode;
  actor: Actor;
}

/** Sends one request to one practice on behalf of one actor, with a token of its own. */
export type SendInteraction = (request: FhirRequest, target: Target, context: Context) => Promise<HttpReply>;

/** Speaks to practices through the Spine proxy, as GP Connect's interactions prescribe. */
export function gpConnectExchanges(options: GpConnectOptions) {
  const { now, consumer } = options;
  const providerAsid = options.providerAsid ?? ((practice) => `SIM-${practice}`);
  const providerUrl = options.providerUrl ?? ((practice) => `https://provider.invalid${basePath(practice)}`);

  const send: SendInteraction = (request, { practice, actor }, context) => {
    const { method, path, query, body, version } = request;
    const { id, scope, timeoutMs, effect } = INTERACTIONS[request.interaction];
    const token = auditToken({ consumer, actor, scope, audience: providerUrl(practice), now: now() });
    const headers = {
      accept: FHIR_JSON,
      authorization: `Bearer ${token}`,
      'ssp-traceid': randomUUID(),
      'ssp-from': consumer.asid,
      'ssp-to': providerAsid(practice),
      'ssp-interactionid': `urn:nhs:names:services:gpconnect:fhir:${id}`,
      // A reply without the resource could not be read for what was accepted.
      ...(body && { 'content-type': FHIR_JSON, prefer: 'return=representation' }),
      ...(version && { 'if-match': `W/"${version}"` }),
    };
    const content = { ...(query && { query }), ...(body && { body: JSON.stringify(body) }) };
    return context.send({
      method,
      path: basePath(practice) + path,
      headers,
      timeoutMs,
      ...(effect && { effect }),
      ...content,
    });
  };

  const checkReachable = (context: Context): Promise<HttpReply> =>
    context.send({ method: 'GET', path: '/health' });

  return { send, checkReachable };
}

function basePath(practice: OdsCode): string {
  return `/${practice}/STU3/1/gpconnect/fhir`;
}

/** @throws SupplierError for everything but the promised reply. */
export function read<T>(schema: z.ZodType<T>, reply: HttpReply): T {
  const failure = statusError(supplier, reply);
  if (failure) throw failure;
  return parseJson(supplier, schema, reply.body);
}
