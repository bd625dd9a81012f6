import type { WireRequest } from '../../adapters/simulator/http-listener';

/** Returns the first whole HTTP/1.1 request of the received bytes; null while more has to come. */
export function wholeHttpRequest(received: Buffer): Buffer | null {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(received.toString('latin1', 0, end))?.[1] ?? 0);
  const total = end + 4 + length;
  return received.length < total ? null : received.subarray(0, total);
}

/** Parses a request as the simulated suppliers read it. */
export function wireRequest(bytes: Buffer): WireRequest {
  const end = bytes.indexOf('\r\n\r\n');
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const [method = 'GET', target = '/'] = first.split(' ');
  const url = new URL(target, 'http://127.0.0.1');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return {
    method,
    path: url.pathname,
    query: url.searchParams,
    headers,
    body: bytes.toString('utf8', end + 4),
  };
}
