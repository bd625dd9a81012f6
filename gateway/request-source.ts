import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { clientNetwork } from '../domain/ip-address';

/**
 * Returns a digest of the address that a request came from, for counting; nobody reads an address. All spellings of
 * an address are one source, and so are all addresses of one /64, which one subscriber has (RFC 6177).
 * @param proxies number of the operator's own proxies in front of this gateway. Each adds the address that it was asked
 * from to the end of X-Forwarded-For; what stands before those is the client's own word, and not believed.
 * @param digest keyed, since there are few enough IPv4 addresses to try them all
 * @param frontEndKeys keys of servers that ask for people, such as the website. One that sends its key is believed
 * whom it asks for: the address that stands in X-Forwarded-For before those that our proxies have added.
 */
export function requestSource(
  proxies: number,
  digest: (network: string) => string = unkeyedDigest,
  frontEndKeys: readonly string[] = [],
): (request: IncomingMessage) => string {
  const isFrontEnd = keyChecker(frontEndKeys);
  /** Sources by connection: without a proxy all its requests come from one address. */
  const known = new WeakMap<Socket, string>();
  return (request) => {
    // What is no address, a proxy's "unknown" for example, would be whatever the client likes.
    const hops = isFrontEnd(request) ? proxies + 1 : proxies;
    const forwarded = hops > 0 ? clientNetwork(forwardedFor(request).at(-hops) ?? '') : null;
    if (forwarded !== null) return digest(forwarded);
    const before = known.get(request.socket);
    if (before !== undefined) return before;
    const source = digest(clientNetwork(request.socket.remoteAddress ?? '') ?? 'unknown');
    known.set(request.socket, source);
    return source;
  };
}

/** Compares in the same time whatever was sent. */
function keyChecker(keys: readonly string[]): (request: IncomingMessage) => boolean {
  const sha256 = (text: string) => createHash('sha256').update(text).digest();
  const digests = keys.map(sha256);
  return ({ headers }) => {
    const sent = headers['x-front-end-key'];
    if (typeof sent !== 'string' || digests.length === 0) return false;
    const digest = sha256(sent);
    return digests.some((known) => timingSafeEqual(known, digest));
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
