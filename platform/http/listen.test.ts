import { Agent, request as sendRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { manualTimers } from '../../domain/manual-timers';
import { eventually } from '../../domain/eventually';
import { closedGate } from '../../tests/gate';
import { listen, type Listening, type ListenSettings } from './listen';
import { bodyRoom, NoRoomForBody, readBytes, SenderGone } from './read-body';

const ANYWHERE = { host: '127.0.0.1', port: 0 };
const agents: Agent[] = [];
const sockets: Socket[] = [];
let server: Listening | undefined;

afterEach(async () => {
  for (const agent of agents.splice(0)) agent.destroy();
  for (const socket of sockets.splice(0)) socket.destroy();
  await server?.close();
  server = undefined;
});

/** A client of one connection, which it keeps as long as it may. */
function client() {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agents.push(agent);
  return async (path = '/') => {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      sendRequest(`${server!.url}${path}`, { agent }, resolve).once('error', reject).end();
    });
    return {
      connection: answer.headers.connection,
      keepAlive: answer.headers['keep-alive'],
      body: await text(answer),
    };
  };
}

/** A connection that sends text unchanged; received text accumulates in `heard`. */
async function rawConnection(sent: string) {
  const socket = connect(Number(new URL(server!.url).port), '127.0.0.1');
  sockets.push(socket);
  const raw = { heard: '', isClosed: false, socket };
  socket.on('data', (chunk: Buffer) => (raw.heard += chunk.toString()));
  socket.on('error', () => undefined);
  socket.once('close', () => (raw.isClosed = true));
  await new Promise((resolve) => socket.once('connect', resolve));
  if (sent !== '') socket.write(sent);
  return raw;
}

function isRefused(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });
}

const HALF_SENT = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nhalf';
const UNFINISHED_HEAD = 'GET / HTTP/1.1\r\nhost: x\r\nx-slow: ';

describe('a server that is told to stop', () => {
  async function started(settings: Partial<ListenSettings> = {}) {
    const timers = manualTimers();
    const answers = closedGate();
    const come: string[] = [];
    server = await listen(
      (request, response) => {
        come.push(request.url ?? '');
        request.resume();
        if (request.url === '/held') void answers.pass().then(() => response.end('held'));
        else if (request.url === '/begun') {
          response.write('begun ');
          void answers.pass().then(() => response.end('and ended'));
        } else if (request.url === '/long') response.end('x'.repeat(20_000_000));
        else if (request.method === 'POST') request.once('end', () => response.end('whole'));
        else response.end('well');
      },
      { ...ANYWHERE, timers, ...settings },
    );
    const { url, close } = server;
    /** Closed by the test itself, once. */
    const stop = () => {
      server = undefined;
      return close();
    };
    return { timers, answers, come, url, stop };
  }

  it('goes on serving for a while, says so, and ends every connection with its next answer', async () => {
    const said: string[] = [];
    const { timers, url, stop } = await started({ drainMs: 3_000, onStopping: () => said.push('stopping') });
    const ask = client();
    expect(await ask()).toMatchObject({ connection: 'keep-alive', keepAlive: 'timeout=65' });
    const address = server!;
    const stopped = stop();
    server = address;
    expect(said).toEqual(['stopping']);
    // On the connection that was kept, and on new ones.
    expect(await ask()).toMatchObject({ connection: 'close', body: 'well' });
    expect(await client()()).toMatchObject({ connection: 'close', body: 'well' });
    server = undefined;
    await eventually('the rest of the time is waited for', () => timers.waiting === 1);
    timers.advance(2_999);
    expect(await isRefused(url)).toBe(false);
    timers.advance(1);
    await stopped;
    expect(await isRefused(url)).toBe(true);
  });

  it('ends as soon as a client has its answer that goes on asking on one connection', async () => {
    const { stop, answers, come, timers } = await started();
    const ask = client();
    await ask();
    const asked = ask('/held');
    await eventually('the request has come', () => come.includes('/held'));
    const stopped = stop();
    answers.open();
    expect(await asked).toMatchObject({ connection: 'close', body: 'held' });
    await stopped;
    expect(timers.waiting).toBe(0);
  });

  it('ends the connection of an answer that had begun before', async () => {
    const { stop, answers } = await started();
    const raw = await rawConnection('GET /begun HTTP/1.1\r\nhost: x\r\n\r\n');
    await eventually('the answer has begun', () => raw.heard.includes('begun'));
    const stopped = stop();
    answers.open();
    await stopped;
    expect(raw.heard).toContain('and ended');
  });

  it.each([
    ['half a body', HALF_SENT],
    ['half a head', UNFINISHED_HEAD],
    ['nothing', ''],
  ])('waits two seconds for a client that has sent %s', async (_, sent) => {
    const { stop, timers, come } = await started();
    const raw = await rawConnection(sent);
    await client()();
    if (sent === HALF_SENT) await eventually('its head has come', () => come.length === 2);
    const stopped = stop();
    timers.advance(1_999);
    expect(raw.isClosed).toBe(false);
    timers.advance(1);
    await stopped;
    await eventually('it is cut off', () => raw.isClosed);
  });

  it('waits ten seconds for a client that does not read its answer', async () => {
    const { stop, timers, come } = await started();
    const raw = await rawConnection('GET /long HTTP/1.1\r\nhost: x\r\n\r\n');
    raw.socket.pause();
    await eventually('it is answered', () => come.includes('/long'));
    const stopped = stop();
    timers.advance(9_999);
    expect(timers.waiting).toBe(1);
    timers.advance(1);
    await stopped;
    expect(timers.waiting).toBe(0);
  });
});

describe('what clients can keep', () => {
  it.each([
    ['half a body', HALF_SENT],
    ['half a head', UNFINISHED_HEAD],
    ['nothing', ''],
  ])('whoever sends %s hears 408, and is cut off', async (_, sent) => {
    const gone: unknown[] = [];
    let begun = 0;
    server = await listen(
      (request) => {
        begun += 1;
        void readBytes(request, 10_000).catch((error: unknown) => gone.push(error));
      },
      {
        ...ANYWHERE,
        headersMs: 50,
        requestMs: 50,
      },
    );
    const raw = await rawConnection(sent);
    await eventually('the connection is closed', () => raw.isClosed);
    expect(raw.heard).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    // On a busy machine the time is over before the head of the request was read: then nobody has begun to wait.
    await eventually('nobody waits for the rest', () => gone.length === begun);
    expect(begun).toBeLessThanOrEqual(sent === HALF_SENT ? 1 : 0);
    expect(gone.filter((error) => !(error instanceof SenderGone))).toEqual([]);
  });

  it('a connection beyond those allowed is closed', async () => {
    server = await listen((_, response) => void response.end('well'), { ...ANYWHERE, maxConnections: 2 });
    const kept = [client(), client()];
    for (const ask of kept) expect((await ask()).body).toBe('well');
    const beyond = await rawConnection('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await eventually('it is closed', () => beyond.isClosed);
    expect(beyond.heard).toBe('');
    for (const ask of kept) expect((await ask()).body).toBe('well');
  });

  it('bodies that are half sent have a bound together, and keep no usual request out', async () => {
    const room = bodyRoom(190_000);
    const refused: unknown[] = [];
    const received: number[] = [];
    server = await listen((request, response) => {
      readBytes(request, 262_144, room).then(
        ({ length }) => {
          received.push(length);
          response.end('whole');
        },
        (error: unknown) => {
          refused.push(error);
          response.end('refused');
        },
      );
    }, ANYWHERE);
    const half = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 200000\r\n\r\n' + 'a'.repeat(150_000);
    const first = await rawConnection(half);
    const second = await rawConnection(half);
    await eventually('one of them is refused', () => refused.length === 1);
    expect(refused[0]).toBeInstanceOf(NoRoomForBody);
    const usual = await rawConnection(
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 16384\r\n\r\n' + 'a'.repeat(16_384),
    );
    await eventually('a usual request is served', () => usual.heard.includes('whole'));
    // A client that disconnects frees its room.
    first.socket.destroy();
    second.socket.destroy();
    await eventually('both are gone', () => refused.length === 2);
    const last = await rawConnection(half + 'a'.repeat(50_000));
    await eventually('a long request is served', () => last.heard.includes('whole'));
    expect(received).toEqual([16_384, 200_000]);
    expect(room.take(190_000)).toBe(true);
  });
});
