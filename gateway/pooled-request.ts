import type { Dispatcher, Pool } from 'undici';
import type { ClientDisconnect } from '../platform/http/client-disconnect';
import { decodeUtf8 } from '../platform/http/read-body';

export interface PooledAnswer {
  status: number;
  text: string;
}

/** The client disconnected, or the query timed out: neither is a fault. */
export class ClientDisconnected extends Error {
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
  onDisconnect: ClientDisconnect['onDisconnect'],
): Promise<PooledAnswer> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let abandoned: ClientDisconnected | undefined;
    let controller: Dispatcher.DispatchController | undefined;
    const chunks: Buffer[] = [];
    const stopListening = onDisconnect(() => {
      abandoned = new ClientDisconnected();
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
