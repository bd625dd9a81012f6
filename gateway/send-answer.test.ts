import { gzipSync } from 'node:zlib';
import { eventually } from '../domain/eventually';
import { listen, type Listening } from '../platform/http/listen';
import { answerSender } from './send-answer';

const LONG = JSON.stringify({ data: 'ä'.repeat(20_000) });
const SHORT = '{"data":null}';

describe('answerSender', () => {
  let server: Listening;
  const lengths: number[] = [];

  beforeAll(async () => {
    const send = answerSender();
    server = await listen(
      (request, response) => {
        if (request.url === '/from-elsewhere') response.setHeader('vary', 'origin');
        response.on('finish', () => lengths.push(Number(response.getHeader('content-length'))));
        void send(response, 200, request.url === '/short' ? SHORT : LONG, 'application/json');
      },
      { host: '127.0.0.1', port: 0 },
    );
  });

  afterAll(() => server.close());

  const get = (path: string, encoding: string) =>
    fetch(`${server.url}/${path}`, { headers: { 'accept-encoding': encoding } });

  it.each([
    ['long', 'gzip, deflate, br', 'gzip', LONG],
    ['long', 'br', null, LONG],
    ['long', 'gzip;q=0', null, LONG],
    ['short', 'gzip', null, SHORT],
  ])(
    'sends a %s answer to a client that takes %s with the encoding %s',
    async (path, takes, encoding, text) => {
      const response = await get(path, takes);
      expect(response.headers.get('content-encoding')).toBe(encoding);
      expect(response.headers.get('vary')).toBe(path === 'long' ? 'accept-encoding' : null);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(await response.text()).toBe(text);
    },
  );

  it('sends fewer bytes, and says how many', async () => {
    lengths.length = 0;
    await (await get('long', 'gzip')).text();
    expect(lengths).toEqual([expect.any(Number)]);
    expect(lengths[0]).toBeLessThan(1_000);
  });

  it('names the origin, too, in what an answer varies by', async () => {
    expect((await get('from-elsewhere', 'gzip')).headers.get('vary')).toBe('origin, accept-encoding');
  });

  it('holds none of many answers back: those beyond eight at once go as they are', async () => {
    const release: (() => void)[] = [];
    const send = answerSender(
      () =>
        new Promise((resolve) => {
          release.push(() => {
            resolve(gzipSync(LONG));
          });
        }),
    );
    const slow = await listen((_request, response) => void send(response, 200, LONG, 'application/json'), {
      host: '127.0.0.1',
      port: 0,
    });
    const ask = () => fetch(slow.url, { headers: { 'accept-encoding': 'gzip' } });
    const waiting = [...Array(8).keys()].map(ask);
    await eventually('eight are being compressed', () => release.length === 8);
    expect((await ask()).headers.get('content-encoding')).toBeNull();
    for (const one of release) one();
    const answers = await Promise.all(waiting);
    expect(answers.map(({ headers }) => headers.get('content-encoding'))).toEqual(Array(8).fill('gzip'));
    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(Array(8).fill(LONG));
    const later = ask();
    await eventually('there is room again', () => release.length === 9);
    release[8]!();
    expect((await later).headers.get('content-encoding')).toBe('gzip');
    await slow.close();
  });
});
