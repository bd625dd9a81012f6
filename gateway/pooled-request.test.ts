import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'undici';
import { abandonment } from '../http/abandonment';
import { listen, type Listening } from '../http/listen';
import { pooledRequest } from './pooled-request';

let server: Listening;
let pool: Pool;
let [gone, come] = [0, 0];
const HEADERS = { 'content-type': 'application/json' };
const ask = (path: string, { onAbandoned } = abandonment()) =>
  pooledRequest(pool, { path, method: 'POST', headers: HEADERS, body: '{}' }, onAbandoned);

beforeAll(async () => {
  server = await listen(
    (request, response) => {
      come += 1;
      request.resume();
      if (request.url === '/reset') return void request.socket.destroy();
      if (request.url === '/never') return void request.socket.once('close', () => (gone += 1));
      if (request.url === '/half')
        return void response.writeHead(200, { 'content-length': 100 }).write('half');
      const text = 'é'.repeat(200_000);
      response.writeHead(request.url === '/odd' ? 418 : 200);
      // In pieces that cut characters in two.
      for (let at = 0; at < text.length * 2; at += 65_537)
        response.write(Buffer.from(text).subarray(at, at + 65_537));
      response.end();
    },
    { host: '127.0.0.1', port: 0 },
  );
  pool = new Pool(server.url, { connections: 2, headersTimeout: 500, bodyTimeout: 500 });
});
afterAll(async () => {
  await pool.destroy();
  await server.close();
});

it('gives the status and the whole text', async () => {
  expect(await ask('/whole')).toEqual({ status: 200, text: 'é'.repeat(200_000) });
  expect((await ask('/odd')).status).toBe(418);
});

it.each(['/reset', '/never', '/half'])('fails where no answer comes: %s', async (path) => {
  await expect(ask(path)).rejects.toThrow();
});

it('ends at once when nobody waits any more, at the other end too', async () => {
  const before = gone;
  const waiting = abandonment();
  const asked = ask('/never', waiting);
  setTimeout(waiting.abandon, 50);
  const began = performance.now();
  await expect(asked).rejects.toThrow();
  expect(performance.now() - began).toBeLessThan(400);
  await pause(50);
  expect(gone).toBe(before + 1);
});

it('is not even begun when nobody waits', async () => {
  const waiting = abandonment();
  waiting.abandon();
  const before = come;
  await expect(ask('/whole', waiting)).rejects.toThrow();
  await pause(50);
  expect(come).toBe(before);
  expect(waiting.signal.aborted).toBe(true);
});

it('waits for a connection, and not longer than anybody waits for it', async () => {
  const busy = [ask('/never'), ask('/never')];
  const waiting = abandonment();
  const asked = ask('/whole', waiting);
  setTimeout(waiting.abandon, 50);
  await expect(asked).rejects.toThrow();
  await Promise.allSettled(busy);
  expect((await ask('/whole')).status).toBe(200);
});
