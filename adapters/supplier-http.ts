import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import axios, { isAxiosError, isCancel, type AxiosResponse } from 'axios';
import {
  BrokenCircuitError,
  bulkhead,
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
  TaskCancelledError,
} from 'cockatiel';
import type { Logger } from 'pino';
import { type BreakerState, type Call, type Manifest, SupplierError, type SupplierFault } from './gp-system';

/** The adapters' only way to the network. Any HTTP status is a reply, which the adapter judges. */
export interface SupplierHttp {
  /**
   * One exchange. What changes a book is sent at most once; a read is sent again once when the kept connection that it
   * went into turns out to have been closed by the supplier.
   * @throws SupplierError with fault TIMED_OUT, UNREACHABLE, BAD_REPLY (too large, cut short) or CIRCUIT_OPEN.
   */
  send(request: HttpRequest, call: Call): Promise<HttpReply>;
}

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Appended to the supplier's base URL; begins with a slash, or is empty. */
  path: string;
  query?: readonly (readonly [name: string, value: string])[];
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** Of the whole exchange, waiting for a free connection included. */
  timeoutMs: number;
  /**
   * The request changes the practice's book, so it goes over a connection of its own: a kept one that the supplier is
   * just closing would leave it AMBIGUOUS for nothing.
   */
  changes?: boolean;
}

export interface HttpReply {
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  body: string;
}

export interface SupplierHttpOptions {
  supplier: string;
  baseUrl: string;
  limits: Pick<Manifest['limits'], 'concurrency'>;
  logger: Logger;
  maxResponseBytes?: number;
  breaker?: { consecutiveFailures: number; halfOpenAfterMs: number };
}

/** What is known of a request whatever becomes of it. */
interface Evidence {
  sent: boolean;
  answered: boolean;
  /** It went into a connection that an earlier exchange had left open. */
  keptConnection: boolean;
}

const TWO_MEGABYTES = 2 * 1024 * 1024;
/** Below the five seconds after which many servers close. */
const IDLE_MS = 3_000;
const deadlinePassed = new Error('The deadline passed.');

export function supplierHttp(options: SupplierHttpOptions): SupplierHttp & { breaker(): BreakerState } {
  const { supplier, logger } = options;
  const queue = bulkhead(options.limits.concurrency, Number.POSITIVE_INFINITY);
  const breaker = outageBreaker(options.breaker ?? { consecutiveFailures: 10, halfOpenAfterMs: 5_000 });
  const exchange = exchangeThrough(options);

  async function attempt(request: HttpRequest, call: Call, evidence: Evidence): Promise<HttpReply> {
    const limit = deadline(request.timeoutMs, call);
    try {
      return await Promise.race([
        queue.execute(
          () => breaker.execute(() => exchange(request, limit.signal, evidence), limit.signal),
          limit.signal,
        ),
        // The bulkhead looks at the signals of those who wait only when a place becomes free.
        rejectionAt(limit.signal),
      ]);
    } catch (error) {
      throw asSupplierError(supplier, error, evidence, limit.signal);
    } finally {
      limit.clear();
    }
  }

  return {
    breaker: () => BREAKER_STATE[breaker.state],
    async send(request, call) {
      const startedAt = performance.now();
      const evidence: Evidence = { sent: false, answered: false, keptConnection: false };
      const about = () => ({
        supplier,
        method: request.method,
        requestId: call.requestId,
        elapsedMs: Math.round(performance.now() - startedAt),
      });
      try {
        const reply = await attempt(request, call, evidence);
        const level = reply.status >= 500 ? 'warn' : 'debug';
        logger[level]({ ...about(), outcome: 'REPLY', status: reply.status }, 'supplier exchange');
        return reply;
      } catch (error) {
        const outcome = error instanceof SupplierError ? error.fault : 'UNEXPECTED';
        logger.warn({ ...about(), outcome, mayHaveBeenSent: evidence.sent }, 'supplier exchange');
        throw error;
      }
    },
  };
}

function exchangeThrough(options: SupplierHttpOptions) {
  const client = axios.create({
    maxContentLength: options.maxResponseBytes ?? TWO_MEGABYTES,
    maxRedirects: 0,
    proxy: false,
    responseType: 'text',
    transformRequest: [(body: unknown) => body],
    transformResponse: [(body: unknown) => body],
    validateStatus: () => true,
  });
  const base = options.baseUrl.replace(/\/+$/, '');
  const kept = agents({ keepAlive: true, timeout: IDLE_MS });
  const own = agents({ keepAlive: false });

  return async function exchange(
    request: HttpRequest,
    signal: AbortSignal,
    evidence: Evidence,
    connections = request.changes === true ? own : kept,
  ): Promise<HttpReply> {
    try {
      const response: AxiosResponse<unknown> = await client.request({
        method: request.method,
        url: base + request.path,
        params: queryOf(request),
        headers: { ...request.headers },
        ...(request.body === undefined ? {} : { data: request.body }),
        signal,
        ...connections,
        transport: watchedTransport(evidence),
      });
      return {
        status: response.status,
        headers: lowerCased(response.headers),
        body: typeof response.data === 'string' ? response.data : '',
      };
    } catch (error) {
      if (connections === kept && wasClosedMeanwhile(error, evidence))
        return exchange(request, signal, evidence, own);
      throw asSupplierError(options.supplier, error, evidence, signal);
    }
  };
}

function agents(options: http.AgentOptions) {
  return { httpAgent: new http.Agent(options), httpsAgent: new https.Agent(options) };
}

function wasClosedMeanwhile(error: unknown, { keptConnection, answered }: Evidence): boolean {
  return keptConnection && !answered && isAxiosError(error) && error.code === 'ECONNRESET';
}

function queryOf({ query = [] }: HttpRequest): URLSearchParams {
  const params = new URLSearchParams();
  for (const [name, value] of query) params.append(name, value);
  return params;
}

/** Node's own client, watched for the moment from which request bytes can have left. */
function watchedTransport(evidence: Evidence) {
  return {
    request(options: https.RequestOptions, onResponse: (response: http.IncomingMessage) => void) {
      const isSecure = options.protocol === 'https:';
      const request = (isSecure ? https : http).request(options, onResponse);
      request.once('socket', (socket: Socket) => {
        evidence.keptConnection = request.reusedSocket;
        // Over TLS nothing of the request leaves before the handshake has ended.
        if (socket.connecting)
          socket.once(isSecure ? 'secureConnect' : 'connect', () => (evidence.sent = true));
        else evidence.sent = true;
      });
      request.once('response', () => {
        evidence.sent = true;
        evidence.answered = true;
      });
      return request;
    },
  };
}

/** A total time: axios' own timeout measures idleness, which a slow drip never reaches. */
function deadline(timeoutMs: number, call: Call) {
  const controller = new AbortController();
  const remaining = Math.min(timeoutMs, call.deadline - performance.now());
  const pass = () => {
    controller.abort(deadlinePassed);
  };
  const abandon = () => {
    controller.abort(call.signal.reason);
  };
  const timer = setTimeout(pass, Math.max(0, remaining));
  call.signal.addEventListener('abort', abandon, { once: true });
  if (call.signal.aborted) abandon();
  else if (remaining <= 0) pass();
  return {
    signal: controller.signal,
    clear() {
      clearTimeout(timer);
      call.signal.removeEventListener('abort', abandon);
    },
  };
}

function rejectionAt(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const refuse = () => {
      reject(new TaskCancelledError());
    };
    if (signal.aborted) refuse();
    else signal.addEventListener('abort', refuse, { once: true });
  });
}

const BREAKER_STATE: Record<CircuitState, BreakerState> = {
  [CircuitState.Closed]: 'CLOSED',
  [CircuitState.HalfOpen]: 'HALF_OPEN',
  [CircuitState.Open]: 'OPEN',
  [CircuitState.Isolated]: 'OPEN',
};

/** Abandoned searches say nothing about the supplier, so only our own deadline counts as an outage. */
function outageBreaker(limits: {
  consecutiveFailures: number;
  halfOpenAfterMs: number;
}): CircuitBreakerPolicy {
  const failed = (error: unknown) =>
    error instanceof SupplierError &&
    (error.fault === 'UNREACHABLE' || (error.fault === 'TIMED_OUT' && error.cause === deadlinePassed));
  const answeredBadly = (reply: unknown) =>
    typeof reply === 'object' &&
    reply !== null &&
    'status' in reply &&
    typeof reply.status === 'number' &&
    reply.status >= 500;
  return circuitBreaker(handleWhen(failed).orWhenResult(answeredBadly), {
    halfOpenAfter: limits.halfOpenAfterMs,
    breaker: new ConsecutiveBreaker(limits.consecutiveFailures),
  });
}

/** An axios error holds the request, its headers and the reply's body: of all that only the code survives. */
function asSupplierError(supplier: string, error: unknown, evidence: Evidence, signal: AbortSignal): unknown {
  if (error instanceof SupplierError) return error;
  const fail = (fault: SupplierFault, cause?: unknown) =>
    new SupplierError(supplier, fault, { mayHaveBeenSent: evidence.sent, cause });
  if (error instanceof BrokenCircuitError) return fail('CIRCUIT_OPEN');
  if (signal.aborted || error instanceof TaskCancelledError || isCancel(error))
    return fail('TIMED_OUT', signal.reason === deadlinePassed ? deadlinePassed : undefined);
  if (!isAxiosError(error)) return error;
  const cause = new Error(error.code ?? 'unknown network failure');
  return fail(evidence.answered ? 'BAD_REPLY' : 'UNREACHABLE', cause);
}

function lowerCased(headers: AxiosResponse['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}
