import type { Dispatcher, Pool } from 'undici';
import type { Abandonment } from '../http/abandonment';
import { decodeUtf8 } from '../http/read-body';

export interface PooledAnswer {
  status: number;
  text: string;
}

/** Whoever asked has gone, or has waited long enough: nobody's fault. */
export class NobodyWaits extends Error {
  constructor() {
    super('Nobody waits for the answer any more.');
    this.name = 'NobodyWaits';
  }
}

/**
 * One request over a kept connection, its answer as text. By undici's inner interface: its streams cost more than all the
 * rest of it.
 * @throws NobodyWaits at once; Error of undici's when the connection cannot be made, or breaks
 */
export function pooledRequest(
  pool: Pool,
  options: Dispatcher.DispatchOptions,
  onAbandoned: Abandonment['onAbandoned'],
): Promise<PooledAnswer> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let abandoned: NobodyWaits | undefined;
    let controller: Dispatcher.DispatchController | undefined;
    const chunks: Buffer[] = [];
    const stopListening = onAbandoned(() => {
      abandoned = new NobodyWaits();
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
        try {
          resolve({ status, text: decodeUtf8(Buffer.concat(chunks)) });
        } catch (error) {
          reject(error instanceof Error ? error : new Error('The answer cannot be read.'));
        }
      },
      onResponseError(_, error) {
        stopListening();
        reject(error);
      },
    });
  });
}
