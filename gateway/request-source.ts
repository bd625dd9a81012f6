import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { clientNetwork } from '../domain/ip-address';

/**
 * Returns a digest of the address that a request came from, for counting; nobody reads an address. All spellings of
 * an address are one source, and so are all addresses of one /64, which one subscriber has (RFC 6177).
 * @param proxies number of the operator's own proxies in front of this gateway. Each adds the address that it was asked
 * from to the end of X-Forwarded-For; what stands before those is the client's own word, and not believed.
 * @param digest keyed, since there are few enough IPv4 addresses to try them all
 */
export function requestSource(
  proxies: number,
  digest: (network: string) => string = unkeyedDigest,
): (request: IncomingMessage) => string {
  /** Sources by connection: without a proxy all its requests come from one address. */
  const known = new WeakMap<Socket, string>();
  return (request) => {
    // What is no address, a proxy's "unknown" for example, would be whatever the client likes.
    const forwarded = proxies > 0 ? clientNetwork(forwardedFor(request).at(-proxies) ?? '') : null;
    if (forwarded !== null) return digest(forwarded);
    const before = known.get(request.socket);
    if (before !== undefined) return before;
    const source = digest(clientNetwork(request.socket.remoteAddress ?? '') ?? 'unknown');
    known.set(request.socket, source);
    return source;
  };
}

function forwardedFor({ headers }: IncomingMessage): string[] {
  const header = headers['x-forwarded-for'];
  if (header === undefined) return [];
  return String(header)
    .split(',')
    .map((address) => address.trim());
}

function unkeyedDigest(network: string): string {
  return createHash('sha256').update(network).digest('base64url');
}
