import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { listen, type Listening } from '../platform/http/listen';
import { staticFiles } from './static-files';

const SCRIPT = 'explorer-ABCD1234.js';

describe('staticFiles', () => {
  let server: Listening;

  beforeAll(async () => {
    const parent = mkdtempSync(join(tmpdir(), 'gp-booking-static-'));
    writeFileSync(join(parent, 'secret'), 'not to be served');
    const folder = mkdtempSync(join(parent, 'public-'));
    writeFileSync(join(folder, 'index.html'), '<p>Explorer</p>');
    writeFileSync(join(folder, SCRIPT), 'plain');
    writeFileSync(join(folder, `${SCRIPT}.gz`), gzipSync('zipped'));
    const serve = staticFiles(
      folder,
      { 'referrer-policy': 'no-referrer' },
      new Map([['made.json', '{"a":1}']]),
    );
    server = await listen(
      (request, response) => {
        serve((request.url ?? '/').slice(1), response);
      },
      { host: '127.0.0.1', port: 0 },
    );
  });

  afterAll(() => server.close());

  const get = (path: string, encoding: string) =>
    fetch(`${server.url}/${path}`, { headers: { 'accept-encoding': encoding } });

  it('answers the bare path with index.html, to be asked for again each time', async () => {
    const response = await get('', 'identity');
    expect(await response.text()).toBe('<p>Explorer</p>');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'referrer-policy': 'no-referrer',
    });
  });

  it('lets files that are named by their content be kept for a year', async () => {
    const response = await get(SCRIPT, 'identity');
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  it.each([
    ['gzip, br', 'zipped'],
    ['br', 'plain'],
    ['gzip;q=0', 'plain'],
  ])('to a client that takes %s sends the %s file', async (encoding, content) => {
    const response = await get(SCRIPT, encoding);
    expect(await response.text()).toBe(content);
    expect(response.headers.get('vary')).toBe('accept-encoding');
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  });

  it('serves texts that are made, to be asked for again each time', async () => {
    const response = await get('made.json', 'gzip');
    expect(await response.text()).toBe('{"a":1}');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-cache',
      'referrer-policy': 'no-referrer',
    });
  });

  it.each(['nothing.js', '..%2fsecret', '%2e%2e/secret'])('does not find %s', async (path) => {
    expect((await get(path, 'identity')).status).toBe(404);
  });
});
