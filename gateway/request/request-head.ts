import type { IncomingHttpHeaders } from 'node:http';
import type { RequestRefusal } from '../error-codes';
import { isUtf8Json, JSON_TYPE, negotiate, type ResponseType } from './media-type';
import { DEVELOPERS_EN_GB } from '../../domain/messages/developers.en-gb';

/** A request before its body is read: enough to know that an answer can be sent. */
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
 * Refuses by its head a request that could not be answered, or that a foreign page may have sent.
 * https://graphql.github.io/graphql-over-http/draft/, RFC 9110 sections 15.5.6 (405), 15.5.7 (406), 15.5.16 (415).
 */
export function readHead({ method, headers }: HttpHead): RequestHead | { refusal: RequestRefusal } {
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
}: IncomingHttpHeaders): RequestRefusal | null {
  if (encoding.toLowerCase() !== 'identity') return ENCODING_NOT_SUPPORTED;
  return isUtf8Json(contentType) ? null : MEDIA_TYPE_NOT_SUPPORTED;
}

/** A foreign page can make a browser send a plain GET: https://www.apollographql.com/docs/apollo-server/security/cors. */
function refusedGet(headers: IncomingHttpHeaders): RequestRefusal | null {
  const isPreflighted =
    PREFLIGHT_HEADERS.some((name) => headers[name] !== undefined && headers[name] !== '') ||
    isUtf8Json(headers['content-type']);
  return isPreflighted ? null : GET_NOT_PREFLIGHTED;
}

const METHOD_NOT_ALLOWED: RequestRefusal = {
  code: 'BAD_REQUEST',
  status: 405,
  allow: 'GET, POST',
  message: DEVELOPERS_EN_GB.BAD_REQUEST.METHOD_NOT_ALLOWED({}),
};

const NOT_ACCEPTABLE: RequestRefusal = {
  code: 'BAD_REQUEST',
  status: 406,
  message: DEVELOPERS_EN_GB.BAD_REQUEST.NOT_ACCEPTABLE({}),
};

const ENCODING_NOT_SUPPORTED: RequestRefusal = {
  code: 'ENCODING_NOT_SUPPORTED',
  message: DEVELOPERS_EN_GB.ENCODING_NOT_SUPPORTED.BODY({}),
};

const MEDIA_TYPE_NOT_SUPPORTED: RequestRefusal = {
  code: 'BAD_REQUEST',
  status: 415,
  message: DEVELOPERS_EN_GB.BAD_REQUEST.MEDIA_TYPE_NOT_SUPPORTED({}),
};

const GET_NOT_PREFLIGHTED: RequestRefusal = {
  code: 'BAD_REQUEST',
  message: DEVELOPERS_EN_GB.BAD_REQUEST.GET_NOT_PREFLIGHTED({}),
};
