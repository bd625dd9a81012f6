import {
  BrokenCircuitError,
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
} from 'cockatiel';
import type { OdsCode } from '../../domain/ods-code';
import { openFor } from '../../domain/open-for';
import type { Timers } from '../../domain/timers';
import type { BreakerState } from '../gp-system';

export interface BreakerLimits {
  consecutiveFailures: number;
  halfOpenAfterMs: number;
}

/** Stops asking for a while, of one practice or of everybody behind a supplier, after failures in a row. */
export interface Breakers {
  /**
   * @throws cockatiel's BrokenCircuitError, with nothing done, while one of the two circuits is open, or tried by another
   * call: nobody waits for how that ends.
   */
  execute<T>(practice: OdsCode | null, work: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Of the supplier as a whole. */
  state(): BreakerState;
}

const STATES: Record<CircuitState, BreakerState> = {
  [CircuitState.Closed]: 'CLOSED',
  [CircuitState.HalfOpen]: 'HALF_OPEN',
  [CircuitState.Open]: 'OPEN',
  [CircuitState.Isolated]: 'OPEN',
};
const MOST_PRACTICES = 5_000;
/** One practice that fails among others opens its own circuit before it could open the supplier's. */
const PRACTICES_SHARE = 1 / 2;

/**
 * A circuit for each practice and one for the supplier as a whole.
 * @param failed, @param answeredBadly what counts; everything else closes the circuit again.
 */
export function breakers(
  limits: BreakerLimits,
  failed: (error: unknown) => boolean,
  answeredBadly: (reply: unknown) => boolean,
  timers: Timers,
): Breakers {
  const circuit = (consecutiveFailures: number): CircuitBreakerPolicy =>
    circuitBreaker(handleWhen(failed).orWhenResult(answeredBadly), {
      halfOpenAfter: openFor(limits.halfOpenAfterMs, timers),
      breaker: new ConsecutiveBreaker(consecutiveFailures),
    });
  const supplier = circuit(limits.consecutiveFailures);
  const practices = new Map<OdsCode, CircuitBreakerPolicy>();

  function of(practice: OdsCode): CircuitBreakerPolicy {
    const known =
      practices.get(practice) ??
      circuit(Math.max(1, Math.floor(limits.consecutiveFailures * PRACTICES_SHARE)));
    practices.delete(practice);
    practices.set(practice, known);
    // A Map remembers the order of insertion, so the first key is the one not asked for longest.
    for (const oldest of practices.keys()) {
      if (practices.size <= MOST_PRACTICES) break;
      practices.delete(oldest);
    }
    return known;
  }

  return {
    state: () => STATES[supplier.state],
    execute: (practice, work, signal) =>
      through(supplier, () => (practice === null ? work() : through(of(practice), work, signal)), signal),
  };
}

function through<T>(circuit: CircuitBreakerPolicy, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  if (circuit.state === CircuitState.HalfOpen) return Promise.reject(new BrokenCircuitError());
  return circuit.execute(work, signal);
}
