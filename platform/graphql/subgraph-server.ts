import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { SpanKind } from '@opentelemetry/api';
import { parse, validate, type DocumentNode, type GraphQLSchema } from 'graphql';
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
import { disconnectedUnlessAnswered, type ClientDisconnect } from '../http/client-disconnect';
import { listen, type Listening, type ListenSettings } from '../http/listen';
import { BodyTooLarge, NoRoomForBody, NotUtf8, readBody, SenderGone } from '../http/read-body';
import { continuing, inSpan } from '../http/tracing';
import { readiness, sendReadiness, type Readiness } from '../http/readiness';
import { sendJson } from '../http/send-json';
import { sendMetrics } from '../http/send-metrics';
import type { Caller } from '../../domain/caller';
import type { Subgraph } from './federated-schema';
import { executeSubgraph } from './in-process';

const MAX_BODY_BYTES = 4 * 1024 * 1024;
const MAX_DOCUMENTS = 1_000;

const Body = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

/**
 * A subgraph in a process of its own. It answers the gateway and nobody else: without a caller that the gateway has
 * signed for this subgraph within the last 30 seconds, it says 401, whatever is asked. Only the health checks and
 * `/metrics`, where it is switched on, are answered to anybody: they tell of nobody.
 */
export async function serveSubgraph(
  subgraph: Subgraph,
  http: ListenSettings,
  callerKeys: CallerKeys,
  logger: Logger,
  metrics?: Registry,
): Promise<Listening & { ready: Readiness }> {
  const span = { name: `answer ${subgraph.name}`, kind: SpanKind.SERVER };
  const documents = documentCache(subgraph.schema);
  const verify = callerVerifier(subgraph.name, callerKeys);
  const ready = readiness([{ name: 'database', ready: () => subgraph.ready() }]);
  const handle: RequestListener = (request, response) => {
    continuing(request.headers, () => inSpan(span, () => answer(request, response))).catch(
      (error: unknown) => {
        // Nobody is left to be answered, and nobody is at fault.
        if (error instanceof SenderGone) return;
        if (error instanceof NoRoomForBody) return refuse(response, 503, 'Too many long requests at once.');
        const requestId = requestIdOf(request);
        logger.error(
          { err: loggableError(error), requestId, subgraph: subgraph.name },
          'subgraph request failed',
        );
        refuse(response, 500, 'Internal error.');
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
    const caller = await callerOf(request);
    // A gateway that asks in a caller's name asks whether it would be answered, too.
    const isOfGateway = request.headers[CALLER_HEADER] !== undefined;
    if (request.url === '/health/ready' && (caller !== null || !isOfGateway)) {
      await sendReadiness(ready, response);
      return;
    }
    if (request.url === '/metrics' && metrics !== undefined) {
      await sendMetrics(metrics, response);
      return;
    }
    if (caller === null) {
      refuse(response, 401, 'Only the gateway may ask.');
      return;
    }
    if (request.method !== 'POST') {
      notAllowed(response, 'POST');
      return;
    }
    if (isEncoded(request)) {
      refuse(response, 415, 'Send the body as it is.');
      return;
    }
    const body = Body.safeParse(await readJson(request));
    if (!body.success) {
      refuse(response, 400, 'Not a GraphQL request.');
      return;
    }
    const document = documents(body.data.query);
    // Most fields never look at it.
    let abandonment: ClientDisconnect | undefined;
    const { variables, operationName } = body.data;
    const result = await executeSubgraph(
      subgraph.schema,
      { document, variables: variables ?? {}, operationName: operationName ?? undefined },
      {
        caller,
        requestId: requestIdOf(request),
        source: request.headers[SOURCE_HEADER]?.toString(),
        get signal() {
          return (abandonment ??= disconnectedUnlessAnswered(response)).signal;
        },
      },
    );
    sendJson(response, 200, JSON.stringify(result));
  }

  async function callerOf(request: IncomingMessage): Promise<Caller | null> {
    const token = request.headers[CALLER_HEADER];
    return token === undefined ? null : verify(String(token)).catch(() => null);
  }

  const { url, close } = await listen(handle, { ...http, onStopping: ready.stop });
  return { url: `${url}/graphql`, ready, close };
}

function requestIdOf(request: IncomingMessage): string {
  return request.headers[REQUEST_ID_HEADER]?.toString() ?? 'unknown';
}

/** What is answered to anybody. */
const OPEN = new Set(['/health/live', '/health/ready', '/metrics']);

/** RFC 9110, section 8.4: what is not understood is refused with 415. */
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

/** Undefined for what is no JSON. @throws SenderGone, NoRoomForBody */
async function readJson(request: IncomingMessage): Promise<unknown> {
  try {
    return JSON.parse(await readBody(request, MAX_BODY_BYTES));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof NotUtf8 || error instanceof BodyTooLarge)
      return undefined;
    throw error;
  }
}

/** The gateway sends few different operations: each is parsed and validated once. Oldest out first. */
function documentCache(schema: GraphQLSchema): (query: string) => DocumentNode {
  const cache = new Map<string, DocumentNode>();
  return (query) => {
    const known = cache.get(query);
    if (known !== undefined) return known;
    const document = parse(query);
    const [error] = validate(schema, document);
    if (error !== undefined) throw error;
    const oldest = cache.keys().next();
    if (cache.size >= MAX_DOCUMENTS && oldest.done === false) cache.delete(oldest.value);
    cache.set(query, document);
    return document;
  };
}
