import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { asItComes, faultProxy, type FaultProxy, type Treatment } from './fault-proxy';

/** Answers every request with the same number of letters, in capitals, and remembers it. */
let upstream: Server;
let proxy: FaultProxy;
let heard: string[];
let next: Treatment | null;

beforeEach(async () => {
  heard = [];
  next = null;
  upstream = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      heard.push(String(bytes));
      socket.write(String(bytes).toUpperCase());
    });
  }).listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const address = upstream.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  proxy = await faultProxy({
    upstream: { host: '127.0.0.1', port },
    request: asItComes,
    treat() {
      const treatment = next;
      next = null;
      return treatment;
    },
  });
});

afterEach(async () => {
  await proxy.close();
  upstream.close();
});

function client(): Socket {
  return connect(proxy.port, '127.0.0.1').on('error', () => undefined);
}

const ended = (socket: Socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()));

/** Returns the bytes that came back by the time there were so many, the connection ended, or the time ran out. */
async function ask(
  text: string,
  letters = 5,
  atMostMs = 10_000,
): Promise<{ answer: string; ended: boolean }> {
  const socket = client();
  const said = { answer: '', ended: false };
  const heardEnough = new Promise<void>((resolve) =>
    socket.on('data', (bytes) => {
      said.answer += String(bytes);
      if (said.answer.length >= letters) resolve();
    }),
  );
  socket.write(text);
  const isEnded = ended(socket).then(() => {
    said.ended = true;
  });
  await Promise.race([heardEnough, isEnded, sleep(atMostMs)]);
  const result = { ...said };
  socket.destroy();
  return result;
}

/** Until the upstream has heard so many requests. */
async function upstreamHeard(count: number): Promise<string[]> {
  for (let tries = 0; tries < 500 && heard.length < count; tries++) await sleep(10);
  return heard;
}

const fault = (treatment: Treatment['fault']): Treatment => ({ fault: treatment });

test('untreated requests pass', async () => {
  expect(await ask('hello')).toEqual({ answer: 'HELLO', ended: false });
});

test('reset: nothing gets there, and the client is cut off', async () => {
  next = fault({ kind: 'reset' });
  expect(await ask('hello')).toEqual({ answer: '', ended: true });
  expect(heard).toEqual([]);
});

test('reset after the reply: it gets there, and the client never hears', async () => {
  next = fault({ kind: 'reset-after-reply' });
  expect(await ask('hello')).toEqual({ answer: '', ended: true });
  expect(heard).toEqual(['hello']);
});

test('late: it gets there although the client has gone', async () => {
  next = fault({ kind: 'late', ms: 200 });
  expect(await ask('hello', 5, 50)).toEqual({ answer: '', ended: false });
  await proxy.delivered();
  expect(heard).toEqual(['hello']);
});

test('twice: it gets there twice, and the client hears once', async () => {
  next = fault({ kind: 'twice', afterMs: 10 });
  expect((await ask('hello')).answer).toBe('HELLO');
  await proxy.delivered();
  expect(await upstreamHeard(2)).toEqual(['hello', 'hello']);
});

test('slow reply: it gets there at once, and is heard later', async () => {
  next = fault({ kind: 'slow-reply', ms: 1_000 });
  const asked = ask('hello');
  const sent = performance.now();
  expect(await upstreamHeard(1)).toEqual(['hello']);
  expect((await asked).answer).toBe('HELLO');
  expect(performance.now() - sent).toBeGreaterThan(900);
});

test('drip: it comes byte by byte', async () => {
  next = fault({ kind: 'drip', everyMs: 100 });
  const sent = performance.now();
  expect((await ask('hello')).answer).toBe('HELLO');
  expect(performance.now() - sent).toBeGreaterThan(300);
});

test('cut: the connection ends in the middle of the answer', async () => {
  next = fault({ kind: 'cut', afterBytes: 2 });
  expect(await ask('hello')).toMatchObject({ ended: true });
  expect(heard).toEqual(['hello']);
});

test('answer: somebody else answers', async () => {
  next = fault({ kind: 'answer', bytes: 'nobody' });
  expect((await ask('hello', 6)).answer).toBe('nobody');
  expect(heard).toEqual([]);
});

test('hooks are waited for: one before it gets there, one before the client hears', async () => {
  const order: string[] = [];
  next = {
    fault: { kind: 'none' },
    async before() {
      await sleep(30);
      order.push(`before, ${heard.length} heard`);
    },
    after(answer) {
      order.push(`after ${String(answer)}`);
    },
    over: () => order.push('over'),
  };
  expect((await ask('hello')).answer).toBe('HELLO');
  expect(order).toEqual(['before, 0 heard', 'over', 'after HELLO']);
});

test('down: open connections are cut and new ones refused, until it is up again', async () => {
  const socket = client();
  await new Promise((resolve) => socket.once('connect', resolve));
  const cut = ended(socket);
  proxy.down();
  await cut;
  expect(await ask('hello')).toEqual({ answer: '', ended: true });
  proxy.up();
  expect((await ask('hello')).answer).toBe('HELLO');
});

test('connections are counted until both ends have gone', async () => {
  await ask('hello');
  for (let tries = 0; tries < 500 && proxy.connections() > 0; tries++) await sleep(10);
  expect(proxy.connections()).toBe(0);
});
