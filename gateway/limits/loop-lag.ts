import { backgroundTimers, type Timers } from '../../domain/timers';

/** Measures the event-loop lag of this process. */
export interface LoopLag {
  /** Milliseconds; 0 as long as it is not late again and again. */
  ms(): number;
  stop(): void;
}

const LOOK_EVERY_MS = 20;
const LOOKS = 3;

/**
 * The least lag of the last few measurements: one long piece of work, such as planning an operation for the first
 * time, is no overload (the idea of CoDel, RFC 8289, section 3.2: a queue that does not drain shows in its
 * minimum).
 */
export function loopLag(timers: Timers = backgroundTimers): LoopLag {
  const latest = Array.from({ length: LOOKS }, () => 0);
  let cancelLook = scheduleLook();

  function scheduleLook(): () => void {
    const dueAt = timers.elapsedMs() + LOOK_EVERY_MS;
    return timers.after(LOOK_EVERY_MS, () => {
      latest.shift();
      latest.push(Math.max(0, timers.elapsedMs() - dueAt));
      cancelLook = scheduleLook();
    });
  }

  return {
    ms: () => Math.min(...latest),
    stop: () => cancelLook(),
  };
}
