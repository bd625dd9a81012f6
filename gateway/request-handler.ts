import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { SpanKind } from '@opentelemetry/api';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import { REQUEST_ID_HEADER } from '../domain/caller-token';
import { BodyTooLarge } from '../http/read-body';
import { sendReadiness, type Readiness } from '../http/readiness';
import { sendJson } from '../http/send-json';
import { sendMetrics } from '../http/send-metrics';
import { continuing, inSpan, spanFact, type SpanFacts } from '../http/tracing';
import { ERROR_CODES, type ErrorCode, type Refusal } from './error-codes';
import { graphqlRoute, type GraphqlRouteOptions } from './graphql-route';
import { TokenRefused } from './identity/token-refused';
import { cors } from './limits/cors';
import { RequestRefused } from './request-refused';
import type { StaticFiles } from './static-files';

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
    counted.refused(refuse(response, error, logger));
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
  const given = request.headers[REQUEST_ID_HEADER];
  const id = given === undefined ? undefined : RequestId.safeParse(given).data;
  return id ?? randomUUID();
}

/** Where nearly all requests go. */
const GRAPHQL = new URL('http://localhost/graphql');

/** A target that is no address, such as `//`, is the address of nothing. */
function addressed({ url = '/' }: IncomingMessage): URL {
  if (url === GRAPHQL.pathname) return GRAPHQL;
  return new URL(URL.canParse(url, GRAPHQL.href) ? url : '/nothing', GRAPHQL);
}

function router(options: RequestHandlerOptions): Route {
  const graphql = graphqlRoute(options);
  const answeredByCors = cors(options.corsOrigins);
  return (request, response, url) => {
    if (url.pathname === GRAPHQL.pathname)
      return answeredByCors(request, response) ? undefined : graphql(request, response, url.search);
    if (url.pathname === '/health/live') return sendJson(response, 200, '{"status":"live"}');
    if (url.pathname === '/health/ready') return sendReadiness(options.ready, response);
    if (url.pathname === '/metrics' && options.metrics !== undefined)
      return sendMetrics(options.metrics, response);
    if (url.pathname === '/') return redirect(response, '/explorer/');
    if (url.pathname === '/explorer') return redirect(response, '/explorer/');
    if (url.pathname.startsWith('/explorer/'))
      return options.explorer(url.pathname.slice('/explorer/'.length), response);
    return sendRefusal(response, { code: 'NOT_FOUND', message: ERROR_CODES.NOT_FOUND.example });
  };
}

function refuse(response: ServerResponse, error: unknown, logger: Logger): ErrorCode {
  const refusal = refusalOf(error, logger);
  if (response.headersSent) response.end();
  else if (error instanceof TokenRefused) sendTokenRefused(response, error);
  else sendRefusal(response, refusal);
  return refusal.code;
}

function refusalOf(error: unknown, logger: Logger): Refusal {
  if (error instanceof RequestRefused) return error.refusal;
  if (error instanceof BodyTooLarge) return { code: 'BODY_TOO_LARGE', message: error.message };
  if (error instanceof TokenRefused) return { code: 'UNAUTHENTICATED', message: error.message };
  logger.error({ err: error }, 'request failed');
  return { code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong on our side.' };
}

function sendRefusal(response: ServerResponse, { code, message, retryAfterSeconds }: Refusal): void {
  if (retryAfterSeconds !== undefined) response.setHeader('retry-after', retryAfterSeconds);
  sendJson(response, ERROR_CODES[code].status, errorBody(message, code));
}

function sendTokenRefused(response: ServerResponse, { reason, message }: TokenRefused): void {
  // That the issuer's keys cannot be had says nothing about the token.
  if (reason === 'KEYS_UNAVAILABLE') {
    sendJson(
      response,
      503,
      errorBody('Tokens cannot be checked just now. Try again.', 'UNAUTHENTICATED', reason),
    );
    return;
  }
  response.setHeader('www-authenticate', 'Bearer error="invalid_token"');
  sendJson(response, 401, errorBody(message, 'UNAUTHENTICATED', reason));
}

function errorBody(message: string, code: ErrorCode, reason?: string): string {
  return JSON.stringify({ errors: [{ message, extensions: { code, reason } }] });
}

function redirect(response: ServerResponse, to: string): void {
  response.writeHead(302, { location: to }).end();
}
