import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port that nobody listened on a moment ago, for a process that cannot say which one it took. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('A TCP server listens on a port.');
  return address.port;
}
