/** How late this process gets to what is next. */
export interface LoopLag {
  /** Milliseconds; 0 as long as it is not late again and again. */
  ms(): number;
  stop(): void;
}

const LOOK_EVERY_MS = 20;
const LOOKS = 3;

/**
 * The least lateness of the last few looks: one long piece of work, such as planning an operation for the first time, is no
 * overload (the idea of CoDel, RFC 8289, section 3.2: a queue that does not drain shows in its minimum).
 */
export function loopLag(): LoopLag {
  const latest = Array.from({ length: LOOKS }, () => 0);
  let dueAt = performance.now() + LOOK_EVERY_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    latest.shift();
    latest.push(Math.max(0, now - dueAt));
    dueAt = now + LOOK_EVERY_MS;
  }, LOOK_EVERY_MS).unref();
  return {
    ms: () => Math.min(...latest),
    stop: () => clearInterval(timer),
  };
}
