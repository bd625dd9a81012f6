import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { OdsCode } from '../../domain/ods-code';
import type { Context, ContextRequest } from '../adapter';
import { parseJson, statusError } from '../http/parse-reply';
import type { Consumer } from '../supplier';
import type { HttpReply } from '../http/http-messages';
import { manifest } from './bars.manifest';
import { barsTokens, type Credentials } from './bars.tokens';

export interface BarsOptions {
  now: () => Date;
  consumer: Consumer;
  /** The token endpoint's own address. */
  audience?: string;
  credentials?: Credentials;
  /** The service behind a practice, as the directory of services numbers it. Its ODS code stands in. */
  serviceId?: (practice: OdsCode) => string;
}

export type BarsRequest = Pick<ContextRequest, 'method' | 'path' | 'query' | 'effect' | 'timeoutMs'> & {
  body?: object;
  /** Names the request where it may come twice: a repetition has the same. */
  requestId?: string;
};

export const BASE = '/booking-and-referral/FHIR/R4';
const FHIR_JSON = 'application/fhir+json; version=1.1.0';
export const SERVICE_ID = 'https://fhir.nhs.uk/Id/dos-service-id';
const ODS_CODE = 'https://fhir.nhs.uk/Id/ods-organization-code';
const { id: supplier } = manifest;

/** Speaks to practices through the BaRS proxy, for this application and in the name of this organisation. */
export function barsExchanges(options: BarsOptions) {
  const { consumer, serviceId = String, audience = 'https://api.service.nhs.uk/oauth2/token' } = options;
  const tokens = barsTokens({ ...options, audience });

  const headersFor = (practice: OdsCode, requestId: string, context: Context) => ({
    accept: FHIR_JSON,
    'nhsd-target-identifier': encoded({ system: SERVICE_ID, value: serviceId(practice) }),
    'nhsd-end-user-organisation': encoded({
      resourceType: 'Organization',
      identifier: [{ system: ODS_CODE, value: consumer.odsCode }],
      name: consumer.name,
    }),
    'nhsd-requesting-software': encoded({
      resourceType: 'Device',
      deviceName: [{ name: 'GP Booking Gateway', type: 'manufacturer-name' }],
      version: [{ value: '1.0' }],
    }),
    'x-request-id': requestId,
    'x-correlation-id': correlationId(context.requestId),
  });

  const sendWith = (token: string, request: BarsRequest, practice: OdsCode, context: Context) => {
    const { path, body, requestId = randomUUID(), ...rest } = request;
    return context.send({
      ...rest,
      path: BASE + path,
      headers: {
        ...headersFor(practice, requestId, context),
        authorization: `Bearer ${token}`,
        ...(body && { 'content-type': FHIR_JSON }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
  };

  /** The proxy checks the token before it forwards anything, so a request refused for it may be sent once more. */
  async function send(request: BarsRequest, practice: OdsCode, context: Context): Promise<HttpReply> {
    const token = await tokens.token(context);
    const reply = await sendWith(token, request, practice, context);
    if (reply.status !== 401) return reply;
    context.commandProvenUndone();
    tokens.drop(token);
    return sendWith(await tokens.token(context), request, practice, context);
  }

  return { send, fetchToken: tokens.fetchToken };
}

/** @throws SupplierError for everything but the promised reply. */
export function read<T>(schema: z.ZodType<T>, reply: HttpReply): T {
  const failure = statusError(supplier, reply);
  if (failure) throw failure;
  return parseJson(supplier, schema, reply.body);
}

/** The header is a UUID; an id of another form is digested, so that all requests of one call have the same. */
function correlationId(requestId: string): string {
  if (z.guid().safeParse(requestId).success) return requestId;
  const hex = createHash('sha256').update(requestId).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Headers carry FHIR in Base64. */
function encoded(resource: object): string {
  return Buffer.from(JSON.stringify(resource)).toString('base64');
}
