import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface WireRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: http.IncomingHttpHeaders;
  body: string;
}

export interface WireReply {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body: string;
}

export interface Listener {
  url: string;
  port: number;
  /** Refuses connections, and cuts those that are open. */
  down(): Promise<void>;
  /** Listens again, on the same port. */
  up(): Promise<void>;
  /** Returns the number of open connections. */
  connections(): Promise<number>;
}

/**
 * A server on 127.0.0.1; port 0 takes a free one.
 * @throws Node's listen error, with `code` (`EADDRINUSE`) and `port`.
 */
export async function httpListener(
  port: number,
  handle: (request: WireRequest, response: http.ServerResponse) => Promise<void>,
): Promise<Listener> {
  const server = http.createServer((incoming, response) => {
    void readRequest(incoming)
      .then((request) => handle(request, response))
      .catch(() => response.destroy());
  });
  // Longer than any client keeps a connection, so that none is closed in the moment of its use.
  server.keepAliveTimeout = 60_000;
  await listen(server, port);
  const taken = addressOf(server).port;
  return {
    url: `http://127.0.0.1:${taken}`,
    port: taken,
    down: () => close(server),
    up: () => listen(server, taken),
    connections: () => connectionsOf(server),
  };
}

export function sendReply(response: http.ServerResponse, reply: WireReply): void {
  response.writeHead(reply.status, {
    ...reply.headers,
    'content-length': Buffer.byteLength(reply.body),
  });
  response.end(reply.body);
}

async function readRequest(incoming: http.IncomingMessage): Promise<WireRequest> {
  incoming.setEncoding('utf8');
  let body = '';
  for await (const chunk of incoming) body += String(chunk);
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body,
  };
}

function listen(server: http.Server, port: number): Promise<void> {
  if (server.listening) return Promise.resolve();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: http.Server): Promise<void> {
  if (!server.listening) return Promise.resolve();
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

function connectionsOf(server: http.Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => {
      if (error) reject(error);
      else resolve(count);
    });
  });
}

function addressOf(server: http.Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('The server does not listen on a port.');
  return address;
}
