import { setMaxListeners } from 'node:events';
import type { ServerResponse } from 'node:http';

/** Signal that nobody waits for the work any more. */
export interface ClientDisconnect {
  /** For what takes nothing else. Made when it is first asked for: that takes longer than many an answer. */
  readonly signal: AbortSignal;
  /** @returns a function that removes the listener */
  onDisconnect(listener: () => void): () => void;
}

export function clientDisconnect(): ClientDisconnect & { abandon(): void } {
  const listeners = new Set<() => void>();
  let controller: AbortController | undefined;
  let isAbandoned = false;
  return {
    get signal() {
      controller ??= listenedToByMany();
      if (isAbandoned) controller.abort();
      return controller.signal;
    },
    onDisconnect(listener) {
      if (isAbandoned) listener();
      else listeners.add(listener);
      return () => listeners.delete(listener);
    },
    abandon() {
      isAbandoned = true;
      controller?.abort();
      for (const listener of listeners) listener();
      listeners.clear();
    },
  };
}

/** A search listens once for each practice that it asks: no leak, of which Node would warn. */
function listenedToByMany(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** Aborts when the client disconnects before the answer is sent. */
export function disconnectedUnlessAnswered(response: ServerResponse): ReturnType<typeof clientDisconnect> {
  const made = clientDisconnect();
  const abandonUnlessAnswered = () => {
    if (!response.writableFinished) made.abandon();
  };
  if (response.closed) abandonUnlessAnswered();
  else response.once('close', abandonUnlessAnswered);
  return made;
}
