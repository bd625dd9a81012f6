import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { HeaderMap, type ApolloServer } from '@apollo/server';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import type { Caller } from '../domain/caller';
import { REQUEST_ID_HEADER } from '../domain/caller-token';
import { BodyTooLarge, readBody } from '../http/read-body';
import { sendMetrics } from '../http/send-metrics';
import type { ErrorMask } from './error-mask';
import type { OperationCache } from './execution/operation-cache';
import type { GatewayContext } from './gateway-context';
import { answerPlainRequest } from './plain-request';
import { TokenRefused } from './identity/token-refused';
import type { StaticFiles } from './static-files';

const MAX_BODY_BYTES = 256 * 1024;
const JSON_TYPE = 'application/json; charset=utf-8';

export interface RequestHandlerOptions {
  graphql: ApolloServer<GatewayContext>;
  operations: OperationCache;
  mask: ErrorMask;
  /** @throws TokenRefused */
  identify(authorization: string | undefined): Promise<Caller>;
  explorer: StaticFiles;
  metrics: Registry | undefined;
  logger: Logger;
}

/** `/graphql`, `/explorer`, the health checks and metrics, on plain node:http. */
export function requestHandler(options: RequestHandlerOptions): RequestListener {
  const route = router(options);
  return (request, response) => {
    void answer(request, response, route, options.logger);
  };
}

type Route = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void> | void;

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  route: Route,
  logger: Logger,
): Promise<void> {
  const started = performance.now();
  const requestId = inboundId(request);
  response.setHeader(REQUEST_ID_HEADER, requestId);
  response.setHeader('x-content-type-options', 'nosniff');
  try {
    await route(request, response, addressed(request));
  } catch (error) {
    refuse(response, error, logger);
  }
  logger.info(
    { requestId, status: response.statusCode, elapsedMs: Math.round(performance.now() - started) },
    'answered',
  );
}

/** A caller's correlation id is kept when it cannot carry anything else. */
function inboundId(request: IncomingMessage): string {
  const id = z.uuid().safeParse(request.headers[REQUEST_ID_HEADER]);
  return id.success ? id.data : randomUUID();
}

/** A target that is no address, such as `//`, is the address of nothing. */
function addressed({ url = '/' }: IncomingMessage): URL {
  const base = 'http://localhost';
  return new URL(URL.canParse(url, base) ? url : '/nothing', base);
}

function router(options: RequestHandlerOptions): Route {
  return (request, response, url) => {
    if (url.pathname === '/graphql') return graphql(request, response, url.search, options);
    if (url.pathname === '/health/live') return send(response, 200, '{"status":"live"}');
    if (url.pathname === '/metrics' && options.metrics !== undefined)
      return sendMetrics(options.metrics, response);
    if (url.pathname === '/') return redirect(response, '/explorer/');
    if (url.pathname === '/explorer') return redirect(response, '/explorer/');
    if (url.pathname.startsWith('/explorer/'))
      return options.explorer(url.pathname.slice('/explorer/'.length), response);
    return send(response, 404, errorBody('There is nothing here; the API is at /graphql.', 'NOT_FOUND'));
  };
}

async function graphql(
  request: IncomingMessage,
  response: ServerResponse,
  search: string,
  options: RequestHandlerOptions,
): Promise<void> {
  const text = request.method === 'POST' ? await readBody(request, MAX_BODY_BYTES) : undefined;
  const body = text === undefined ? undefined : parseBody(text);
  const caller = await options.identify(request.headers.authorization);
  const context = contextOf(caller, request, response);
  const { method, headers } = request;
  const plain = await answerPlainRequest({ method, headers, body }, context, options);
  if (plain === null) return byApolloServer(request, response, { search, body, context }, options.graphql);
  response.writeHead(plain.status, {
    'content-type': plain.contentType,
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(plain.body),
  });
  response.end(plain.body);
}

/** Everything that is not plain: GET, other types, batches, and all that is to be refused. */
async function byApolloServer(
  request: IncomingMessage,
  response: ServerResponse,
  { search, body, context }: { search: string; body: unknown; context: GatewayContext },
  server: ApolloServer<GatewayContext>,
): Promise<void> {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  const answered = await server.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: request.method ?? 'GET', headers, search, body },
    context: () => Promise.resolve(context),
  });
  for (const [name, value] of answered.headers) response.setHeader(name, value);
  response.setHeader('cache-control', 'no-store');
  response.statusCode = answered.status ?? 200;
  if (answered.body.kind === 'complete') response.end(answered.body.string);
  else {
    for await (const chunk of answered.body.asyncIterator) response.write(chunk);
    response.end();
  }
}

/** Where the request came from, as a digest: subgraphs count by it and nobody reads an address. */
function sourceOf({ socket }: IncomingMessage): string {
  return createHash('sha256')
    .update(socket.remoteAddress ?? 'unknown')
    .digest('base64url');
}

/** Most operations never look at source and signal: they are made for those that do. */
function contextOf(caller: Caller, request: IncomingMessage, response: ServerResponse): GatewayContext {
  let signal: AbortSignal | undefined;
  return {
    caller,
    requestId: String(response.getHeader(REQUEST_ID_HEADER)),
    get source() {
      return sourceOf(request);
    },
    get signal() {
      return (signal ??= whileWaited(response));
    },
  };
}

/** Aborted when the client closes the connection before it was answered. */
function whileWaited(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const abortUnlessAnswered = () => {
    if (!response.writableFinished) controller.abort();
  };
  if (response.closed) abortUnlessAnswered();
  else response.once('close', abortUnlessAnswered);
  return controller.signal;
}

class NotJson extends Error {}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new NotJson();
  }
}

function refuse(response: ServerResponse, error: unknown, logger: Logger): void {
  if (response.headersSent) return void response.end();
  if (error instanceof NotJson)
    return send(
      response,
      400,
      errorBody('The body is not JSON; send {"query": "..."} as application/json.', 'BAD_REQUEST'),
    );
  if (error instanceof BodyTooLarge) return send(response, 413, errorBody(error.message, 'BODY_TOO_LARGE'));
  if (error instanceof TokenRefused) {
    // That the issuer's keys cannot be had says nothing about the token.
    if (error.reason === 'KEYS_UNAVAILABLE')
      return send(
        response,
        503,
        errorBody('Tokens cannot be checked just now. Try again.', 'UNAUTHENTICATED', error.reason),
      );
    response.setHeader('www-authenticate', 'Bearer error="invalid_token"');
    return send(response, 401, errorBody(error.message, 'UNAUTHENTICATED', error.reason));
  }
  logger.error({ err: error }, 'request failed');
  send(response, 500, errorBody('Something went wrong on our side.', 'INTERNAL_SERVER_ERROR'));
}

function errorBody(message: string, code: string, reason?: string): string {
  return JSON.stringify({ errors: [{ message, extensions: { code, reason } }] });
}

function send(response: ServerResponse, status: number, json: string): void {
  response.writeHead(status, { 'content-type': JSON_TYPE, 'cache-control': 'no-store' }).end(json);
}

function redirect(response: ServerResponse, to: string): void {
  response.writeHead(302, { location: to }).end();
}
