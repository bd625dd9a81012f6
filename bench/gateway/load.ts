import { connect, type Socket } from 'node:net';

/** Figures of a server under constant load. */
export interface Load {
  requestsPerSecond: number;
  /** Milliseconds from sending to the last byte. */
  p50: number;
  p99: number;
}

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const END_OF_CHUNKS = Buffer.from('0\r\n\r\n');

/**
 * Sends one request again and again over some kept connections, each when the answer before is there. Written on
 * sockets, because the load shares the machine with what it measures.
 * @throws Error when an answer is not status 200
 */
export async function underLoad(
  url: string,
  body: string,
  { connections, seconds }: { connections: number; seconds: number },
): Promise<Load> {
  const { hostname, port, pathname } = new URL(url);
  const request = Buffer.from(
    `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/json\r\naccept: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  const latencies: number[] = [];
  const started = performance.now();
  const until = started + seconds * 1_000;
  await Promise.all(
    Array.from({ length: connections }, () =>
      oneConnection({ port: Number(port), host: hostname }, request, until, latencies),
    ),
  );
  const elapsed = (performance.now() - started) / 1_000;
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? NaN;
  return { requestsPerSecond: latencies.length / elapsed, p50: at(0.5), p99: at(0.99) };
}

function oneConnection(
  address: { port: number; host: string },
  request: Buffer,
  until: number,
  latencies: number[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ ...address, noDelay: true });
    let sent = 0;
    let chunks: Buffer[] = [];
    const send = () => {
      sent = performance.now();
      socket.write(request);
    };
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('The server closed a connection under load.')));
    socket.once('connect', send);
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      if (!isComplete(chunks)) return;
      const status = (chunks[0] ?? chunk).toString('latin1', 9, 12);
      if (status !== '200') reject(new Error(`The server answered with HTTP status ${status}.`));
      chunks = [];
      const now = performance.now();
      latencies.push(now - sent);
      if (now < until) return send();
      socket.removeAllListeners('close');
      socket.destroy();
      resolve();
    });
  });
}

/** Reads no more of an answer than its end. */
function isComplete(chunks: Buffer[]): boolean {
  const first = chunks[0];
  const last = chunks.at(-1);
  if (first === undefined || last === undefined) return false;
  const endOfHead = first.indexOf(END_OF_HEAD);
  if (endOfHead < 0) return false;
  const length = /content-length: *(\d+)/i.exec(first.toString('latin1', 0, endOfHead))?.[1];
  const received = chunks.reduce((sum, { length: bytes }) => sum + bytes, 0);
  if (length !== undefined) return received >= endOfHead + END_OF_HEAD.length + Number(length);
  return last.subarray(-END_OF_CHUNKS.length).equals(END_OF_CHUNKS);
}
