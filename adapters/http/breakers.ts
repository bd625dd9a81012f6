import {
  BrokenCircuitError,
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
} from 'cockatiel';
import { LRUCache } from 'lru-cache';
import type { OdsCode } from '../../domain/ods-code';
import { openFor } from '../../domain/open-for';
import type { Timers } from '../../domain/timers';
import type { BreakerState } from '../gp-system';

export interface BreakerLimits {
  consecutiveFailures: number;
  halfOpenAfterMs: number;
}

/** Stops calls to one practice, or to a whole supplier, for a while after failures in a row. */
export interface Breakers<Reply> {
  /**
   * @throws cockatiel's BrokenCircuitError, with nothing done, while one of the two circuits is open, or tried by another
   * call: nobody waits for how that ends.
   */
  execute(practice: OdsCode | null, work: () => Promise<Reply>, signal: AbortSignal): Promise<Reply>;
  /** Returns the state of the supplier's own circuit. */
  state(): BreakerState;
}

const STATES: Record<CircuitState, BreakerState> = {
  [CircuitState.Closed]: 'CLOSED',
  [CircuitState.HalfOpen]: 'HALF_OPEN',
  [CircuitState.Open]: 'OPEN',
  [CircuitState.Isolated]: 'OPEN',
};
const MAX_PRACTICES = 5_000;
/** One practice that fails among others opens its own circuit before it could open the supplier's. */
const PRACTICE_SHARE = 1 / 2;

/**
 * Makes a circuit for each practice and one for the supplier as a whole.
 * @param isFailure, @param isFailedReply say what counts; everything else closes the circuit again.
 */
export function breakers<Reply>(
  limits: BreakerLimits,
  isFailure: (error: unknown) => boolean,
  isFailedReply: (reply: Reply) => boolean,
  timers: Timers,
): Breakers<Reply> {
  const failures = handleWhen(isFailure).orWhenResult((reply) => isFailedReply(reply as Reply));
  const newCircuit = (consecutiveFailures: number): CircuitBreakerPolicy =>
    circuitBreaker(failures, {
      halfOpenAfter: openFor(limits.halfOpenAfterMs, timers),
      breaker: new ConsecutiveBreaker(consecutiveFailures),
    });
  const supplier = newCircuit(limits.consecutiveFailures);
  const practiceFailures = Math.max(1, Math.floor(limits.consecutiveFailures * PRACTICE_SHARE));
  const practices = new LRUCache<OdsCode, CircuitBreakerPolicy>({
    max: MAX_PRACTICES,
    memoMethod: () => newCircuit(practiceFailures),
  });

  return {
    state: () => STATES[supplier.state],
    execute: (practice, work, signal) =>
      through(
        supplier,
        () => (practice === null ? work() : through(practices.memo(practice), work, signal)),
        signal,
      ),
  };
}

/** A half-open circuit is being tried by another call. */
function through<T>(circuit: CircuitBreakerPolicy, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  if (circuit.state === CircuitState.HalfOpen) return Promise.reject(new BrokenCircuitError());
  return circuit.execute(work, signal);
}
