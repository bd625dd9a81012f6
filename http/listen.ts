import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';

export interface Listening {
  /** For example `http://127.0.0.1:4000`, with the port that was really taken. */
  url: string;
  /** Takes no new request, lets those under way finish. */
  close(): Promise<void>;
}

/**
 * Starts an HTTP server; port 0 takes any that is free.
 * @throws Error with a `code` such as EADDRINUSE, and the `port`.
 */
export async function listen(
  handle: RequestListener,
  address: { host: string; port: number },
): Promise<Listening> {
  const server = createServer(handle);
  server.listen(address.port, address.host);
  await once(server, 'listening');
  return { url: `http://${address.host}:${portOf(server)}`, close: () => stop(server) };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('An HTTP server listens on a port.');
  return address.port;
}

async function stop(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  await closed;
}
