import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { OdsCode } from '../../domain/ods-code';
import type { Context } from '../adapter';
import type { Actor } from '../gp-system';
import { parseJson, statusError } from '../http/parse-reply';
import type { HttpReply, HttpRequest } from '../http/supplier-http';
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

/** Each exchange has its Spine interaction, the scope its token asks for, its time, and what it changes. */
const EXCHANGES = {
  searchSlots: {
    interaction: 'rest:search:slot-1',
    scope: 'organization/*.read',
    timeoutMs: timeoutMs.search,
    effect: undefined,
  },
  findPatient: {
    interaction: 'rest:search:patient-1',
    scope: 'patient/*.read',
    timeoutMs: timeoutMs.read,
    effect: undefined,
  },
  register: {
    interaction: 'operation:gpc.registerpatient-1',
    scope: 'patient/*.write',
    timeoutMs: timeoutMs.book,
    effect: 'PREPARATION',
  },
  book: {
    interaction: 'rest:create:appointment-1',
    scope: 'patient/*.write',
    timeoutMs: timeoutMs.book,
    effect: 'COMMAND',
  },
  retrieve: {
    interaction: 'rest:search:patient_appointments-1',
    scope: 'patient/*.read',
    timeoutMs: timeoutMs.read,
    effect: undefined,
  },
  read: {
    interaction: 'rest:read:appointment-1',
    scope: 'patient/*.read',
    timeoutMs: timeoutMs.read,
    effect: undefined,
  },
  cancel: {
    interaction: 'rest:cancel:appointment-1',
    scope: 'patient/*.write',
    timeoutMs: timeoutMs.cancel,
    effect: 'COMMAND',
  },
} as const;

export interface FhirRequest {
  method: HttpRequest['method'];
  path: string;
  query?: HttpRequest['query'];
  body?: object;
  version?: string | undefined;
}

/** Speaks to practices through the Spine proxy, as GP Connect's interactions prescribe. */
export function gpConnectExchanges(options: GpConnectOptions) {
  const { now, consumer } = options;
  const providerAsid = options.providerAsid ?? ((practice) => `SIM-${practice}`);
  const providerUrl = options.providerUrl ?? ((practice) => `https://provider.invalid${basePath(practice)}`);

  /** One exchange with one practice on behalf of one actor, with a token of its own. */
  function send(
    exchange: keyof typeof EXCHANGES,
    { practice, actor }: { practice: OdsCode; actor: Actor },
    request: FhirRequest,
    context: Context,
  ): Promise<HttpReply> {
    const { interaction, scope, timeoutMs, effect } = EXCHANGES[exchange];
    const { method, path, query, body, version } = request;
    const token = auditToken({ consumer, actor, scope, audience: providerUrl(practice), now: now() });
    const headers = {
      accept: FHIR_JSON,
      authorization: `Bearer ${token}`,
      'ssp-traceid': randomUUID(),
      'ssp-from': consumer.asid,
      'ssp-to': providerAsid(practice),
      'ssp-interactionid': `urn:nhs:names:services:gpconnect:fhir:${interaction}`,
      ...(body && { 'content-type': FHIR_JSON }),
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
  }

  const reachable = (context: Context): Promise<HttpReply> =>
    context.send({ method: 'GET', path: '/health' });

  return { send, reachable };
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
