import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeaderMap, type ApolloServer } from '@apollo/server';
import { OperationTypeNode } from 'graphql';
import { z } from 'zod';
import { ANONYMOUS, type Caller } from '../domain/caller';
import { REQUEST_ID_HEADER } from '../domain/caller-token';
import { readBody } from '../http/read-body';
import { sendJson } from '../http/send-json';
import { spanFact } from '../http/tracing';
import type { AuditedRequest, Auditor } from './audit/auditor';
import type { ErrorCode, Refusal } from './error-codes';
import type { ErrorMask } from './error-mask';
import type { FederatedOperation } from './execution/federated-operation';
import type { OperationCache } from './execution/operation-cache';
import type { GatewayContext } from './gateway-context';
import type { GatewayMetrics } from './gateway-metrics';
import { TokenRefused } from './identity/token-refused';
import type { Fences } from './limits/fences';
import type { GatewayLimits } from './limits/gateway-limits';
import { DocumentRequest, type documentFinder } from './limits/trusted-documents';
import { answerPlainRequest, plainContentType } from './plain-request';
import { RequestRefused } from './request-refused';
import { requestContext, type RequestContext } from './request-context';
import { requestSource } from './request-source';

export interface GraphqlRouteOptions {
  graphql: ApolloServer<GatewayContext>;
  operations: OperationCache;
  documents: ReturnType<typeof documentFinder>;
  fences: Fences;
  mask: ErrorMask;
  /** @throws TokenRefused */
  identify(authorization: string | undefined): Promise<Caller>;
  limits: Pick<GatewayLimits, 'bodyBytes' | 'queryMs'>;
  /** How many of the operator's own stand before this gateway. */
  proxies: number;
  counted: GatewayMetrics;
  audit: Auditor;
}

/** What a client asks, by whatever method it came. */
interface Asked {
  /** For Apollo Server: the body of a POST, the query string of a GET. */
  body: unknown;
  search: string;
  document: z.infer<typeof GraphqlRequest> | null;
}

/** One HTTP request with its answer, and what is known of it. */
interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  context: RequestContext;
  about: AuditedRequest;
}

/** Fields of the root in the audit trail, where the document has no name. */
const MOST_NAMED = 5;

const NO_AUDIT: Refusal = {
  code: 'AUDIT_UNAVAILABLE',
  message: 'The audit trail cannot be written. Ask again in a moment.',
  retryAfterSeconds: 5,
};

const GraphqlRequest = DocumentRequest.extend({
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

/**
 * One GraphQL request: who asks, which document, whether it may be executed, and the answer. Apollo Server has what is
 * not plain, and what is not valid: it knows all of GraphQL over HTTP and words every refusal.
 * @throws RequestRefused, TokenRefused, BodyTooLarge
 */
export function graphqlRoute(options: GraphqlRouteOptions) {
  const { operations, documents, fences, mask, graphql, identify, counted, audit } = options;
  const { bodyBytes, queryMs } = options.limits;
  const sourceOf = requestSource(options.proxies);

  return async (request: IncomingMessage, response: ServerResponse, search: string): Promise<void> => {
    const requestId = String(response.getHeader(REQUEST_ID_HEADER));
    const about: AuditedRequest = { caller: ANONYMOUS, operation: null, ids: [], requestId };
    try {
      const asked = await read(request, search, bodyBytes);
      about.caller = await identify(request.headers.authorization);
      await serve(
        { request, response, about, context: requestContext(about.caller, request, response, sourceOf) },
        asked,
      );
    } catch (error) {
      const code = refusalCode(error);
      if (code !== null) audit.refused(about, code);
      throw error;
    }
  };

  async function serve(exchange: Exchange, given: Asked): Promise<void> {
    const { context, about } = exchange;
    if (given.document === null) return byApolloServer(exchange, given, graphql);
    const found = documents(given.document, context.caller);
    if ('refusal' in found) throw new RequestRefused(found.refusal);
    const asked = found.text === given.document.query ? given : withText(given, found.text);
    const { operationName } = asked.document ?? {};
    const variables = asked.document?.variables ?? {};
    const lookup = operations.byText(found.text, operationName ?? undefined);
    if (lookup.kind === 'refused') throw new RequestRefused(lookup.refusal);
    if (lookup.kind === 'invalid') return byApolloServer(exchange, asked, graphql);

    const { operation } = lookup;
    about.operation = found.name ?? operation.rootFields.slice(0, MOST_NAMED).join(' ');
    about.ids = operation.ids(variables);
    if (!audit.hasRoom()) throw new RequestRefused(NO_AUDIT);
    const passed = await fences(operation, variables, context);
    if ('refusal' in passed) throw new RequestRefused(passed.refusal);
    context.cost = passed.cost;
    spanFact('graphql.operation.name', found.name ?? 'other');
    const began = performance.now();
    const isAwaited = operation.type === OperationTypeNode.MUTATION;
    const writeDown = once(() => audit.executed(about, { answer: context.answer, isAwaited }));
    try {
      await inTime(operation, context, () => execute(exchange, asked, operation, writeDown));
    } finally {
      passed.leave();
      counted.executed(found.name, (performance.now() - began) / 1_000);
      await writeDown();
    }
  }

  /** @param writeDown before anything is answered */
  async function execute(
    exchange: Exchange,
    asked: Asked,
    operation: FederatedOperation,
    writeDown: () => Promise<void>,
  ): Promise<void> {
    const { request, response, context } = exchange;
    const { method, headers } = request;
    const contentType = plainContentType({ method, headers, body: asked.body });
    const variables = asked.document?.variables ?? {};
    if (contentType === null || operation.variableErrors(variables).length > 0)
      return byApolloServer(exchange, asked, graphql, writeDown);
    const answer = await answerPlainRequest(operation, variables, context, mask);
    await writeDown();
    if (response.headersSent) return;
    sendJson(response, answer.status, answer.body, contentType);
  }

  /** A mutation is never given up: what it has sent to a practice it has to settle. */
  async function inTime(
    operation: FederatedOperation,
    context: RequestContext,
    work: () => Promise<void>,
  ): Promise<void> {
    if (operation.type !== OperationTypeNode.QUERY) return work();
    let timer: NodeJS.Timeout | undefined;
    const timeIsUp = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        context.giveUp();
        reject(new RequestRefused(timedOut(queryMs)));
      }, queryMs);
    });
    try {
      await Promise.race([work(), timeIsUp]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let begun: Promise<void> | undefined;
  return () => (begun ??= work());
}

/** Null for what is no refusal, but a fault of ours. */
function refusalCode(error: unknown): ErrorCode | null {
  if (error instanceof RequestRefused) return error.refusal.code;
  return error instanceof TokenRefused ? 'UNAUTHENTICATED' : null;
}

function timedOut(queryMs: number) {
  const message = `No answer within ${queryMs / 1_000} seconds. Ask again, or for less.`;
  return { code: 'TIMED_OUT', message } as const;
}

async function read(request: IncomingMessage, search: string, bodyBytes: number): Promise<Asked> {
  if (request.method !== 'POST') return { body: undefined, search, document: fromSearch(search) };
  const { 'content-encoding': encoding = 'identity' } = request.headers;
  if (encoding !== 'identity')
    throw new RequestRefused({
      code: 'ENCODING_NOT_SUPPORTED',
      message: 'Send the body as it is, without content-encoding.',
    });
  const body = parseBody(await readBody(request, bodyBytes));
  return { body, search, document: withDocument(GraphqlRequest.safeParse(body).data) };
}

/** A request without query and id is for Apollo Server to refuse. */
function withDocument(asked: z.infer<typeof GraphqlRequest> | undefined) {
  if (asked === undefined) return null;
  const document = asked.query ?? asked.documentId ?? asked.extensions?.persistedQuery?.sha256Hash;
  return document === undefined ? null : asked;
}

function fromSearch(search: string): Asked['document'] {
  const given = Object.fromEntries(new URLSearchParams(search));
  const { variables, extensions, ...rest } = given;
  try {
    return withDocument(
      GraphqlRequest.safeParse({
        ...rest,
        ...(variables && { variables: JSON.parse(variables) as unknown }),
        ...(extensions && { extensions: JSON.parse(extensions) as unknown }),
      }).data,
    );
  } catch {
    return null;
  }
}

/** The text of a published document in place of its id, which Apollo Server knows nothing of. */
function withText({ body, search, document }: Asked, query: string): Asked {
  const { operationName, variables } = document ?? {};
  if (body !== undefined) return { search, document, body: { query, operationName, variables } };
  const params = new URLSearchParams(search);
  params.delete('documentId');
  params.delete('extensions');
  params.set('query', query);
  return { body, document, search: `?${params.toString()}` };
}

async function byApolloServer(
  { request, response, context }: Exchange,
  { search, body }: Asked,
  server: ApolloServer<GatewayContext>,
  beforeAnswering: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  const answered = await server.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method: request.method ?? 'GET', headers, search, body },
    context: () => Promise.resolve(context),
  });
  await beforeAnswering();
  if (response.headersSent) return;
  for (const [name, value] of answered.headers) response.setHeader(name, value);
  response.setHeader('cache-control', 'no-store');
  response.statusCode = answered.status ?? 200;
  if (answered.body.kind === 'complete') response.end(answered.body.string);
  else {
    for await (const chunk of answered.body.asyncIterator) response.write(chunk);
    response.end();
  }
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new RequestRefused({
      code: 'BAD_REQUEST',
      message: 'The body is not JSON; send {"query": "..."} as application/json.',
    });
  }
}
