/**
 * Timers and elapsed time, for code that waits: the machine's, or a test's that pass only when the test says so
 * (`manual-timers.ts`). For the time of day there is `now`.
 */
export interface Timers {
  /** Milliseconds that never go back; only differences mean anything. */
  elapsedMs(): number;
  /** Calls `callback` once, after `ms` or more. Returns a function that cancels it. */
  after(ms: number, callback: () => void): () => void;
}

export const machineTimers: Timers = {
  elapsedMs: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** The machine's, for what must not keep a process alive that has nothing else to do. */
export const backgroundTimers: Timers = {
  elapsedMs: machineTimers.elapsedMs,
  after(ms, callback) {
    const timer = setTimeout(callback, ms).unref();
    return () => clearTimeout(timer);
  },
};

/**
 * Waits.
 * @throws the signal's reason when it is aborted first.
 */
export function pause(timers: Timers, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(asError(signal.reason));
      return;
    }
    const abort = () => {
      cancel();
      reject(asError(signal?.reason));
    };
    const cancel = timers.after(ms, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** Resolves or rejects as `work` does, or resolves to undefined when `ms` have passed before. */
export async function within<T>(timers: Timers, ms: number, work: Promise<T>): Promise<T | undefined> {
  let cancel: () => void = () => undefined;
  const late = new Promise<undefined>((resolve) => {
    cancel = timers.after(ms, () => resolve(undefined));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('The wait was aborted.', { cause: reason });
}
