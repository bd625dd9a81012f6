import type http from 'node:http';
import { gzipSync } from 'node:zlib';
import { setTimeout as pause } from 'node:timers/promises';
import pino from 'pino';
import { OdsCode } from '../domain/ods-code';
import { type Listener, httpListener, sendReply } from './simulator/http-listener';
import { type Exchange, type HttpRequest, supplierHttp, type SupplierHttpOptions } from './supplier-http';

const GET: HttpRequest = { method: 'GET', path: '/things', query: [['nhs', 'secret-1']], timeoutMs: 1_000 };

function callFor(ms: number, signal = AbortSignal.timeout(60_000)): Exchange {
  const practice = OdsCode.parse('B86030');
  return { signal, deadline: performance.now() + ms, requestId: 'request-1', operation: 'SEARCH', practice };
}

function client(baseUrl: string, more: Partial<SupplierHttpOptions> = {}) {
  const lines: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => lines.push(line) });
  return {
    lines,
    ...supplierHttp({
      supplier: 'sandpit',
      baseUrl,
      limits: { concurrency: 2, requestsPerSecond: 1_000 },
      throttleScope: 'SUPPLIER',
      logger,
      ...more,
    }),
  };
}

describe('supplierHttp', () => {
  let answer: (response: http.ServerResponse) => unknown = () => undefined;
  let requests = 0;
  let server: Listener;

  beforeAll(async () => {
    server = await httpListener(0, async (_, response) => {
      requests += 1;
      await answer(response);
    });
  });
  beforeEach(() => {
    requests = 0;
  });
  afterAll(() => server.down());

  it('returns any status as a reply, with lower-case header names and the body as text', async () => {
    answer = (response) => {
      sendReply(response, { status: 418, headers: { 'X-Tea': 'yes' }, body: '{"a":1}' });
    };
    const reply = await client(server.url).send(GET, callFor(1_000));
    expect(reply).toMatchObject({ status: 418, body: '{"a":1}' });
    expect(reply.headers['x-tea']).toBe('yes');
  });

  it('follows no redirect', async () => {
    answer = (response) => {
      sendReply(response, { status: 302, headers: { location: '/elsewhere' }, body: '' });
    };
    expect((await client(server.url).send(GET, callFor(1_000))).status).toBe(302);
    expect(requests).toBe(1);
  });

  it('unpacks a compressed reply', async () => {
    answer = (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('unpacked'));
    expect((await client(server.url).send(GET, callFor(1_000))).body).toBe('unpacked');
  });

  it('refuses a reply that is too large', async () => {
    answer = (response) => {
      sendReply(response, { status: 200, body: 'x'.repeat(2_000) });
    };
    const sending = client(server.url, { maxResponseBytes: 1_000 }).send(GET, callFor(1_000));
    await expect(sending).rejects.toMatchObject({ fault: 'BAD_REPLY', mayHaveBeenSent: true });
  });

  it('counts the total time, so that a slow drip does not outlive the deadline', async () => {
    answer = async (response) => {
      response.writeHead(200);
      while (!response.destroyed) {
        response.write('.');
        await pause(20);
      }
    };
    const startedAt = performance.now();
    const sending = client(server.url).send(GET, callFor(500));
    await expect(sending).rejects.toMatchObject({ fault: 'TIMED_OUT', mayHaveBeenSent: true });
    // The drip goes on for as long as anybody listens: a busy machine may take its time.
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('says that nothing was sent when the connection is refused', async () => {
    const closed = await httpListener(0, () => Promise.resolve());
    await closed.down();
    const sending = client(closed.url).send(GET, callFor(1_000));
    await expect(sending).rejects.toMatchObject({ fault: 'UNREACHABLE', mayHaveBeenSent: false });
  });

  it('says that nothing was sent when the TLS handshake fails', async () => {
    const sending = client(server.url.replace('http:', 'https:')).send(GET, callFor(1_000));
    await expect(sending).rejects.toMatchObject({ fault: 'UNREACHABLE', mayHaveBeenSent: false });
  });

  it('says that a request may have been sent when the connection is reset', async () => {
    answer = (response) => response.destroy();
    const sending = client(server.url).send({ ...GET, method: 'POST', body: '{}' }, callFor(1_000));
    await expect(sending).rejects.toMatchObject({ fault: 'UNREACHABLE', mayHaveBeenSent: true });
    expect(requests).toBe(1);
  });

  it('never sends what was given up while it waited for a place', async () => {
    answer = async (response) => {
      await pause(120);
      sendReply(response, { status: 200, body: '' });
    };
    const { send } = client(server.url, { limits: { concurrency: 1, requestsPerSecond: 1_000 } });
    const first = send(GET, callFor(1_000));
    const startedAt = performance.now();
    await expect(send(GET, callFor(40))).rejects.toMatchObject({
      fault: 'TIMED_OUT',
      mayHaveBeenSent: false,
    });
    expect(performance.now() - startedAt).toBeLessThan(100);
    await first;
    await pause(30);
    expect(requests).toBe(1);
  });

  it('has no more requests under way than the supplier allows', async () => {
    let [now, most] = [0, 0];
    answer = async (response) => {
      most = Math.max(most, ++now);
      await pause(20);
      now -= 1;
      sendReply(response, { status: 200, body: '' });
    };
    const { send } = client(server.url);
    await Promise.all(Array.from({ length: 8 }, () => send(GET, callFor(2_000))));
    expect(most).toBe(2);
  });

  it('stops asking a supplier that keeps failing, and tries again later', async () => {
    answer = (response) => {
      sendReply(response, { status: 503, body: '' });
    };
    const { send, breaker } = client(server.url, {
      breaker: { consecutiveFailures: 3, halfOpenAfterMs: 60 },
    });
    // None of one practice, so that the supplier's own circuit is tried.
    const anyPractice = (ms: number) => ({ ...callFor(ms), practice: null });
    expect(breaker()).toBe('CLOSED');
    for (let failure = 1; failure <= 3; failure++) await send(GET, anyPractice(1_000));
    await expect(send(GET, anyPractice(1_000))).rejects.toMatchObject({
      fault: 'CIRCUIT_OPEN',
      mayHaveBeenSent: false,
    });
    expect(requests).toBe(3);
    expect(breaker()).toBe('OPEN');
    answer = (response) => {
      sendReply(response, { status: 200, body: 'back' });
    };
    await pause(80);
    expect((await send(GET, anyPractice(1_000))).body).toBe('back');
    expect(breaker()).toBe('CLOSED');
  });

  it('waits as long as a supplier asks for, and sends nothing meanwhile', async () => {
    answer = (response) => {
      sendReply(response, { status: 503, headers: { 'retry-after': '1' }, body: '' });
    };
    const { send } = client(server.url);
    expect((await send(GET, callFor(1_000))).status).toBe(503);
    await expect(send(GET, callFor(1_000))).rejects.toMatchObject({
      fault: 'THROTTLED',
      mayHaveBeenSent: false,
    });
    expect(requests).toBe(1);
    await pause(1_050);
    answer = (response) => {
      sendReply(response, { status: 200, body: 'again' });
    };
    expect((await send(GET, callFor(1_000))).body).toBe('again');
  });

  it('keeps away from the one practice where only that asks for it', async () => {
    answer = (response) => {
      sendReply(response, { status: 429, headers: { 'retry-after': '60' }, body: '' });
    };
    const { send } = client(server.url, { throttleScope: 'PRACTICE' });
    await send(GET, callFor(1_000));
    await expect(send(GET, callFor(1_000))).rejects.toMatchObject({ fault: 'THROTTLED' });
    const other = { ...callFor(1_000), practice: OdsCode.parse('B86031') };
    expect((await send(GET, other)).status).toBe(429);
  });

  it('does not hold a search that we gave up against the supplier', async () => {
    answer = async (response) => {
      await pause(50);
      sendReply(response, { status: 200, body: '' });
    };
    const { send } = client(server.url, { breaker: { consecutiveFailures: 1, halfOpenAfterMs: 60_000 } });
    await expect(send(GET, callFor(1_000, AbortSignal.timeout(10)))).rejects.toMatchObject({
      fault: 'TIMED_OUT',
    });
    expect((await send(GET, callFor(1_000))).status).toBe(200);
  });

  it('logs an exchange without address, headers or body, and keeps them out of errors', async () => {
    answer = (response) => {
      sendReply(response, { status: 200, body: 'secret-2' });
    };
    const { send, lines } = client(server.url);
    await send(
      { ...GET, method: 'POST', headers: { authorization: 'secret-3' }, body: 'secret-4' },
      callFor(1_000),
    );
    expect(JSON.parse(lines[0]!)).toMatchObject({
      supplier: 'sandpit',
      method: 'POST',
      status: 200,
      outcome: 'REPLY',
      requestId: 'request-1',
    });
    answer = (response) => response.destroy();
    const error: unknown = await send(
      { ...GET, headers: { authorization: 'secret-3' } },
      callFor(1_000),
    ).catch((reason: unknown) => reason);
    const written = lines.join('') + JSON.stringify(error) + String(error) + JSON.stringify(causeOf(error));
    expect(written).not.toMatch(/secret|things/);
  });
});

function causeOf(error: unknown): unknown {
  return error instanceof Error
    ? Object.getOwnPropertyNames(error.cause ?? {}).concat(String(error.cause))
    : null;
}
