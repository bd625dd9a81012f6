import { Pool } from 'undici';
import { clientDisconnect } from '../platform/http/client-disconnect';
import { listen, type Listening } from '../platform/http/listen';
import { eventually } from '../domain/eventually';
import { pooledRequest } from './pooled-request';

let server: Listening;
const pools: Pool[] = [];
/** The paths of all requests that came, and of those whose sender went away before the answer. */
const [come, gone]: [string[], string[]] = [[], []];
const HEADERS = { 'content-type': 'application/json' };
const LONG_TEXT = 'é'.repeat(200_000);

beforeAll(async () => {
  server = await listen(
    (request, response) => {
      const path = request.url ?? '';
      come.push(path);
      request.resume();
      if (path === '/reset') return void request.socket.destroy();
      if (path.startsWith('/never')) return void request.socket.once('close', () => gone.push(path));
      if (path === '/half') return void response.writeHead(200, { 'content-length': 100 }).write('half');
      response.writeHead(path === '/odd' ? 418 : 200);
      // In pieces that cut characters in two.
      for (let at = 0; at < LONG_TEXT.length * 2; at += 65_537)
        response.write(Buffer.from(LONG_TEXT).subarray(at, at + 65_537));
      response.end();
    },
    { host: '127.0.0.1', port: 0 },
  );
});
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.destroy())));
afterAll(() => server.close());

/** Sends through a pool of its own. */
function sender(connections: number, options: Pool.Options = {}) {
  const pool = new Pool(server.url, {
    headersTimeout: 120_000,
    bodyTimeout: 120_000,
    ...options,
    connections,
  });
  pools.push(pool);
  return (path: string, { onDisconnect } = clientDisconnect()) =>
    pooledRequest(pool, { path, method: 'POST', headers: HEADERS, body: '{}' }, onDisconnect);
}

it('gives the status and the whole text', async () => {
  const send = sender(2);
  expect(await send('/whole')).toEqual({ status: 200, text: LONG_TEXT });
  expect((await send('/odd')).status).toBe(418);
});

it.each<[string, Pool.Options, RegExp]>([
  ['/reset', {}, /closed|ECONNRESET/],
  ['/never', { headersTimeout: 50 }, /^Headers Timeout/],
  ['/half', { bodyTimeout: 50 }, /^Body Timeout/],
])('fails where no answer comes: %s', async (path, options, reason) => {
  await expect(sender(1, options)(path)).rejects.toThrow(reason);
});

it('ends at once when nobody waits any more, at the other end too', async () => {
  const waiting = clientDisconnect();
  const answer = sender(1)('/never/abandoned', waiting);
  await eventually('the request has come', () => come.includes('/never/abandoned'));
  waiting.abandon();
  await expect(answer).rejects.toThrow('Nobody waits');
  await eventually('the connection is gone', () => gone.includes('/never/abandoned'));
});

it('is not even begun when nobody waits', async () => {
  const send = sender(1);
  const waiting = clientDisconnect();
  waiting.abandon();
  await expect(send('/not-begun', waiting)).rejects.toThrow('Nobody waits');
  // By the same connection: what was sent before would have come before.
  await send('/after-it');
  expect(come).not.toContain('/not-begun');
  expect(waiting.signal.aborted).toBe(true);
});

it('waits for a connection, and not longer than anybody waits for it', async () => {
  const send = sender(2);
  const occupying = clientDisconnect();
  const busy = ['/never/one', '/never/other'].map((path) => send(path, occupying));
  const waiting = clientDisconnect();
  const answer = send('/waits', waiting);
  const next = send('/next');
  await eventually('both connections are taken', () =>
    ['/never/one', '/never/other'].every((path) => come.includes(path)),
  );
  waiting.abandon();
  await expect(answer).rejects.toThrow('Nobody waits');
  occupying.abandon();
  await Promise.allSettled(busy);
  expect((await next).status).toBe(200);
  expect(come).not.toContain('/waits');
});
