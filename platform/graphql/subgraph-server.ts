import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { SpanKind } from '@opentelemetry/api';
import { parse, validate, type DocumentNode, type GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import {
  CALLER_HEADER,
  callerVerifier,
  REQUEST_ID_HEADER,
  SOURCE_HEADER,
  type CallerKeys,
} from '../../domain/caller-token';
import { loggableError } from '../../domain/loggable-error';
import type { Executor } from '../execution/executor';
import { disconnectedUnlessAnswered, type ClientDisconnect } from '../http/client-disconnect';
import { listen, type Listening, type ListenSettings } from '../http/listen';
import { BodyTooLarge, NoRoomForBody, NotUtf8, readBody, SenderGone } from '../http/read-body';
import { continuing, inSpan } from '../http/tracing';
import { readiness, sendReadiness, type Readiness } from '../http/readiness';
import { sendJson } from '../http/send-json';
import { sendMetrics } from '../http/send-metrics';
import type { Caller } from '../../domain/caller';
import type { SubgraphContext } from './subgraph-context';
import type { Subgraph } from './federated-schema';
import { subgraphExecution } from './execution/execute-subgraph';
import { DEVELOPERS_EN_GB } from '../../domain/messages/developers.en-gb';

const MAX_BODY_BYTES = 4 * 1024 * 1024;
const MAX_DOCUMENTS = 1_000;

const Body = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

export interface SubgraphServerOptions {
  http: ListenSettings;
  callerKeys: CallerKeys;
  executor: Executor;
  logger: Logger;
  metrics?: Registry | undefined;
}

/**
 * Serves a subgraph in a process of its own, to the gateway alone: a request without a caller that the gateway has
 * signed for this subgraph within the last 30 seconds gets 401. Only the health checks and `/metrics`, where it is
 * switched on, are open to everybody: they contain no personal data.
 */
export async function serveSubgraph(
  subgraph: Subgraph,
  { http, callerKeys, executor, logger, metrics }: SubgraphServerOptions,
): Promise<Listening & { ready: Readiness }> {
  const execute = subgraphExecution(executor);
  const span = { name: `answer ${subgraph.name}`, kind: SpanKind.SERVER };
  const documents = documentCache(subgraph.schema);
  const verify = callerVerifier(subgraph.name, callerKeys);
  const ready = readiness([{ name: 'database', ready: () => subgraph.ready() }]);
  const handle: RequestListener = (request, response) => {
    continuing(request.headers, () => inSpan(span, () => answer(request, response))).catch(
      (error: unknown) => {
        // Nobody is left to be answered, and nobody is at fault.
        if (error instanceof SenderGone) return;
        if (error instanceof NoRoomForBody) return refuse(response, 503, error.message);
        const requestId = requestIdOf(request);
        logger.error(
          { err: loggableError(error), requestId, subgraph: subgraph.name },
          'subgraph request failed',
        );
        refuse(response, 500, DEVELOPERS_EN_GB.INTERNAL_SERVER_ERROR.REQUEST({}));
      },
    );
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (OPEN.has(request.url ?? '') && !isRead) {
      notAllowed(response, 'GET, HEAD');
      return;
    }
    if (request.url === '/health/live') {
      sendJson(response, 200, JSON.stringify({ status: 'live' }));
      return;
    }
    const token = request.headers[CALLER_HEADER];
    const caller = token === undefined ? null : await verify(String(token)).catch(() => null);
    // A gateway that asks in a caller's name asks whether it would be answered, too.
    if (request.url === '/health/ready' && (caller !== null || token === undefined)) {
      await sendReadiness(ready, response);
      return;
    }
    if (request.url === '/metrics' && metrics !== undefined) {
      await sendMetrics(metrics, response);
      return;
    }
    if (caller === null) {
      refuse(response, 401, DEVELOPERS_EN_GB.UNAUTHENTICATED.NOT_THE_GATEWAY({}));
      return;
    }
    if (request.method !== 'POST') {
      notAllowed(response, 'POST');
      return;
    }
    if (isEncoded(request)) {
      refuse(response, 415, DEVELOPERS_EN_GB.ENCODING_NOT_SUPPORTED.BODY({}));
      return;
    }
    const body = Body.safeParse(await readJson(request));
    if (!body.success) {
      refuse(response, 400, DEVELOPERS_EN_GB.BAD_REQUEST.NOT_JSON({}));
      return;
    }
    const document = documents(body.data.query);
    const { variables, operationName } = body.data;
    const result = await execute(
      subgraph.schema,
      { document, variables: variables ?? {}, operationName: operationName ?? undefined },
      contextOf(caller, request, response),
    );
    sendJson(response, 200, JSON.stringify(result));
  }

  const { url, close } = await listen(handle, { ...http, onStopping: ready.stop });
  return { url: `${url}/graphql`, ready, close };
}

function contextOf(caller: Caller, request: IncomingMessage, response: ServerResponse): SubgraphContext {
  // Made on first use: most fields never look at it.
  let disconnect: ClientDisconnect | undefined;
  return {
    caller,
    requestId: requestIdOf(request),
    source: request.headers[SOURCE_HEADER]?.toString(),
    get signal() {
      return (disconnect ??= disconnectedUnlessAnswered(response)).signal;
    },
  };
}

function requestIdOf(request: IncomingMessage): string {
  return request.headers[REQUEST_ID_HEADER]?.toString() ?? 'unknown';
}

/** Paths that need no authentication. */
const OPEN = new Set(['/health/live', '/health/ready', '/metrics']);

/** RFC 9110, section 8.4: an unknown encoding is refused with 415. */
function isEncoded({ headers }: IncomingMessage): boolean {
  return (headers['content-encoding'] ?? 'identity') !== 'identity';
}

/** RFC 9110, section 15.5.6. */
function notAllowed(response: ServerResponse, methods: string): void {
  response.setHeader('allow', methods);
  refuse(response, 405, `Use ${methods}.`);
}

type Refused = 400 | 401 | 405 | 415 | 500 | 503;

function refuse(response: ServerResponse, status: Refused, message: string): void {
  sendJson(response, status, JSON.stringify({ errors: [{ message }] }));
}

/**
 * Parses the body; undefined when it is not JSON.
 * @throws SenderGone, NoRoomForBody
 */
async function readJson(request: IncomingMessage): Promise<unknown> {
  try {
    return JSON.parse(await readBody(request, MAX_BODY_BYTES));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof NotUtf8 || error instanceof BodyTooLarge)
      return undefined;
    throw error;
  }
}

/** Parses and validates each document once: the gateway sends few different operations. */
function documentCache(schema: GraphQLSchema): (query: string) => DocumentNode {
  const documents = new LRUCache<string, DocumentNode>({
    max: MAX_DOCUMENTS,
    memoMethod: (query) => {
      const document = parse(query);
      const [error] = validate(schema, document);
      if (error !== undefined) throw error;
      return document;
    },
  });
  return (query) => documents.memo(query);
}
