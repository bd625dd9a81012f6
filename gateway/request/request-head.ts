import type { IncomingHttpHeaders } from 'node:http';
import type { Refusal } from '../error-codes';
import { isUtf8Json, JSON_TYPE, negotiate, type ResponseType } from './media-type';

/** What a request is before its body is read: enough to know that an answer can be sent. */
export interface RequestHead {
  method: 'GET' | 'POST';
  responseType: ResponseType;
}

export interface HttpHead {
  method?: string | undefined;
  headers: IncomingHttpHeaders;
}

/** Headers that no page can send to another site without the browser asking first; CORS lets them through. */
export const PREFLIGHT_HEADERS = ['apollo-require-preflight', 'x-apollo-operation-name'] as const;

/**
 * Refuses by its head what could not be answered, or may be somebody else's page: nothing is done for it.
 * https://graphql.github.io/graphql-over-http/draft/, RFC 9110 sections 15.5.6 (405), 15.5.7 (406), 15.5.16 (415).
 */
export function readHead({ method, headers }: HttpHead): RequestHead | { refusal: Refusal } {
  if (method !== 'GET' && method !== 'POST') return { refusal: METHOD_NOT_ALLOWED };
  const responseType = negotiate(headers.accept);
  if (responseType === null) return { refusal: NOT_ACCEPTABLE };
  const refusal = method === 'POST' ? refusedBody(headers) : refusedGet(headers);
  return refusal === null ? { method, responseType } : { refusal };
}

/** The type of an answer, also of one to a request that nothing else is known of. */
export function responseTypeOf(headers: IncomingHttpHeaders): ResponseType {
  return negotiate(headers.accept) ?? JSON_TYPE;
}

function refusedBody({
  'content-encoding': encoding = 'identity',
  'content-type': contentType,
}: IncomingHttpHeaders): Refusal | null {
  if (encoding.toLowerCase() !== 'identity') return ENCODING_NOT_SUPPORTED;
  return isUtf8Json(contentType) ? null : MEDIA_TYPE_NOT_SUPPORTED;
}

/** A foreign page can make a browser send a plain GET: https://www.apollographql.com/docs/apollo-server/security/cors. */
function refusedGet(headers: IncomingHttpHeaders): Refusal | null {
  const isPreflighted =
    PREFLIGHT_HEADERS.some((name) => headers[name] !== undefined && headers[name] !== '') ||
    isUtf8Json(headers['content-type']);
  return isPreflighted ? null : GET_NOT_PREFLIGHTED;
}

const METHOD_NOT_ALLOWED: Refusal = {
  code: 'BAD_REQUEST',
  status: 405,
  allow: 'GET, POST',
  message: 'Send a POST with content-type: application/json; queries may also be sent by GET.',
};

const NOT_ACCEPTABLE: Refusal = {
  code: 'BAD_REQUEST',
  status: 406,
  message: 'Accept application/graphql-response+json or application/json: nothing else is answered.',
};

const ENCODING_NOT_SUPPORTED: Refusal = {
  code: 'ENCODING_NOT_SUPPORTED',
  message: 'Send the body as it is, without content-encoding.',
};

const MEDIA_TYPE_NOT_SUPPORTED: Refusal = {
  code: 'BAD_REQUEST',
  status: 415,
  message: 'Send JSON in UTF-8, with content-type: application/json.',
};

const GET_NOT_PREFLIGHTED: Refusal = {
  code: 'BAD_REQUEST',
  message:
    'Use POST with content-type: application/json (urql: preferGetMethod: false). A GET needs the header apollo-require-preflight: 1, so that no foreign page can send it.',
};
