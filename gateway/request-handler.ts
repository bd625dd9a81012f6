import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { SpanKind } from '@opentelemetry/api';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import { REQUEST_ID_HEADER } from '../domain/caller-token';
import { loggableError } from '../domain/loggable-error';
import { BodyTooLarge, NoRoomForBody, SenderGone } from '../platform/http/read-body';
import { sendReadiness, type Readiness } from '../platform/http/readiness';
import { sendJson } from '../platform/http/send-json';
import { sendMetrics } from '../platform/http/send-metrics';
import { continuing, inSpan, spanFact, type SpanFacts } from '../platform/http/tracing';
import { ERROR_CODES, type ErrorCode, type RequestRefusal } from './error-codes';
import { graphqlRoute, type GraphqlRouteOptions } from './graphql-route';
import { TokenRefused } from './identity/token-refused';
import { cors } from './limits/cors';
import { formatRefusal } from './request/format-answer';
import { responseTypeOf } from './request/request-head';
import { RequestRefused } from './request-refused';
import type { StaticFiles } from './static-files';
import { DEVELOPERS_EN_GB } from '../domain/messages/developers.en-gb';

export interface RequestHandlerOptions extends GraphqlRouteOptions {
  explorer: StaticFiles;
  /** Web pages elsewhere that may use this gateway. */
  corsOrigins: readonly string[];
  metrics: Registry | undefined;
  ready: Readiness;
  logger: Logger;
}

/** `/graphql`, `/explorer`, the health checks and metrics, on plain node:http. */
export function requestHandler(options: RequestHandlerOptions): RequestListener {
  const route = router(options);
  return (request, response) => {
    void continuing(request.headers, () => inSpan(REQUEST, () => answer(request, response, route, options)));
  };
}

const REQUEST: SpanFacts = { name: 'request', kind: SpanKind.SERVER };

const GRAPHQL_ADDRESSES: ReadonlyMap<string, 'answer' | 'follow'> = new Map([
  ['/graphql', 'answer'],
  ['/graphql/follow', 'follow'],
]);

type Route = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void> | void;

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  route: Route,
  { logger, counted }: Pick<RequestHandlerOptions, 'logger' | 'counted'>,
): Promise<void> {
  const started = performance.now();
  const requestId = inboundId(request);
  response.setHeader(REQUEST_ID_HEADER, requestId);
  response.setHeader('x-content-type-options', 'nosniff');
  try {
    await route(request, response, addressed(request));
  } catch (error) {
    if (error instanceof SenderGone) counted.senderGone();
    else counted.refused(refuse(request, response, error, logger));
  }
  spanFact('http.response.status_code', response.statusCode);
  logger.info(
    { requestId, status: response.statusCode, elapsedMs: Math.round(performance.now() - started) },
    'answered',
  );
}

const RequestId = z.uuid();

/** A caller's correlation id is kept when it cannot carry anything else. */
function inboundId(request: IncomingMessage): string {
  const requestId = request.headers[REQUEST_ID_HEADER];
  const id = requestId === undefined ? undefined : RequestId.safeParse(requestId).data;
  return id ?? randomUUID();
}

/** URL of nearly all requests. */
const GRAPHQL = new URL('http://localhost/graphql');

/** An invalid target, such as `//`, which matches no address. */
function addressed({ url = '/' }: IncomingMessage): URL {
  if (url === GRAPHQL.pathname) return GRAPHQL;
  return new URL(URL.canParse(url, GRAPHQL.href) ? url : '/nothing', GRAPHQL);
}

function router(options: RequestHandlerOptions): Route {
  const graphql = graphqlRoute(options);
  const answeredByCors = cors(options.corsOrigins);
  return (request, response, url) => {
    const handle = GRAPHQL_ADDRESSES.get(url.pathname);
    if (handle !== undefined)
      return answeredByCors(request, response) ? undefined : graphql[handle](request, response, url.search);
    const page = pageAt(url.pathname);
    if (page !== null) return isReading(request) ? page(response) : sendRefusal(request, response, ONLY_READ);
    return sendRefusal(request, response, {
      code: 'NOT_FOUND',
      message: DEVELOPERS_EN_GB.NOT_FOUND.ADDRESS({}),
    });
  };

  /** Null where there is nothing. */
  function pageAt(path: string): ((response: ServerResponse) => Promise<void> | void) | null {
    if (path === '/health/live') return (response) => sendJson(response, 200, '{"status":"live"}');
    if (path === '/health/ready') return (response) => sendReadiness(options.ready, response);
    const { metrics } = options;
    if (path === '/metrics' && metrics !== undefined) return (response) => sendMetrics(metrics, response);
    if (path === '/' || path === '/explorer') return (response) => redirect(response, '/explorer/');
    if (path.startsWith('/explorer/'))
      return (response) => options.explorer(path.slice('/explorer/'.length), response);
    return null;
  }
}

/** RFC 9110, section 9.1: every server has GET and HEAD; others are refused with 405 and `Allow`. */
function isReading({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

const ONLY_READ: RequestRefusal = {
  code: 'BAD_REQUEST',
  status: 405,
  allow: 'GET, HEAD',
  message: DEVELOPERS_EN_GB.BAD_REQUEST.ONLY_GET({}),
};

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  logger: Logger,
): ErrorCode {
  const requestId = String(response.getHeader(REQUEST_ID_HEADER));
  const refusal = refusalOf(error, requestId, logger);
  if (response.headersSent) response.end();
  else if (error instanceof TokenRefused) sendTokenRefused(request, response, error);
  else sendRefusal(request, response, refusal);
  return refusal.code;
}

function refusalOf(error: unknown, requestId: string, logger: Logger): RequestRefusal {
  if (error instanceof RequestRefused) return error.refusal;
  if (error instanceof BodyTooLarge) return { code: 'BODY_TOO_LARGE', message: error.message };
  if (error instanceof NoRoomForBody)
    return { code: 'OVERLOADED', message: error.message, retryAfterSeconds: 1 };
  if (error instanceof TokenRefused) return { code: 'UNAUTHENTICATED', message: error.message };
  logger.error({ err: loggableError(error), requestId }, 'request failed');
  return { code: 'INTERNAL_SERVER_ERROR', message: DEVELOPERS_EN_GB.INTERNAL_SERVER_ERROR.REQUEST({}) };
}

/** Sends a refusal in the media type that the client accepts, like any other answer. */
function sendRefusal(request: IncomingMessage, response: ServerResponse, refusal: RequestRefusal): void {
  const { code, retryAfterSeconds, allow, status = ERROR_CODES[code].status } = refusal;
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', retryAfterSeconds);
  if (allow !== undefined) response.setHeader('allow', allow);
  sendJson(response, status, formatRefusal(refusal), responseTypeOf(request.headers));
}

function sendTokenRefused(
  request: IncomingMessage,
  response: ServerResponse,
  { reason, message }: TokenRefused,
): void {
  // That the issuer's keys cannot be had says nothing about the token.
  const isOurs = reason === 'KEYS_UNAVAILABLE';
  const publicMessage = isOurs ? DEVELOPERS_EN_GB.UNAUTHENTICATED.KEYS_UNAVAILABLE({}) : message;
  if (!isOurs) response.setHeader('www-authenticate', 'Bearer error="invalid_token"');
  const body = formatRefusal({ code: 'UNAUTHENTICATED', message: publicMessage, reason });
  sendJson(response, isOurs ? 503 : 401, body, responseTypeOf(request.headers));
}

function redirect(response: ServerResponse, to: string): void {
  response.writeHead(302, { location: to }).end();
}
