import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { SpanKind } from '@opentelemetry/api';
import { parse, validate, type DocumentNode, type GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import { CALLER_HEADER, REQUEST_ID_HEADER, SOURCE_HEADER, callerVerifier } from '../domain/caller-token';
import { abandonedUnlessAnswered, type Abandonment } from '../http/abandonment';
import { listen, type Listening } from '../http/listen';
import { readBody } from '../http/read-body';
import { continuing, inSpan } from '../http/tracing';
import { readiness, sendReadiness } from '../http/readiness';
import { sendJson } from '../http/send-json';
import { sendMetrics } from '../http/send-metrics';
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
  http: { host: string; port: number },
  callerKey: Uint8Array,
  logger: Logger,
  metrics?: Registry,
): Promise<Listening> {
  const span = { name: `answer ${subgraph.name}`, kind: SpanKind.SERVER };
  const documents = documentCache(subgraph.schema);
  const verify = callerVerifier(subgraph.name, callerKey);
  const ready = readiness([{ name: 'database', ready: () => subgraph.ready() }]);
  const handle: RequestListener = (request, response) => {
    continuing(request.headers, () => inSpan(span, () => answer(request, response))).catch(
      (error: unknown) => {
        logger.error({ err: error, subgraph: subgraph.name }, 'subgraph request failed');
        sendJson(response, 500, JSON.stringify({ errors: [{ message: 'Internal error.' }] }));
      },
    );
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url === '/health/live') {
      sendJson(response, 200, JSON.stringify({ status: 'live' }));
      return;
    }
    if (request.url === '/health/ready') {
      await sendReadiness(ready, response);
      return;
    }
    if (request.url === '/metrics' && metrics !== undefined) {
      await sendMetrics(metrics, response);
      return;
    }
    const caller = await verify(String(request.headers[CALLER_HEADER])).catch(() => null);
    if (caller === null) {
      sendJson(response, 401, JSON.stringify({ errors: [{ message: 'Only the gateway may ask.' }] }));
      return;
    }
    const body = Body.safeParse(JSON.parse(await readBody(request, MAX_BODY_BYTES)));
    if (!body.success) {
      sendJson(response, 400, JSON.stringify({ errors: [{ message: 'Not a GraphQL request.' }] }));
      return;
    }
    const document = documents(body.data.query);
    // Most fields never look at it.
    let abandonment: Abandonment | undefined;
    const { variables, operationName } = body.data;
    const result = await executeSubgraph(
      subgraph.schema,
      { document, variables: variables ?? {}, operationName: operationName ?? undefined },
      {
        caller,
        requestId: request.headers[REQUEST_ID_HEADER]?.toString() ?? 'unknown',
        source: request.headers[SOURCE_HEADER]?.toString(),
        get signal() {
          return (abandonment ??= abandonedUnlessAnswered(response)).signal;
        },
      },
    );
    sendJson(response, 200, JSON.stringify(result));
  }

  const { url, close } = await listen(handle, http);
  return { url: `${url}/graphql`, close };
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
