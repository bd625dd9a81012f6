import type { Dispatcher, Pool } from 'undici';
import type { Abandonment } from '../http/abandonment';

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
  onAbandoned: Abandonment['onAbandoned'],
): Promise<PooledAnswer> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let abandoned: Error | undefined;
    let controller: Dispatcher.DispatchController | undefined;
    const chunks: Buffer[] = [];
    const stopListening = onAbandoned(() => {
      abandoned = new Error('Nobody waits for the answer any more.');
      controller?.abort(abandoned);
      reject(abandoned);
    });
    if (abandoned !== undefined) return;
    pool.dispatch(options, {
      onRequestStart(started) {
        controller = started;
        if (abandoned !== undefined) started.abort(abandoned);
      },
      onResponseStart(_, statusCode) {
        status = statusCode;
      },
      onResponseData(_, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        stopListening();
        resolve({ status, text: Buffer.concat(chunks).toString('utf8') });
      },
      onResponseError(_, error) {
        stopListening();
        reject(error);
      },
    });
  });
}
