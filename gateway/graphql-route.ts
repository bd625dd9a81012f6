import type { IncomingMessage, ServerResponse } from 'node:http';
import { OperationTypeNode } from 'graphql';
import { ANONYMOUS, type Caller } from '../domain/caller';
import { REQUEST_ID_HEADER } from '../domain/caller-token';
import { sendJson } from '../platform/http/send-json';
import { spanFact } from '../platform/http/tracing';
import type { AuditedRequest, Auditor } from './audit/auditor';
import type { ErrorCode, Refusal } from './error-codes';
import { RETRY_OUTAGE_AFTER_SECONDS, type ErrorMask } from './error-mask';
import type { Answer } from './execution/answer';
import type { FederatedOperation } from './execution/federated-operation';
import type { OperationCache } from './execution/operation-cache';
import type { OperationCost } from './gateway-context';
import type { GatewayMetrics } from './gateway-metrics';
import { TokenRefused } from './identity/token-refused';
import type { GatewayLimits } from './limits/gateway-limits';
import { refusedTokens } from './limits/refused-tokens';
import { rateLimited, type Admitted, type RequestGuards } from './limits/request-guards';
import type { documentFinder } from './limits/trusted-documents';
import { formatAnswer } from './request/format-answer';
import { GRAPHQL_TYPE } from './request/media-type';
import { parseRequest, receiveRequest, type ReceivedRequest } from './request/read-request';
import { RequestRefused } from './request-refused';
import { requestContext, type RequestContext } from './request-context';
import { requestSource } from './request-source';
import { isOutage } from './subgraph-unavailable';

export interface GraphqlRouteOptions {
  operations: OperationCache;
  documents: ReturnType<typeof documentFinder>;
  guards: RequestGuards;
  mask: ErrorMask;
  /**
   * @param beforeVerifying asked before a token that is not known is verified
   * @throws TokenRefused, and what that throws
   */
  identify(authorization: string | undefined, beforeVerifying: () => Promise<void>): Promise<Caller>;
  limits: Pick<GatewayLimits, 'bodyBytes' | 'queryMs'>;
  /** How many of the operator's own stand before this gateway. */
  proxies: number;
  /** With a key: nobody is to read an address where callers are counted. */
  digestAddress?: ((network: string) => string) | undefined;
  counted: GatewayMetrics;
  audit: Auditor;
}

/** One HTTP request with its answer, and what is known of it. */
interface Exchange {
  response: ServerResponse;
  received: ReceivedRequest;
  context: RequestContext;
  about: AuditedRequest;
}

/** An operation that may be executed. */
interface AdmittedOperation {
  operation: FederatedOperation;
  admitted: Admitted;
  /** Of the published document; null: of some other. */
  published: string | null;
}

/** Fields of the root in the audit trail, where the document has no name. */
const MOST_NAMED = 5;

/**
 * One GraphQL request: it is read once, its sender is known, its document found, and nothing is executed that has not passed
 * every guard. Each of these can refuse it.
 * @throws RequestRefused, TokenRefused, BodyTooLarge, SenderGone
 */
export function graphqlRoute(options: GraphqlRouteOptions) {
  const { operations, documents, guards, mask, identify, counted, audit } = options;
  const { bodyBytes, queryMs } = options.limits;
  const tokens = refusedTokens();
  const sourceOf = requestSource(options.proxies, options.digestAddress);

  return async (request: IncomingMessage, response: ServerResponse, search: string): Promise<void> => {
    const requestId = String(response.getHeader(REQUEST_ID_HEADER));
    const about: AuditedRequest = {
      caller: ANONYMOUS,
      operation: null,
      ids: [],
      source: () => sourceOf(request),
      requestId,
    };
    try {
      const received = await receiveRequest(request, search, bodyBytes);
      about.caller = await identified(request);
      const context = requestContext(about.caller, request, response, sourceOf);
      const exchange = { response, received, context, about };
      await serve(exchange, await admit(exchange));
    } catch (error) {
      const code = refusalCode(error);
      if (code !== null) audit.refused(about, code);
      throw error;
    }
  };

  /** @throws TokenRefused; RequestRefused where too many tokens from there were refused to verify another one */
  async function identified(request: IncomingMessage): Promise<Caller> {
    try {
      return await identify(request.headers.authorization, async () => {
        const seconds = await tokens.stoppedFor(sourceOf(request));
        refuseIf(seconds === null ? null : rateLimited(seconds));
      });
    } catch (error) {
      // That the issuer's keys cannot be had is not the sender's fault.
      if (error instanceof TokenRefused && error.reason !== 'KEYS_UNAVAILABLE')
        await tokens.add(sourceOf(request));
      throw error;
    }
  }

  /** @throws RequestRefused */
  async function admit({ received, context, about }: Exchange): Promise<AdmittedOperation> {
    refuseIf(await guards.payForBody(context, received.bytes.length));
    const asked = parseRequest(received);
    const { operationName, variables } = asked;
    const document = documents(asked, context.caller);
    if ('refusal' in document) throw new RequestRefused(document.refusal);
    if (!operations.knows(document, operationName)) refuseIf(await guards.payForPlanning(context, document));
    const found = operations.find(document, operationName);
    if ('refusal' in found) throw new RequestRefused(found.refusal);
    const { operation } = found;
    about.operation = document.name ?? operation.rootFields.slice(0, MOST_NAMED).join(' ');
    about.ids = operation.ids(variables);
    const admitted = await guards.admit({ method: received.method, operation, variables, by: context });
    if ('refusal' in admitted) throw new RequestRefused(admitted.refusal);
    return { operation, admitted, published: document.name };
  }

  async function serve(
    exchange: Exchange,
    { operation, admitted, published }: AdmittedOperation,
  ): Promise<void> {
    const { response, context, about } = exchange;
    spanFact('graphql.operation.name', published ?? 'other');
    const began = performance.now();
    const isAwaited = operation.type === OperationTypeNode.MUTATION;
    let answer: Answer | undefined;
    const writeDown = once(() => audit.executed(about, { answer, isAwaited }));
    try {
      answer = await inTime(operation, context, () => operation.execute(admitted, context));
      await writeDown();
      // Whoever has gone is told nothing: what failed because of that is nobody's fault.
      if (!response.headersSent && !response.closed) send(exchange, answer, admitted.cost, published);
    } finally {
      admitted.leave();
      counted.executed(published, (performance.now() - began) / 1_000);
      await writeDown();
    }
  }

  function send(
    { response, received: { responseType }, context: { requestId } }: Exchange,
    answer: Answer,
    cost: OperationCost,
    operation: string | null,
  ): void {
    const isUnserved = responseType === GRAPHQL_TYPE && nothingButOutage(answer);
    if (isUnserved) response.setHeader('retry-after', RETRY_OUTAGE_AFTER_SECONDS);
    const sent = isUnserved ? { ...answer, data: undefined } : answer;
    const text = formatAnswer(sent, cost, mask, { requestId, operation });
    sendJson(response, isUnserved ? 503 : statusOf(answer), text, responseType);
  }

  /** A mutation is never given up: what it has sent to a practice it has to settle. */
  async function inTime<Result>(
    operation: FederatedOperation,
    context: RequestContext,
    work: () => Promise<Result>,
  ): Promise<Result> {
    if (operation.type !== OperationTypeNode.QUERY) return work();
    let timer: NodeJS.Timeout | undefined;
    const timeIsUp = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        context.giveUp();
        reject(new RequestRefused(timedOut(queryMs)));
      }, queryMs);
    });
    try {
      return await Promise.race([work(), timeIsUp]);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** @throws RequestRefused */
function refuseIf(refusal: Refusal | null): void {
  if (refusal !== null) throw new RequestRefused(refusal);
}

/** https://graphql.github.io/graphql-over-http/draft/#sec-Status-Codes: without data nothing was executed. */
function statusOf({ data }: Answer): 200 | 400 {
  return data === undefined ? 400 : 200;
}

/**
 * Whether an outage has left nothing of an answer: it is sent without `data`, since the status may say so then. As
 * `application/json` any answer to an operation has status 200.
 */
function nothingButOutage({ data, errors = [] }: Answer): boolean {
  return data === null && errors.some(isOutage);
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
