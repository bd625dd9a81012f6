import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Fault of one request on the wire, and of its answer. */
export type WireFault =
  /** Nothing: only the hooks are wanted. */
  | { kind: 'none' }
  /** The connection is reset before anything is passed on. */
  | { kind: 'reset' }
  /**
   * The upstream answers; the connection is reset before the client hears. What it answers before the bytes `upTo`, which
   * several requests at once make possible, is passed on.
   */
  | { kind: 'reset-after-reply'; upTo?: string }
  /** The request is passed on so much later, whatever the client does meanwhile; the client hears nothing. */
  | { kind: 'late'; ms: number }
  /** The request is passed on, and so much later once more. */
  | { kind: 'twice'; afterMs: number }
  /** The request is passed on at once; the answer is kept back. */
  | { kind: 'slow-reply'; ms: number }
  /** The answer comes byte by byte. */
  | { kind: 'drip'; everyMs: number }
  /** The connection is reset in the middle of the answer. */
  | { kind: 'cut'; afterBytes: number }
  /** Not passed on: something on the way answers in the upstream's place. */
  | { kind: 'answer'; bytes: string; everyMs?: number };

export interface Treatment {
  fault: WireFault;
  /** Runs to its end before the request is passed on. */
  before?: () => Promise<void> | void;
  /** Runs to its end when the upstream has answered, before the client hears. */
  after?: (answer: Buffer) => Promise<void> | void;
  /** Called once: the upstream has answered, or the client has gone. */
  over?: () => void;
}

/** A TCP proxy in front of a supplier, Redis or PostgreSQL that does to the traffic what networks do. */
export interface FaultProxy {
  port: number;
  /** Delays every request by `ms` to `ms + jitterMs`. */
  latency(ms: number, jitterMs: number): void;
  /** Refuses new connections and resets those that are open. */
  down(): void;
  up(): void;
  /** Connections open at the moment. */
  connections(): number;
  /** Waits for pending deliveries. */
  delivered(): Promise<void>;
  close(): Promise<void>;
}

export interface FaultProxyOptions {
  upstream: { host: string; port: number };
  /** Returns one whole request from the front of the received bytes, or null while more has to come. */
  request: (received: Buffer) => Buffer | null;
  /** Looks at every request, in the order of their coming. */
  treat: (request: Buffer) => Treatment | null;
}

const UNTREATED: Treatment = { fault: { kind: 'none' } };

/** Splits nothing, for protocols whose units do not matter: what arrives together is one. */
export const asItComes = (received: Buffer): Buffer => received;

export async function faultProxy({ upstream, request, treat }: FaultProxyOptions): Promise<FaultProxy> {
  const open = new Set<Socket>();
  const deliveries = new Set<Promise<void>>();
  let slow = { ms: 0, jitterMs: 0 };
  let isDown = false;

  const server = createServer((client) => {
    keep(client);
    if (isDown) client.resetAndDestroy();
    else carry(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  function keep(socket: Socket): void {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
  }

  function carry(client: Socket): void {
    const behind = connect(upstream);
    keep(behind);
    const cut = () => {
      client.resetAndDestroy();
      behind.destroy();
    };
    let received = Buffer.alloc(0);
    let treatment = UNTREATED;
    let answering = false;
    let over: Treatment['over'];
    const isOver = () => {
      over?.();
      over = undefined;
    };
    const inTurn = queue(cut);
    const answersInTurn = queue(cut);

    client.on('data', (chunk) =>
      inTurn(async () => {
        received = Buffer.concat([received, chunk]);
        const whole = request(received);
        if (whole === null) return;
        received = received.subarray(whole.length);
        treatment = treat(whole) ?? UNTREATED;
        over = treatment.over;
        answering = false;
        if (slow.ms + slow.jitterMs > 0) await sleep(slow.ms + Math.random() * slow.jitterMs);
        await treatment.before?.();
        await pass(whole, treatment.fault);
      }),
    );
    behind.on('data', (chunk) =>
      answersInTurn(async () => {
        isOver();
        if (!answering) await treatment.after?.(chunk);
        await answer(chunk, treatment.fault, answering);
        answering = true;
      }),
    );
    client.once('close', () => {
      isOver();
      behind.destroy();
    });
    behind.once('close', () =>
      answersInTurn(() => {
        client.destroySoon();
        return Promise.resolve();
      }),
    );

    async function pass(whole: Buffer, fault: WireFault): Promise<void> {
      switch (fault.kind) {
        case 'reset':
          cut();
          return;
        case 'late':
          deliver(whole, fault.ms);
          return;
        case 'twice':
          deliver(whole, fault.afterMs);
          behind.write(whole);
          return;
        case 'answer':
          if (fault.everyMs === undefined) client.write(fault.bytes);
          else await drip(client, Buffer.from(fault.bytes), fault.everyMs);
          return;
        case 'none':
        case 'reset-after-reply':
        case 'slow-reply':
        case 'drip':
        case 'cut':
          behind.write(whole);
      }
    }

    async function answer(chunk: Buffer, fault: WireFault, begun: boolean): Promise<void> {
      switch (fault.kind) {
        case 'reset-after-reply':
          if (fault.upTo === undefined || chunk.includes(fault.upTo)) cut();
          else client.write(chunk);
          return;
        case 'slow-reply':
          if (!begun) await sleep(fault.ms);
          client.write(chunk);
          return;
        case 'drip':
          await drip(client, chunk, fault.everyMs);
          return;
        case 'cut':
          client.write(chunk.subarray(0, fault.afterBytes), cut);
          return;
        case 'none':
        case 'reset':
        case 'late':
        case 'twice':
        case 'answer':
          client.write(chunk);
      }
    }
  }

  /** On a connection of its own, so that it arrives although the sender has gone. */
  function deliver(whole: Buffer, afterMs: number): void {
    const delivery = (async () => {
      await sleep(afterMs);
      const behind = connect(upstream);
      keep(behind);
      behind.write(whole);
      await Promise.race([once(behind, 'data'), once(behind, 'close'), sleep(2_000)]);
      behind.destroy();
    })().catch(() => undefined);
    deliveries.add(delivery);
    void delivery.then(() => deliveries.delete(delivery));
  }

  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server listens on a port.');
  return {
    port: address.port,
    latency(ms, jitterMs) {
      slow = { ms, jitterMs };
    },
    down() {
      isDown = true;
      for (const socket of open) socket.resetAndDestroy();
    },
    up() {
      isDown = false;
    },
    connections: () => open.size,
    async delivered() {
      await Promise.all(deliveries);
    },
    async close() {
      server.close();
      for (const socket of open) socket.destroy();
      await Promise.all(deliveries);
    },
  };
}

async function drip(client: Socket, bytes: Buffer, everyMs: number): Promise<void> {
  for (let at = 0; at < bytes.length && !client.destroyed; at++) {
    client.write(bytes.subarray(at, at + 1));
    await sleep(everyMs);
  }
}

/** One after the other, as they came; what goes wrong ends the connection. */
function queue(onError: () => void): (work: () => Promise<unknown>) => void {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    last = last.then(work).catch(onError);
  };
}
