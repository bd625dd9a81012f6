import type { IncomingMessage } from 'node:http';
import { decodeUtf8, NotUtf8, readBytes } from '../../platform/http/read-body';
import type { RequestRefusal } from '../error-codes';
import { RequestRefused } from '../request-refused';
import { parametersOfBody, parametersOfSearch, type GraphqlParameters } from './graphql-parameters';
import { acceptsEvents } from './media-type';
import { readHead, type HttpHead, type RequestHead } from './request-head';
import { DEVELOPERS_EN_GB } from '../../domain/messages/developers.en-gb';

/** A request whose answer can be sent, its body not read for sense yet. */
export interface ReceivedRequest extends RequestHead {
  /** The body of a POST, the query string of a GET. */
  bytes: Buffer;
}

/**
 * Receives one request; what its head rules out is refused before the body is read.
 * @throws RequestRefused, BodyTooLarge, SenderGone
 */
export function receiveRequest(
  request: IncomingMessage,
  search: string,
  maxBytes: number,
): Promise<ReceivedRequest> {
  return receive(request, request, search, maxBytes);
}

/**
 * Receives a request that is answered by a stream of events.
 * @throws RequestRefused, BodyTooLarge, SenderGone
 */
export function receiveFollowing(
  request: IncomingMessage,
  search: string,
  maxBytes: number,
): Promise<ReceivedRequest> {
  const { method, headers } = request;
  if (method !== 'POST') return Promise.reject(new RequestRefused(ONLY_BY_POST));
  if (!acceptsEvents(headers.accept)) return Promise.reject(new RequestRefused(ONLY_EVENTS));
  // Each event holds what would be the answer as JSON.
  return receive(request, { method, headers: { ...headers, accept: undefined } }, search, maxBytes);
}

async function receive(
  request: IncomingMessage,
  { method, headers }: HttpHead,
  search: string,
  maxBytes: number,
): Promise<ReceivedRequest> {
  const head = readHead({ method, headers });
  if ('refusal' in head) throw new RequestRefused(head.refusal);
  const bytes = head.method === 'POST' ? await readBytes(request, maxBytes) : Buffer.from(search);
  return { method: head.method, responseType: head.responseType, bytes };
}

/**
 * Parses the parameters of a request: the only place that does.
 * @throws RequestRefused
 */
export function parseRequest({
  method,
  bytes,
}: Pick<ReceivedRequest, 'method' | 'bytes'>): GraphqlParameters {
  const text = decoded(bytes);
  const read = method === 'POST' ? parametersOfBody(text) : parametersOfSearch(text);
  if ('refusal' in read) throw new RequestRefused(read.refusal);
  return read;
}

function decoded(bytes: Buffer): string {
  try {
    return decodeUtf8(bytes);
  } catch (error) {
    throw error instanceof NotUtf8 ? new RequestRefused(NOT_UTF8) : error;
  }
}

const NOT_UTF8: RequestRefusal = { code: 'BAD_REQUEST', message: DEVELOPERS_EN_GB.BAD_REQUEST.NOT_UTF8({}) };

const ONLY_BY_POST: RequestRefusal = {
  code: 'BAD_REQUEST',
  status: 405,
  allow: 'POST',
  message: DEVELOPERS_EN_GB.BAD_REQUEST.ONLY_POST_FOLLOWS({}),
};

const ONLY_EVENTS: RequestRefusal = {
  code: 'BAD_REQUEST',
  status: 406,
  message: DEVELOPERS_EN_GB.BAD_REQUEST.ONLY_EVENTS({}),
};
