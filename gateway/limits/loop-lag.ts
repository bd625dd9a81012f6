/** How late this process gets to what is next. */
export interface LoopLag {
  /** Milliseconds: the worst of late, which fades within a second. */
  ms(): number;
  stop(): void;
}

const LOOK_EVERY_MS = 20;
/** What is left of a delay at the next look: a tenth after a second. */
const FADES_TO = 0.955;

export function loopLag(): LoopLag {
  let worst = 0;
  let dueAt = performance.now() + LOOK_EVERY_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    worst = Math.max(now - dueAt, worst * FADES_TO);
    dueAt = now + LOOK_EVERY_MS;
  }, LOOK_EVERY_MS).unref();
  return {
    // Between two looks it may be late already.
    ms: () => Math.max(worst, performance.now() - dueAt),
    stop: () => clearInterval(timer),
  };
}
