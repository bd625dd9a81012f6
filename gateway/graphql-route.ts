import type { IncomingMessage, ServerResponse } from 'node:http';
import { ANONYMOUS, type Caller } from '../domain/caller';
import { REQUEST_ID_HEADER } from '../domain/caller-token';
import type { AuditedRequest, Auditor } from './audit/auditor';
import type { ErrorCode, RequestRefusal } from './error-codes';
import type { AdmittedOperation, Exchange } from './exchange';
import { executeAdmitted } from './execute-admitted';
import { RETRY_OUTAGE_AFTER_SECONDS, type ErrorMask } from './error-mask';
import type { Answer } from './execution/answer';
import type { OperationCache } from './execution/operation-cache';
import type { GatewayMetrics } from './gateway-metrics';
import { TokenRefused } from './identity/token-refused';
import type { GatewayLimits } from './limits/gateway-limits';
import { refusedTokens } from './limits/refused-tokens';
import { rateLimited, type RequestGuards } from './limits/request-guards';
import type { documentFinder } from './limits/trusted-documents';
import { followBooking } from './live/follow-booking';
import type { LiveStreams } from './live/live-streams';
import { formatAnswer } from './request/format-answer';
import { GRAPHQL_TYPE } from './request/media-type';
import { parseRequest, receiveFollowing, receiveRequest } from './request/read-request';
import { RequestRefused } from './request-refused';
import { requestContext } from './request-context';
import { requestSource } from './request-source';
import { answerSender, type SendAnswer } from './send-answer';
import { isSubgraphOutage } from './subgraph-unavailable';

export interface GraphqlRouteOptions {
  operations: OperationCache;
  documents: ReturnType<typeof documentFinder>;
  guards: RequestGuards;
  mask: ErrorMask;
  /**
   * @param beforeVerifying called before an unknown token is verified
   * @throws TokenRefused, and what that throws
   */
  identify(authorization: string | undefined, beforeVerifying: () => Promise<void>): Promise<Caller>;
  limits: Pick<GatewayLimits, 'bodyBytes' | 'queryMs'>;
  /** Number of the operator's own proxies in front of this gateway. */
  proxies: number;
  /** Keys of servers that are believed for whom they ask. */
  frontEndKeys?: readonly string[] | undefined;
  /** Keyed digest: counting callers must not store addresses. */
  digestAddress?: ((network: string) => string) | undefined;
  counted: GatewayMetrics;
  audit: Auditor;
  live: LiveStreams;
}

export type GraphqlHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  search: string,
) => Promise<void>;

/** Fields of the root in the audit trail, where the document has no name. */
const MAX_NAMED_FIELDS = 5;

/**
 * Serves GraphQL requests: each is read once, its sender is known, its document found, and nothing is executed that has not passed
 * every guard. Each of these can refuse it. `answer` answers once; `follow` sends one booking's states as they change.
 * @throws RequestRefused, TokenRefused, BodyTooLarge, SenderGone
 */
export function graphqlRoute(options: GraphqlRouteOptions): Record<'answer' | 'follow', GraphqlHandler> {
  const { operations, documents, guards, mask, counted, audit, live } = options;
  const { bodyBytes, queryMs } = options.limits;
  const sourceOf = requestSource(options.proxies, options.digestAddress, options.frontEndKeys);
  const identifySender = senderIdentifier(options.identify, sourceOf);
  const sendAnswer = answerSender();
  const execute = executeAdmitted(audit, counted, queryMs);

  return {
    answer: handler(receiveRequest, serve),
    follow: handler(receiveFollowing, (exchange, admission) =>
      followBooking(exchange, admission, { live, execute, readmit, mask }),
    ),
  };

  function handler(
    receive: typeof receiveRequest,
    work: (exchange: Exchange, admission: AdmittedOperation) => Promise<void>,
  ): GraphqlHandler {
    return async (request, response, search) => {
      const requestId = String(response.getHeader(REQUEST_ID_HEADER));
      const about: AuditedRequest = {
        caller: ANONYMOUS,
        operation: null,
        ids: [],
        source: () => sourceOf(request),
        requestId,
      };
      try {
        const received = await receive(request, search, bodyBytes);
        about.caller = await identifySender(request);
        const context = requestContext(about.caller, request, response, sourceOf);
        const exchange = { request, response, received, context, about };
        await work(exchange, await admit(exchange));
      } catch (error) {
        const code = refusalCode(error);
        if (code !== null) audit.refused(about, code);
        throw error;
      }
    };
  }

  /** Judges the same request again, as of now. */
  async function readmit(exchange: Exchange): Promise<AdmittedOperation> {
    exchange.about.caller = await identifySender(exchange.request);
    return admit(exchange);
  }

  /** @throws RequestRefused */
  async function admit({ received, context, about }: Exchange): Promise<AdmittedOperation> {
    refuseIf(await guards.payForBody(context, received.bytes.length));
    const parsed = parseRequest(received);
    const { operationName, variables } = parsed;
    const document = documents(parsed, context.caller);
    if ('refusal' in document) throw new RequestRefused(document.refusal);
    if (!operations.knows(document, operationName)) refuseIf(await guards.payForPlanning(context, document));
    const found = operations.find(document, operationName);
    if ('refusal' in found) throw new RequestRefused(found.refusal);
    const { operation } = found;
    about.operation = document.name ?? operation.rootFields.slice(0, MAX_NAMED_FIELDS).join(' ');
    about.ids = operation.ids(variables);
    const admitted = await guards.admit({ method: received.method, operation, variables, by: context });
    if ('refusal' in admitted) throw new RequestRefused(admitted.refusal);
    return { operation, admitted, published: document.name };
  }

  async function serve(exchange: Exchange, admission: AdmittedOperation): Promise<void> {
    const answer = await execute(exchange, admission);
    const { response } = exchange;
    // A disconnected client gets no answer: failures that follow from that are no errors.
    if (!response.headersSent && !response.closed)
      await send(exchange, admission, answer, { mask, sendAnswer });
  }
}

function send(
  { response, received: { responseType }, context: { requestId } }: Exchange,
  { admitted, published }: AdmittedOperation,
  answer: Answer,
  { mask, sendAnswer }: { mask: ErrorMask; sendAnswer: SendAnswer },
): Promise<void> {
  const isUnserved = responseType === GRAPHQL_TYPE && nothingButOutage(answer);
  if (isUnserved) response.setHeader('retry-after', RETRY_OUTAGE_AFTER_SECONDS);
  const sent = isUnserved ? { ...answer, data: undefined } : answer;
  const text = formatAnswer(sent, admitted.cost, mask, { requestId, operation: published });
  return sendAnswer(response, isUnserved ? 503 : statusOf(answer), text, responseType);
}

/**
 * Makes the identification of a request's sender, which counts refused tokens by their source.
 * @throws TokenRefused; RequestRefused where too many tokens from there were refused to verify another one
 */
function senderIdentifier(
  identify: GraphqlRouteOptions['identify'],
  sourceOf: (request: IncomingMessage) => string,
): (request: IncomingMessage) => Promise<Caller> {
  const tokens = refusedTokens();
  return async (request) => {
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
  };
}

/** @throws RequestRefused */
function refuseIf(refusal: RequestRefusal | null): void {
  if (refusal !== null) throw new RequestRefused(refusal);
}

/** https://graphql.github.io/graphql-over-http/draft/#sec-Status-Codes: without data nothing was executed. */
function statusOf({ data }: Answer): 200 | 400 {
  return data === undefined ? 400 : 200;
}

/**
 * Checks that an outage has left an answer without any data: it is sent without `data`, since its status may then
 * be 503. As `application/json` any answer to an operation has status 200.
 */
function nothingButOutage({ data, errors = [] }: Answer): boolean {
  return data === null && errors.some(isSubgraphOutage);
}

/** Returns the code of a refusal; null for an internal error. */
function refusalCode(error: unknown): ErrorCode | null {
  if (error instanceof RequestRefused) return error.refusal.code;
  return error instanceof TokenRefused ? 'UNAUTHENTICATED' : null;
}
