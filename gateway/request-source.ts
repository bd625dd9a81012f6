import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Where a request came from, as a digest: it is counted by, and nobody reads an address.
 * @param proxies how many of the operator's own stand before this gateway. Each adds the address that it was asked from to the end
 * of X-Forwarded-For; what stands before those is the client's own word, and not believed.
 */
export function requestSource(proxies: number): (request: IncomingMessage) => string {
  /** By connection: without a proxy all its requests come from one address. */
  const known = new WeakMap<Socket, string>();
  return (request) => {
    if (proxies > 0) return digest(forwardedFor(request).at(-proxies) ?? addressOf(request));
    const before = known.get(request.socket);
    if (before !== undefined) return before;
    const source = digest(addressOf(request));
    known.set(request.socket, source);
    return source;
  };
}

function forwardedFor({ headers }: IncomingMessage): string[] {
  const given = headers['x-forwarded-for'];
  if (given === undefined) return [];
  return String(given)
    .split(',')
    .map((address) => address.trim());
}

function addressOf({ socket }: IncomingMessage): string {
  return socket.remoteAddress ?? 'unknown';
}

function digest(address: string): string {
  return createHash('sha256').update(address).digest('base64url');
}
