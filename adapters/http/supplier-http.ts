import { isUtf8 } from 'node:buffer';
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { SpanKind } from '@opentelemetry/api';
import axios, { isAxiosError, isCancel, type AxiosResponse } from 'axios';
import { BrokenCircuitError, TaskCancelledError } from 'cockatiel';
import type { Logger } from 'pino';
import type { OdsCode } from '../../domain/ods-code';
import { machineTimers, type Timers } from '../../domain/timers';
import { inSpan, spanFact } from '../../platform/http/tracing';
import {
  adaptiveConcurrency,
  type Lane,
  placesForSearches,
  RESERVED_FOR_BOOKINGS,
  type Sample,
} from './adaptive-concurrency';
import { type BreakerLimits, type Breakers, breakers } from './breakers';
import {
  BREAKER_STATES,
  type BreakerState,
  type Call,
  type Manifest,
  SupplierError,
  type SupplierFault,
} from '../gp-system';
import { type RateLimit, rateLimit } from './rate-limit';
import { retryAfter } from './retry-after';
import { inProcessThrottles, type Throttles } from './throttles';

/** The adapters' only way to the network. Any HTTP status is a reply, which the adapter judges. */
export interface SupplierHttp {
  /**
   * One exchange. What changes something is sent at most once; a read is sent again once when the kept connection that
   * it went into turns out to have been closed by the supplier.
   * @throws SupplierError with fault TIMED_OUT, UNREACHABLE, BAD_REPLY (too large, cut short), THROTTLED (the supplier
   * asked us to wait, and nothing was sent) or CIRCUIT_OPEN.
   */
  send(request: HttpRequest, exchange: Exchange): Promise<HttpReply>;
}

/** The operation of the port that an exchange serves. */
export type Operation = 'SEARCH' | 'BOOK' | 'READ_BACK' | 'CANCEL' | 'CHANGES' | 'HEALTH';

/** What an exchange is part of. */
export interface Exchange extends Call {
  operation: Operation;
  /** Null where no practice is meant. */
  practice: OdsCode | null;
}

/**
 * `COMMAND` is the booking or the cancellation itself; `PREPARATION` changes something else before it, such as a
 * temporary registration. Both go over a connection of their own: a kept one that the supplier is just closing would
 * leave it in doubt for nothing.
 */
export type Effect = 'COMMAND' | 'PREPARATION';

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Appended to the supplier's base URL; begins with a slash, or is empty. */
  path: string;
  query?: readonly (readonly [name: string, value: string])[];
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** Of the whole exchange, waiting for a free connection included. */
  timeoutMs: number;
  /** Absent for what only reads. */
  effect?: Effect;
  /** A log-on that serves everybody: a booking may come to wait for one that a search has begun. */
  servesEverybody?: boolean;
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
  /** Of both lanes together; see adaptive-concurrency.ts. */
  limits: Pick<Manifest['limits'], 'concurrency' | 'requestsPerSecond'>;
  throttleScope: Manifest['throttleScope'];
  logger: Logger;
  throttles?: Throttles;
  maxResponseBytes?: number;
  breaker?: BreakerLimits;
  /** How long a connection is kept without use. */
  idleMs?: number;
  /** Measure every wait and time limit except `idleMs`; a call's deadline is on their clock. */
  timers?: Timers;
}

/** What is known of a request whatever becomes of it. */
interface Evidence {
  sent: boolean;
  answered: boolean;
  /** It went into a connection that an earlier exchange had left open. */
  keptConnection: boolean;
  /** When the supplier's turn began, on the timers' clock: everything before it was our own queue. */
  underWaySince: number | undefined;
}

const TWO_MEGABYTES = 2 * 1024 * 1024;
/** Below the five seconds after which many servers close. */
const IDLE_MS = 3_000;
/** A time limit that passed after less of it than this was the supplier's, passed in our own queue. */
const SUPPLIERS_SHARE_OF_TIME = 1 / 2;
/** Exchanges that nobody waits for any more keep at most this share of the places that searches have. */
const SHARE_OF_PLACES_GIVEN_UP = 1 / 3;
/** The supplier had the time that is its own, and did not answer: its failure. */
const supplierTimedOut = new Error('The supplier let its own time limit pass.');
/** The time was over before the supplier had had its own: nobody's failure. */
const deadlinePassed = new Error('The deadline passed.');

/** Returns how many reads that nobody waits for any more a supplier may still be answering. */
export function maxGivenUp(concurrency: number): number {
  return Math.floor(placesForSearches(concurrency) * SHARE_OF_PLACES_GIVEN_UP);
}

export function supplierHttp(options: SupplierHttpOptions): SupplierHttp & { breaker(): BreakerState } {
  const { supplier, logger, limits, timers = machineTimers } = options;
  const { throttles = inProcessThrottles(timers) } = options;
  const places = adaptiveConcurrency(limits.concurrency);
  const pacePerLane: Record<Lane, RateLimit> = {
    SEARCH: rateLimit(limits.requestsPerSecond * (1 - RESERVED_FOR_BOOKINGS), timers),
    BOOKING: rateLimit(limits.requestsPerSecond, timers),
  };
  const newCircuits = () =>
    breakers(
      options.breaker ?? { consecutiveFailures: 10, halfOpenAfterMs: 5_000 },
      isOutage,
      isServerFailure,
      timers,
    );
  const circuits: Record<Lane, Breakers> = { SEARCH: newCircuits(), BOOKING: newCircuits() };
  const mostGivenUp = maxGivenUp(limits.concurrency);
  let givenUp = 0;
  const exchange = exchangeThrough(options);
  const throttleKey = ({ practice }: Exchange) =>
    options.throttleScope === 'SUPPLIER' || practice === null ? supplier : `${supplier}:${practice}`;

  /** Waits for whatever keeps a request from being sent, sends it, and learns from its end. */
  async function sendInTurn(
    request: HttpRequest,
    about: Exchange,
    evidence: Evidence,
    signal: AbortSignal,
  ): Promise<HttpReply> {
    const retryAfterMs = Math.ceil(await throttles.waitMs(throttleKey(about)));
    if (retryAfterMs > 0)
      throw new SupplierError(supplier, 'THROTTLED', { mayHaveBeenSent: false, retryAfterMs });
    const lane = laneOf(request, about);
    const place = await places.enter(signal, lane, isUrgent(about));
    let sample: Sample = 'UNKNOWN';
    try {
      if (lane === 'SEARCH') await pacePerLane.SEARCH.turn(signal);
      // Of all requests, so a search takes its turn here as well.
      await pacePerLane.BOOKING.turn(signal);
      const begin = () => {
        evidence.underWaySince = timers.elapsedMs();
        return exchange(request, signal, evidence);
      };
      const reply = await circuits[lane].execute(about.practice, begin, signal);
      sample = reply.status === 429 || reply.status === 503 ? 'OVERLOADED' : 'EASY';
      const keepAwayMs = sample === 'OVERLOADED' ? retryAfter(reply) : null;
      if (keepAwayMs !== null) await throttles.keepAway(throttleKey(about), keepAwayMs);
      return reply;
    } catch (error) {
      if (evidence.sent && signal.reason === supplierTimedOut) sample = 'OVERLOADED';
      throw error;
    } finally {
      place.leave(sample);
    }
  }

  /**
   * Ends the wait when the caller gives up. A read that is under way is then still listened to, in a bounded number, until
   * it ends by the supplier's own time: how long a caller waits is the caller's choice, so it decides nothing about the
   * supplier, and a supplier that hangs is noticed although everybody gives up before.
   */
  async function attempt(request: HttpRequest, about: Exchange, evidence: Evidence): Promise<HttpReply> {
    const limit = timeLimit(timers, request.timeoutMs, about.deadline, evidence);
    const work = sendInTurn(request, about, evidence, limit.signal).finally(limit.clear);
    let stopWaiting: () => void = () => undefined;
    const callerGaveUp = new Promise<never>((_, reject) => {
      stopWaiting = () => {
        const isRead = request.effect === undefined && evidence.underWaySince !== undefined;
        if (!isRead || givenUp >= mostGivenUp) {
          limit.abandon(about.signal.reason);
          return;
        }
        givenUp += 1;
        const end = () => (givenUp -= 1);
        work.then(end, end);
        reject(new TaskCancelledError());
      };
    });
    about.signal.addEventListener('abort', stopWaiting, { once: true });
    if (about.signal.aborted) limit.abandon(about.signal.reason);
    try {
      return await Promise.race([work, callerGaveUp]);
    } catch (error) {
      throw asSupplierError(supplier, error, evidence, limit.signal);
    } finally {
      about.signal.removeEventListener('abort', stopWaiting);
    }
  }

  async function told(request: HttpRequest, about: Exchange): Promise<HttpReply> {
    const startedAt = timers.elapsedMs();
    const evidence: Evidence = {
      sent: false,
      answered: false,
      keptConnection: false,
      underWaySince: undefined,
    };
    const facts = () => ({
      supplier,
      operation: about.operation,
      method: request.method,
      requestId: about.requestId,
      elapsedMs: Math.round(timers.elapsedMs() - startedAt),
    });
    try {
      const reply = await attempt(request, about, evidence);
      const level = reply.status >= 500 ? 'warn' : 'debug';
      logger[level]({ ...facts(), outcome: 'REPLY', status: reply.status }, 'supplier exchange');
      spanFact('http.response.status_code', reply.status);
      return reply;
    } catch (error) {
      const outcome = error instanceof SupplierError ? error.fault : 'UNEXPECTED';
      // A caller that has gone away tells nothing of the supplier.
      const level = about.signal.aborted ? 'debug' : 'warn';
      logger[level]({ ...facts(), outcome, mayHaveBeenSent: evidence.sent }, 'supplier exchange');
      spanFact('gp_system.outcome', outcome);
      throw error;
    }
  }

  return {
    breaker: () => worseOf(circuits.SEARCH.state(), circuits.BOOKING.state()),
    send(request, about) {
      const attributes = {
        'gp_system.supplier': supplier,
        'gp_system.operation': about.operation,
        'http.request.method': request.method,
      };
      // Neither address nor headers: both may name a patient.
      const span = { name: `${supplier} ${about.operation}`, kind: SpanKind.CLIENT, attributes };
      return inSpan(span, () => told(request, about));
    },
  };
}

function exchangeThrough(options: SupplierHttpOptions) {
  const client = axios.create({
    maxContentLength: options.maxResponseBytes ?? TWO_MEGABYTES,
    maxRedirects: 0,
    proxy: false,
    responseType: 'arraybuffer',
    transformRequest: [(body: unknown) => body],
    transformResponse: [(body: unknown) => body],
    validateStatus: () => true,
  });
  const base = options.baseUrl.replace(/\/+$/, '');
  const kept = agents({ keepAlive: true, timeout: options.idleMs ?? IDLE_MS });
  const own = agents({ keepAlive: false });

  return async function exchange(
    request: HttpRequest,
    signal: AbortSignal,
    evidence: Evidence,
    connections = request.effect === undefined ? kept : own,
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
        body: readableText(response.data),
      };
    } catch (error) {
      if (connections === kept && wasClosedMeanwhile(error, evidence))
        return exchange(request, signal, evidence, own);
      throw asSupplierError(options.supplier, error, evidence, signal);
    }
  };
}

/** Nothing of what is no UTF-8: an adapter takes an empty body for an answer that cannot be read, which this is. */
function readableText(bytes: unknown): string {
  return Buffer.isBuffer(bytes) && isUtf8(bytes) ? bytes.toString('utf8').replace(/^\uFEFF/, '') : '';
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

/** Bookings, and what is asked for their sake, have places, a pace and breakers that no search can use up. */
function laneOf({ servesEverybody = false }: HttpRequest, { operation, forBooking = false }: Exchange): Lane {
  if (servesEverybody) return 'BOOKING';
  switch (operation) {
    case 'BOOK':
    case 'CANCEL':
    case 'READ_BACK':
      return 'BOOKING';
    case 'SEARCH':
    case 'CHANGES':
    case 'HEALTH':
      return forBooking ? 'BOOKING' : 'SEARCH';
  }
}

/** Bookings and cancellations are sent before what only reads. */
function isUrgent({ operation }: Exchange): boolean {
  return operation === 'BOOK' || operation === 'CANCEL';
}

function worseOf(one: BreakerState, other: BreakerState): BreakerState {
  return BREAKER_STATES.indexOf(one) > BREAKER_STATES.indexOf(other) ? one : other;
}

/** A total time: axios' own timeout measures idleness, which a slow drip never reaches. */
function timeLimit(timers: Timers, timeoutMs: number, deadline: number, evidence: Evidence) {
  const controller = new AbortController();
  const pass = () => {
    const { underWaySince = Number.POSITIVE_INFINITY } = evidence;
    const suppliersMs = timers.elapsedMs() - underWaySince;
    controller.abort(suppliersMs >= timeoutMs * SUPPLIERS_SHARE_OF_TIME ? supplierTimedOut : deadlinePassed);
  };
  const remaining = Math.min(timeoutMs, deadline - timers.elapsedMs());
  if (remaining <= 0) pass();
  const cancel = timers.after(Math.max(0, remaining), pass);
  return {
    signal: controller.signal,
    abandon(reason: unknown) {
      controller.abort(reason);
    },
    clear: cancel,
  };
}

/** Who gives up says nothing about the supplier, so only its own time limit counts as an outage. */
function isOutage(error: unknown): boolean {
  return (
    error instanceof SupplierError &&
    (error.fault === 'UNREACHABLE' || (error.fault === 'TIMED_OUT' && error.cause === supplierTimedOut))
  );
}

function isServerFailure(reply: unknown): boolean {
  return (
    typeof reply === 'object' &&
    reply !== null &&
    'status' in reply &&
    typeof reply.status === 'number' &&
    reply.status >= 500
  );
}

/** An axios error holds the request, its headers and the reply's body: of all that only the code survives. */
function asSupplierError(supplier: string, error: unknown, evidence: Evidence, signal: AbortSignal): unknown {
  if (error instanceof SupplierError) return error;
  const fail = (fault: SupplierFault, cause?: unknown) =>
    new SupplierError(supplier, fault, { mayHaveBeenSent: evidence.sent, cause });
  if (error instanceof BrokenCircuitError) return fail('CIRCUIT_OPEN');
  if (signal.aborted || error instanceof TaskCancelledError || isCancel(error))
    return fail('TIMED_OUT', signal.reason === supplierTimedOut ? supplierTimedOut : undefined);
  if (!isAxiosError(error)) return error;
  const cause = new Error(error.code ?? 'unknown network failure');
  return fail(evidence.answered ? 'BAD_REPLY' : 'UNREACHABLE', cause);
}

function lowerCased(headers: AxiosResponse['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}
