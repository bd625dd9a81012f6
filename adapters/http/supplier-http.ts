import { SpanKind } from '@opentelemetry/api';
import { TaskCancelledError } from 'cockatiel';
import type { Logger } from 'pino';
import type { OdsCode } from '../../domain/ods-code';
import { machineTimers, type Timers } from '../../domain/timers';
import { inSpan, spanFact } from '../../platform/http/tracing';
import { BREAKER_STATES, type BreakerState, type Call, type Manifest, SupplierError } from '../gp-system';
import {
  adaptiveConcurrency,
  type AdaptiveConcurrency,
  type Lane,
  placesForSearches,
  RESERVED_FOR_BOOKINGS,
  type Sample,
} from './adaptive-concurrency';
import { type BreakerLimits, type Breakers, breakers } from './breakers';
import {
  asSupplierError,
  type ExchangeEvidence,
  isOutage,
  isOverloaded,
  isServerFailure,
  noEvidence,
} from './exchange-evidence';
import { type HttpClient, httpClient, type HttpClientOptions } from './http-client';
import type { HttpReply, HttpRequest } from './http-messages';
import { type PracticeLimits, practiceLimits } from './practice-limits';
import { type RateLimit, rateLimit } from './rate-limit';
import { retryAfter } from './retry-after';
import { inProcessThrottles, type Throttles } from './throttles';
import { supplierTimedOut, type TimeLimit, timeLimit } from './time-limit';

/** The adapters' only way to the network. Any HTTP status is a reply, which the adapter judges. */
export interface SupplierHttp {
  /**
   * Makes one exchange. What changes something is sent at most once; a read is sent again once when the kept connection
   * that it went into turns out to have been closed by the supplier.
   * @throws SupplierError with fault TIMED_OUT, UNREACHABLE, BAD_REPLY (too large, cut short), THROTTLED (the supplier
   * told us to wait, and nothing was sent), QUEUE_TOO_LONG (our own limits left it no time) or CIRCUIT_OPEN.
   */
  send(request: HttpRequest, exchange: Exchange): Promise<HttpReply>;
}

/** The operation of the port that an exchange serves. */
export type SupplierOperation = 'SEARCH' | 'BOOK' | 'READ_BACK' | 'CANCEL' | 'HEALTH';

/** The call that a request is part of. */
export interface Exchange extends Call {
  operation: SupplierOperation;
  /** Null where no practice is meant. */
  practice: OdsCode | null;
}

export interface SupplierHttpOptions extends HttpClientOptions {
  /** Bound both lanes together; see adaptive-concurrency.ts. */
  limits: Pick<Manifest['limits'], 'concurrency' | 'requestsPerSecond' | 'perPractice'>;
  throttleScope: Manifest['throttleScope'];
  logger: Logger;
  throttles?: Throttles;
  breaker?: BreakerLimits;
  /** Measure every wait and time limit except `idleMs`; a call's deadline is on their clock. */
  timers?: Timers;
}

/** All that the exchanges with one supplier share. */
interface SharedLimits {
  supplier: string;
  client: HttpClient;
  timers: Timers;
  throttles: Throttles;
  throttleScope: Manifest['throttleScope'];
  concurrency: AdaptiveConcurrency;
  rateLimits: Record<Lane, RateLimit>;
  limitsOf: (practice: OdsCode | null) => PracticeLimits | null;
  breakers: Record<Lane, Breakers<HttpReply>>;
  /** Counts the reads that nobody waits for any more. */
  abandonedReads: { underWay: number; max: number };
}

/** One request on its way: the call that it serves, the time that it has, and what is known of it. */
interface Attempt {
  request: HttpRequest;
  exchange: Exchange;
  evidence: ExchangeEvidence;
  limit: TimeLimit;
}

/** Exchanges that nobody waits for any more keep at most this share of the places that searches have. */
const ABANDONED_SHARE_OF_PLACES = 1 / 3;
const BREAKER_LIMITS: BreakerLimits = { consecutiveFailures: 10, halfOpenAfterMs: 5_000 };

/** Returns how many reads that nobody waits for any more a supplier may still be answering. */
export function maxAbandonedReads(concurrency: number): number {
  return Math.floor(placesForSearches(concurrency) * ABANDONED_SHARE_OF_PLACES);
}

export function supplierHttp(options: SupplierHttpOptions): SupplierHttp & { breaker(): BreakerState } {
  const { supplier, logger, timers = machineTimers } = options;
  const shared = sharedLimits(options, timers);

  return {
    breaker: () => worseOf(shared.breakers.SEARCH.state(), shared.breakers.BOOKING.state()),
    send: (request, exchange) =>
      inSpan(spanOf(supplier, request, exchange), async () => {
        const calledAt = timers.elapsedMs();
        const evidence = noEvidence();
        const time = { timeoutMs: request.timeoutMs, deadline: exchange.deadline };
        const limit = timeLimit(timers, time, () => evidence.startedAt);
        const fields = () => ({
          supplier,
          operation: exchange.operation,
          method: request.method,
          requestId: exchange.requestId,
          elapsedMs: Math.round(timers.elapsedMs() - calledAt),
        });
        try {
          const reply = await untilAbandoned(shared, { request, exchange, evidence, limit });
          const level = isServerFailure(reply) ? 'warn' : 'debug';
          logger[level]({ ...fields(), outcome: 'REPLY', status: reply.status }, 'supplier exchange');
          spanFact('http.response.status_code', reply.status);
          return reply;
        } catch (cause) {
          const error = asSupplierError(supplier, cause, evidence, limit.signal);
          const outcome = error instanceof SupplierError ? error.fault : 'UNEXPECTED';
          // A caller that has gone away says nothing about the supplier.
          const level = exchange.signal.aborted ? 'debug' : 'warn';
          logger[level]({ ...fields(), outcome, mayHaveBeenSent: evidence.sent }, 'supplier exchange');
          spanFact('gp_system.outcome', outcome);
          throw error;
        }
      }),
  };
}

function sharedLimits(options: SupplierHttpOptions, timers: Timers): SharedLimits {
  const { supplier, limits, throttleScope, throttles = inProcessThrottles(timers) } = options;
  const newBreakers = () => breakers(options.breaker ?? BREAKER_LIMITS, isOutage, isServerFailure, timers);
  return {
    supplier,
    client: httpClient(options),
    timers,
    throttles,
    throttleScope,
    concurrency: adaptiveConcurrency(limits.concurrency),
    rateLimits: {
      SEARCH: rateLimit(limits.requestsPerSecond * (1 - RESERVED_FOR_BOOKINGS), timers),
      BOOKING: rateLimit(limits.requestsPerSecond, timers),
    },
    limitsOf: practiceLimits(limits.perPractice, timers),
    breakers: { SEARCH: newBreakers(), BOOKING: newBreakers() },
    abandonedReads: { underWay: 0, max: maxAbandonedReads(limits.concurrency) },
  };
}

/** Waits for everything that keeps a request from being sent, sends it, and learns from how it ends. */
async function sendInTurn(shared: SharedLimits, attempt: Attempt): Promise<HttpReply> {
  const { supplier, client, timers, throttles } = shared;
  const { request, exchange, evidence } = attempt;
  const { signal } = attempt.limit;
  const throttleKey = throttleKeyOf(shared, exchange);
  const retryAfterMs = Math.ceil(await throttles.waitMs(throttleKey));
  if (retryAfterMs > 0)
    throw new SupplierError(supplier, 'THROTTLED', { mayHaveBeenSent: false, retryAfterMs });
  const lane = laneOf(request, exchange);
  const leave = await turn(shared, attempt, lane);
  let sample: Sample = 'UNKNOWN';
  try {
    const reply = await shared.breakers[lane].execute(
      exchange.practice,
      () => {
        evidence.startedAt = timers.elapsedMs();
        return client(request, signal, evidence);
      },
      signal,
    );
    sample = isOverloaded(reply) ? 'OVERLOADED' : 'EASY';
    const keepAwayMs = sample === 'OVERLOADED' ? retryAfter(reply) : null;
    if (keepAwayMs !== null) await throttles.keepAway(throttleKey, keepAwayMs);
    return reply;
  } catch (error) {
    if (evidence.sent && signal.reason === supplierTimedOut) sample = 'OVERLOADED';
    throw error;
  } finally {
    leave(sample);
  }
}

/**
 * Waits for the request's turn, at its practice first: whoever waits there keeps nobody else from the supplier.
 * @returns a function that leaves again, and takes a sample of the exchange.
 */
async function turn(
  shared: SharedLimits,
  { exchange, limit: { signal } }: Attempt,
  lane: Lane,
): Promise<(sample: Sample) => void> {
  const ofPractice = shared.limitsOf(exchange.practice);
  const atPractice = await ofPractice?.concurrency.enter(signal, lane, isUrgent(exchange));
  try {
    for (;;) {
      await ofPractice?.untilRoom(lane, signal);
      const atSupplier = await turnAtSupplier(shared, exchange, lane, signal);
      // Others may have been sent to the practice while this one waited for the supplier.
      if (ofPractice?.take(lane) ?? true)
        return (sample) => {
          atSupplier.leave(sample);
          atPractice?.leave(sample);
        };
      atSupplier.leave('UNKNOWN');
    }
  } catch (error) {
    atPractice?.leave('UNKNOWN');
    throw error;
  }
}

async function turnAtSupplier(
  { concurrency, rateLimits }: SharedLimits,
  exchange: Exchange,
  lane: Lane,
  signal: AbortSignal,
) {
  const place = await concurrency.enter(signal, lane, isUrgent(exchange));
  try {
    if (lane === 'SEARCH') await rateLimits.SEARCH.turn(signal);
    // This limit counts all requests, so a search takes its turn here as well.
    await rateLimits.BOOKING.turn(signal);
    return place;
  } catch (error) {
    place.leave('UNKNOWN');
    throw error;
  }
}

/**
 * Sends the request, and ends the wait when the caller gives up. A read that is under way then goes on, in a bounded
 * number, until it ends by the supplier's own time: how long a caller waits is the caller's choice, so it decides nothing
 * about the supplier, and a supplier that hangs is noticed although everybody gives up before.
 */
async function untilAbandoned(shared: SharedLimits, attempt: Attempt): Promise<HttpReply> {
  const { abandonedReads } = shared;
  const { request, exchange, evidence, limit } = attempt;
  const { signal } = exchange;
  const work = sendInTurn(shared, attempt).finally(limit.clear);
  let onAbort: () => void = () => undefined;
  const abandoned = new Promise<never>((_, reject) => {
    onAbort = () => {
      const isReadUnderWay = request.effect === undefined && evidence.startedAt !== undefined;
      if (!isReadUnderWay || abandonedReads.underWay >= abandonedReads.max) {
        limit.abandon(signal.reason);
        return;
      }
      abandonedReads.underWay += 1;
      const end = () => (abandonedReads.underWay -= 1);
      work.then(end, end);
      reject(new TaskCancelledError());
    };
  });
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) limit.abandon(signal.reason);
  try {
    return await Promise.race([work, abandoned]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Names neither address nor headers: both may name a patient. */
function spanOf(supplier: string, { method }: HttpRequest, { operation }: Exchange) {
  return {
    name: `${supplier} ${operation}`,
    kind: SpanKind.CLIENT,
    attributes: {
      'gp_system.supplier': supplier,
      'gp_system.operation': operation,
      'http.request.method': method,
    },
  };
}

function throttleKeyOf({ supplier, throttleScope }: SharedLimits, { practice }: Exchange): string {
  return throttleScope === 'SUPPLIER' || practice === null ? supplier : `${supplier}:${practice}`;
}

/** Gives bookings, and reads for their sake, places, a rate and breakers that no search can use up. */
function laneOf({ servesEverybody = false }: HttpRequest, { operation, forBooking = false }: Exchange): Lane {
  if (servesEverybody) return 'BOOKING';
  switch (operation) {
    case 'BOOK':
    case 'CANCEL':
    case 'READ_BACK':
      return 'BOOKING';
    case 'SEARCH':
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
