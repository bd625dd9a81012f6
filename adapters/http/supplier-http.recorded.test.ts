import nock from 'nock';
import pino from 'pino';
import { manualTimers } from '../../domain/manual-timers';
import { supplierHttp } from './supplier-http';

describe('supplierHttp under nock', () => {
  const http = supplierHttp({
    supplier: 'sandpit',
    baseUrl: 'https://sandpit.invalid/',
    limits: { concurrency: 2, requestsPerSecond: 100 },
    throttleScope: 'SUPPLIER',
    logger: pino({ level: 'silent' }),
    timers: manualTimers(),
  });
  const call = () => ({
    signal: new AbortController().signal,
    deadline: Number.POSITIVE_INFINITY,
    requestId: 'r',
    operation: 'BOOK' as const,
    practice: null,
  });
  const post = { method: 'POST', path: '/things', body: '{}', timeoutMs: 1_000 } as const;

  beforeAll(() => {
    nock.disableNetConnect();
  });
  afterAll(() => {
    nock.enableNetConnect();
    nock.restore();
  });

  it('gives recorded replies', async () => {
    const scope = nock('https://sandpit.invalid').post('/things', '{}').reply(200, 'recorded');
    expect((await http.send(post, call())).body).toBe('recorded');
    expect(scope.isDone()).toBe(true);
  });

  it('gives recorded failures', async () => {
    nock('https://sandpit.invalid')
      .post('/things')
      .replyWithError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    await expect(http.send(post, call())).rejects.toMatchObject({ fault: 'UNREACHABLE' });
  });
});
