import type http from 'node:http';
import { gzipSync } from 'node:zlib';
import pino from 'pino';
import { manualTimers } from '../../domain/manual-timers';
import { OdsCode } from '../../domain/ods-code';
import { eventually } from '../../domain/eventually';
import { closedGate } from '../../tests/gate';
import { type Listener, httpListener, sendReply } from '../simulator/http-listener';
import type { HttpRequest } from './http-messages';
import { type Exchange, supplierHttp, type SupplierHttpOptions } from './supplier-http';

const GET: HttpRequest = { method: 'GET', path: '/things', query: [['nhs', 'secret-1']], timeoutMs: 5_000 };
const MINUTE = 60_000;
/** A path that is answered at once, whatever the others get, and not counted. */
const ROUND_TRIP = '/round-trip';

/** A client for which no time passes but what a test lets pass. */
function client(baseUrl: string, more: Partial<SupplierHttpOptions> = {}) {
  const lines: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => lines.push(line) });
  const timers = manualTimers();
  const exchange = ({
    within = 5_000,
    ...about
  }: Partial<Exchange> & { within?: number } = {}): Exchange => ({
    signal: new AbortController().signal,
    deadline: timers.elapsedMs() + within,
    requestId: 'request-1',
    operation: 'SEARCH',
    practice: OdsCode.parse('B86030'),
    ...about,
  });
  const supplier = supplierHttp({
    supplier: 'sandpit',
    baseUrl,
    limits: { concurrency: 2, requestsPerSecond: 1_000 },
    throttleScope: 'SUPPLIER',
    logger,
    timers,
    ...more,
  });
  return {
    lines,
    timers,
    breaker: supplier.breaker,
    send: (request: HttpRequest, about?: Parameters<typeof exchange>[0]) =>
      supplier.send(request, exchange(about)),
  };
}

/** Lets everything happen that waits for nothing but its turn. */
const turn = () => new Promise<'pending'>((resolve) => setImmediate(() => resolve('pending')));

function sends(status: number, body = '', headers: Record<string, string> = {}) {
  return (response: http.ServerResponse) => {
    sendReply(response, { status, headers, body });
  };
}

describe('supplierHttp', () => {
  let answer: (response: http.ServerResponse) => unknown = sends(200);
  let requests = 0;
  let server: Listener;

  beforeAll(async () => {
    server = await httpListener(0, async ({ path }, response) => {
      if (path === ROUND_TRIP) {
        sends(200)(response);
        return;
      }
      requests += 1;
      await answer(response);
    });
  });
  beforeEach(() => {
    requests = 0;
  });
  afterAll(() => server.down());

  it('returns any status as a reply, with lower-case header names and the body as text', async () => {
    answer = sends(418, '{"a":1}', { 'X-Tea': 'yes' });
    const reply = await client(server.url).send(GET);
    expect(reply).toMatchObject({ status: 418, body: '{"a":1}' });
    expect(reply.headers['x-tea']).toBe('yes');
  });

  it('returns an empty body for a reply that is not UTF-8', async () => {
    answer = (response) => response.writeHead(200).end(Buffer.from('{"name":"Renée"}', 'latin1'));
    expect(await client(server.url).send(GET)).toMatchObject({ status: 200, body: '' });
    answer = (response) => response.writeHead(200).end(Buffer.from('\uFEFF{"name":"Renée"}'));
    expect((await client(server.url).send(GET)).body).toBe('{"name":"Renée"}');
  });

  it('follows no redirect', async () => {
    answer = sends(302, '', { location: '/elsewhere' });
    expect((await client(server.url).send(GET)).status).toBe(302);
    expect(requests).toBe(1);
  });

  it('unpacks a compressed reply', async () => {
    answer = (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('unpacked'));
    expect((await client(server.url).send(GET)).body).toBe('unpacked');
  });

  it('refuses a reply that is too large', async () => {
    answer = sends(200, 'x'.repeat(2_000));
    const sending = client(server.url, { maxResponseBytes: 1_000 }).send(GET);
    await expect(sending).rejects.toMatchObject({ fault: 'BAD_REPLY', mayHaveBeenSent: true });
  });

  it.each([
    ['the call’s deadline', { within: 500 }, GET],
    ['the request’s own time', { within: MINUTE }, { ...GET, timeoutMs: 500 }],
  ])('counts the total time, so that a slow drip does not outlive %s', async (_, about, request) => {
    const gate = closedGate();
    let dripping: http.ServerResponse | undefined;
    answer = async (response) => {
      dripping = response.writeHead(200);
      await gate.pass();
    };
    const { send, timers } = client(server.url);
    const sending = send(request, about);
    await gate.reached;
    for (let passed = 50; passed < 500; passed += 50) {
      dripping?.write('.');
      timers.advance(50);
      await turn();
    }
    timers.advance(49);
    expect(await Promise.race([sending, turn()])).toBe('pending');
    timers.advance(1);
    await expect(sending).rejects.toMatchObject({ fault: 'TIMED_OUT', mayHaveBeenSent: true });
    await eventually('the connection is closed', () => dripping?.destroyed);
    gate.open();
  });

  it('says that nothing was sent when the connection is refused', async () => {
    const closed = await httpListener(0, () => Promise.resolve());
    await closed.down();
    const sending = client(closed.url).send(GET);
    await expect(sending).rejects.toMatchObject({ fault: 'UNREACHABLE', mayHaveBeenSent: false });
  });

  it('says that nothing was sent when the TLS handshake fails', async () => {
    const sending = client(server.url.replace('http:', 'https:')).send(GET);
    await expect(sending).rejects.toMatchObject({ fault: 'UNREACHABLE', mayHaveBeenSent: false });
  });

  it('says that a request may have been sent when the connection is reset', async () => {
    answer = (response) => response.destroy();
    const sending = client(server.url).send({ ...GET, method: 'POST', body: '{}' });
    await expect(sending).rejects.toMatchObject({ fault: 'UNREACHABLE', mayHaveBeenSent: true });
    expect(requests).toBe(1);
  });

  it('never sends a request that the caller gave up while it waited for a place', async () => {
    const gate = closedGate();
    answer = async (response) => {
      await gate.pass();
      sendReply(response, { status: 200, body: '' });
    };
    const { send, timers } = client(server.url, { limits: { concurrency: 1, requestsPerSecond: 1_000 } });
    const first = send(GET);
    await gate.reached;
    const second = send(GET, { within: 40 });
    const third = send(GET);
    timers.advance(40);
    await expect(second).rejects.toMatchObject({ fault: 'QUEUE_TOO_LONG', mayHaveBeenSent: false });
    gate.open();
    // The third stood behind the second, so whatever the second was to send would have gone before.
    await Promise.all([first, third]);
    expect(requests).toBe(2);
  });

  it('has no more requests under way than the supplier allows', async () => {
    const waiting: http.ServerResponse[] = [];
    answer = (response) => waiting.push(response);
    const { send } = client(server.url);
    const all = Promise.all(Array.from({ length: 8 }, () => send(GET, { operation: 'READ_BACK' })));
    const underWay: number[] = [];
    for (let left = 8; left > 0; left--) {
      await eventually('requests are under way', () => waiting.length >= Math.min(2, left));
      // When another client has its answer, whatever this one sent before has arrived as well.
      await client(server.url).send({ ...GET, path: ROUND_TRIP });
      underWay.push(waiting.length);
      sends(200)(waiting.shift()!);
    }
    await all;
    expect(underWay).toEqual([2, 2, 2, 2, 2, 2, 2, 1]);
  });

  it('spreads the requests that exceed a second’s worth, and sends none whose time ends before its turn', async () => {
    answer = sends(200);
    const { send, timers } = client(server.url, { limits: { concurrency: 4, requestsPerSecond: 2 } });
    const sendRead = (about = {}) => send(GET, { operation: 'READ_BACK', ...about });
    const atOnce = [sendRead(), sendRead()];
    const [third, late] = [sendRead(), sendRead({ within: 700 })];
    await Promise.all(atOnce);
    timers.advance(499);
    expect(await Promise.race([third, turn()])).toBe('pending');
    expect(requests).toBe(2);
    timers.advance(1);
    expect((await third).status).toBe(200);
    timers.advance(200);
    await expect(late).rejects.toMatchObject({ fault: 'QUEUE_TOO_LONG', mayHaveBeenSent: false });
    expect(requests).toBe(3);
  });

  it('closes a kept connection that nobody uses', async () => {
    answer = sends(200);
    await client(server.url, { idleMs: 10 }).send(GET);
    await eventually('no connection is open', async () => (await server.connections()) === 0);
  });

  it('stops calling a supplier that keeps failing, and tries again later', async () => {
    answer = sends(503);
    const { send, breaker, timers } = client(server.url, {
      breaker: { consecutiveFailures: 3, halfOpenAfterMs: MINUTE },
    });
    // None of one practice, so that the supplier's own circuit is tried.
    const ask = () => send(GET, { practice: null });
    const refused = { fault: 'CIRCUIT_OPEN', mayHaveBeenSent: false };
    expect(breaker()).toBe('CLOSED');
    for (let failure = 1; failure <= 3; failure++) await ask();
    await expect(ask()).rejects.toMatchObject(refused);
    expect(breaker()).toBe('OPEN');
    timers.advance(MINUTE - 1);
    await expect(ask()).rejects.toMatchObject(refused);
    expect(requests).toBe(3);
    timers.advance(1);
    // It fails once more, and the breaker stays open for as long again.
    expect((await ask()).status).toBe(503);
    timers.advance(MINUTE - 1);
    await expect(ask()).rejects.toMatchObject(refused);
    answer = sends(200, 'back');
    timers.advance(1);
    expect((await ask()).body).toBe('back');
    expect(breaker()).toBe('CLOSED');
  });

  it('waits as long as a supplier asks, and sends nothing meanwhile', async () => {
    answer = sends(503, '', { 'retry-after': '60' });
    const { send, timers } = client(server.url);
    expect((await send(GET)).status).toBe(503);
    timers.advance(MINUTE - 1);
    await expect(send(GET)).rejects.toMatchObject({
      fault: 'THROTTLED',
      mayHaveBeenSent: false,
      retryAfterMs: 1,
    });
    expect(requests).toBe(1);
    timers.advance(1);
    answer = sends(200, 'again');
    expect((await send(GET)).body).toBe('again');
  });

  it('keeps away from the one practice where only that asks for it', async () => {
    answer = sends(429, '', { 'retry-after': '60' });
    const { send } = client(server.url, { throttleScope: 'PRACTICE' });
    await send(GET);
    await expect(send(GET)).rejects.toMatchObject({ fault: 'THROTTLED' });
    expect((await send(GET, { practice: OdsCode.parse('B86031') })).status).toBe(429);
  });

  describe('a supplier whose breaker opens after one failure', () => {
    const breaker = { consecutiveFailures: 1, halfOpenAfterMs: MINUTE };

    it('is called again after a search that we gave up', async () => {
      const gate = closedGate();
      answer = () => gate.pass();
      const { send } = client(server.url, { breaker });
      const giving = new AbortController();
      const sending = send(GET, { signal: AbortSignal.any([giving.signal]) });
      await gate.reached;
      giving.abort();
      await expect(sending).rejects.toMatchObject({ fault: 'TIMED_OUT' });
      answer = sends(200);
      expect((await send(GET)).status).toBe(200);
      gate.open();
    });

    it('is not called again after it let its own time limit pass', async () => {
      const gate = closedGate();
      answer = () => gate.pass();
      const { send, timers } = client(server.url, { breaker });
      const sending = send({ ...GET, timeoutMs: 500 });
      await gate.reached;
      timers.advance(500);
      await expect(sending).rejects.toMatchObject({ fault: 'TIMED_OUT' });
      await expect(send(GET)).rejects.toMatchObject({ fault: 'CIRCUIT_OPEN' });
      gate.open();
    });

    it('is called again after a deadline that left it less than its own time', async () => {
      const gate = closedGate();
      answer = () => gate.pass();
      const { send, timers } = client(server.url, { breaker });
      const sending = send(GET, { within: 500 });
      await gate.reached;
      timers.advance(500);
      await expect(sending).rejects.toMatchObject({ fault: 'TIMED_OUT' });
      answer = sends(200);
      expect((await send(GET)).status).toBe(200);
      gate.open();
    });

    it('still takes bookings when its searches fail', async () => {
      answer = sends(500);
      const { send, breaker: state } = client(server.url, { breaker });
      await send(GET);
      await expect(send(GET)).rejects.toMatchObject({ fault: 'CIRCUIT_OPEN' });
      answer = sends(200);
      expect((await send(GET, { operation: 'BOOK' })).status).toBe(200);
      expect((await send(GET, { forBooking: true })).status).toBe(200);
      expect(state()).toBe('OPEN');
    });
  });

  describe('callers who give up at once', () => {
    const limits = { concurrency: 12, requestsPerSecond: 1_000 };
    const breaker = { consecutiveFailures: 3, halfOpenAfterMs: MINUTE };
    const SEARCHES = 9;

    it('take no place from others but a third, and open no breaker', async () => {
      const gate = closedGate();
      answer = async (response) => {
        await gate.pass();
        sends(200)(response);
      };
      const { send, breaker: state } = client(server.url, { limits, breaker });
      for (let wave = 0; wave < 5; wave++) {
        const giving = new AbortController();
        const before = requests;
        const waiting = Array.from({ length: 50 }, () =>
          send(GET, { signal: AbortSignal.any([giving.signal]) }),
        );
        const ends = Promise.allSettled(waiting);
        const free = wave === 0 ? SEARCHES : SEARCHES - SEARCHES / 3;
        await eventually('the places are taken', () => requests === before + free);
        giving.abort();
        expect(new Set((await ends).map(({ status }) => status))).toEqual(new Set(['rejected']));
      }
      answer = sends(200);
      const patient = Array.from({ length: 20 }, () => send(GET));
      expect((await Promise.all(patient)).map(({ status }) => status)).toEqual(Array(20).fill(200));
      expect(state()).toBe('CLOSED');
      gate.open();
    });

    it('do not hide that a supplier hangs', async () => {
      const gate = closedGate();
      answer = () => gate.pass();
      const { send, timers, breaker: state } = client(server.url, { limits, breaker });
      const giving = new AbortController();
      const waiting = Promise.allSettled(
        Array.from({ length: 3 }, () =>
          send(GET, { signal: AbortSignal.any([giving.signal]), practice: null }),
        ),
      );
      await eventually('all are asked', () => requests === 3);
      giving.abort();
      await waiting;
      expect(state()).toBe('CLOSED');
      timers.advance(GET.timeoutMs);
      await eventually('the breaker is open', () => state() === 'OPEN');
      gate.open();
    });

    it('leave room for a booking while all their searches are held', async () => {
      const gate = closedGate();
      answer = () => gate.pass();
      const { send } = client(server.url, { limits, breaker });
      const giving = new AbortController();
      const ends = Promise.allSettled(
        Array.from({ length: 50 }, () => send(GET, { signal: AbortSignal.any([giving.signal]) })),
      );
      await eventually('the places are taken', () => requests === SEARCHES);
      answer = sends(200);
      const bookings = Array.from({ length: 3 }, () => send(GET, { operation: 'BOOK' }));
      expect((await Promise.all(bookings)).map(({ status }) => status)).toEqual([200, 200, 200]);
      // Bookings wait for it, even when a search began it.
      expect((await send({ ...GET, servesEverybody: true })).status).toBe(200);
      giving.abort();
      await ends;
      gate.open();
    });

    it('are not waited for by others while their call tries a supplier again', async () => {
      answer = sends(500);
      const { send, timers } = client(server.url, { limits, breaker });
      for (let failure = 0; failure < 3; failure++) await send(GET, { practice: null });
      timers.advance(MINUTE);
      const gate = closedGate();
      answer = async (response) => {
        await gate.pass();
        sends(200)(response);
      };
      const giving = new AbortController();
      const trial = send(GET, { practice: null, signal: AbortSignal.any([giving.signal]) });
      const ended = trial.catch((error: unknown) => error);
      await gate.reached;
      giving.abort();
      await ended;
      await expect(send(GET, { practice: null })).rejects.toMatchObject({ fault: 'CIRCUIT_OPEN' });
      gate.open();
      // Once the trial has been answered, though nobody waited for that, everybody is let in again.
      await eventually('the circuit is closed', async () => {
        const reply = await send(GET, { practice: null }).catch(() => undefined);
        return reply?.status === 200;
      });
    });
  });

  it('logs an exchange without address, headers or body, and keeps them out of errors', async () => {
    answer = sends(200, 'secret-2');
    const { send, lines } = client(server.url);
    await send({ ...GET, method: 'POST', headers: { authorization: 'secret-3' }, body: 'secret-4' });
    expect(JSON.parse(lines[0]!)).toMatchObject({
      supplier: 'sandpit',
      method: 'POST',
      status: 200,
      outcome: 'REPLY',
      requestId: 'request-1',
    });
    answer = (response) => response.destroy();
    const error: unknown = await send({ ...GET, headers: { authorization: 'secret-3' } }).catch(
      (reason: unknown) => reason,
    );
    const written = lines.join('') + JSON.stringify(error) + String(error) + JSON.stringify(causeOf(error));
    expect(written).not.toMatch(/secret|things/);
  });
});

function causeOf(error: unknown): unknown {
  return error instanceof Error
    ? Object.getOwnPropertyNames(error.cause ?? {}).concat(String(error.cause))
    : null;
}
