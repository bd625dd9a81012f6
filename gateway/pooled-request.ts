import type { Dispatcher, Pool } from 'undici';

export interface PooledAnswer {
  status: number;
  text: string;
}

/**
 * One request over a kept connection, its answer as text. By undici's inner interface: its streams cost more than all the
 * rest of it.
 * @throws Error as soon as nobody waits any more, or the connection breaks
 */
export function pooledRequest(
  pool: Pool,
  options: Dispatcher.DispatchOptions,
  signal: AbortSignal,
): Promise<PooledAnswer> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let controller: Dispatcher.DispatchController | undefined;
    const chunks: Buffer[] = [];
    const giveUp = () => {
      controller?.abort(reasonOf(signal));
      reject(reasonOf(signal));
    };
    if (signal.aborted) return giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    pool.dispatch(options, {
      onRequestStart(started) {
        controller = started;
        if (signal.aborted) started.abort(reasonOf(signal));
      },
      onResponseStart(_, statusCode) {
        status = statusCode;
      },
      onResponseData(_, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        signal.removeEventListener('abort', giveUp);
        resolve({ status, text: Buffer.concat(chunks).toString('utf8') });
      },
      onResponseError(_, error) {
        signal.removeEventListener('abort', giveUp);
        reject(error);
      },
    });
  });
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error('Nobody waits for the answer any more.');
}
