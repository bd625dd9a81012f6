import { join } from 'node:path';
import { memorySessionStore, type SessionStore } from '../../web/kit/session';
import { startWebsite, type RunningWebsite } from '../../web/server';

const now = () => new Date();
/** Nothing listens there: a page that needs the API fails. */
const NOWHERE = 'http://127.0.0.1:1';
const PROVIDER = {
  issuer: NOWHERE,
  clientId: '',
  privateKey: '',
  redirectUri: undefined,
  scope: '',
  vtr: [],
  timeoutMs: 1,
};

describe('pages of a website whose API does not answer, and whose sessions are short', () => {
  let site: RunningWebsite;
  const memory = memorySessionStore(now);
  /** Names under which the website has kept something so far. */
  const kept = new Set<string>();
  const store: SessionStore = {
    ...memory,
    set(name, value, ttlMs) {
      kept.add(name);
      return memory.set(name, value, ttlMs);
    },
  };
  beforeAll(async () => {
    site = await startWebsite({
      folder: join(__dirname, '..', '..', 'dist', 'web'),
      api: { url: NOWHERE, frontEndKey: undefined },
      proxies: 0,
      isDemonstration: false,
      host: '127.0.0.1',
      port: 0,
      publicUrl: undefined,
      providers: { 'nhs-login': PROVIDER, cis2: PROVIDER },
      session: { store, key: 'k'.repeat(32), idleMinutes: 7, maxHours: 1 },
      onFailure: () => undefined,
      now,
    });
  });
  afterAll(() => site.close());

  it.each([
    ['/accessibility', [/end after 7 minutes without/]],
    ['/privacy', [/for 7 minutes after you stop/, /for 1 hour at most/]],
    ['/cookies', [/7 minutes after you stop, or after 1 hour\s*</]],
    ['/timed-out', [/nothing for 7 minutes, and after 1 hour in any case/]],
    ['/offline', [/your answers for 7 minutes/]],
  ])('say on %s how long a session is', async (path, words) => {
    const page = await (await fetch(site.url + path)).text();
    for (const one of words) expect(page).toMatch(one);
    expect(page).not.toMatch(/30 minutes/);
  });

  it('keep no session of somebody who only looks, who can send a form all the same', async () => {
    kept.clear();
    for (const path of ['/', '/who', '/cookies', '/practice'])
      await fetch(site.url + path, { redirect: 'manual' });
    const send = await visitor();
    const started = await send('/start-again', {});
    expect([started.status, started.headers.get('location'), kept.size]).toEqual([303, '/who', 0]);
    const answered = await send('/who', { who: 'SELF' });
    expect([answered.status, answered.headers.get('location'), kept.size]).toEqual([303, '/age', 1]);
    // The first page's cookie leads to what was kept meanwhile, as in two tabs at once.
    const sex = await send('/age', { 'dob-day': '1', 'dob-month': '2', 'dob-year': '1990' });
    expect([sex.headers.get('location'), kept.size]).toEqual(['/sex', 1]);
    expect((await send('/who', { who: 'SELF', _csrf: 'x'.repeat(43) })).status).toBe(403);
  });

  it('take no cookie that the site has not made', async () => {
    kept.clear();
    const forged = await fetch(`${site.url}/`, { headers: { cookie: `session=${'a.'.repeat(50)}` } });
    expect([forged.status, kept.size]).toEqual([200, 0]);
  });

  it('say so beside a failure', async () => {
    const send = await visitor();
    await send('/who', { who: 'SELF' });
    await send('/age', { 'dob-day': '1', 'dob-month': '2', 'dob-year': '1990' });
    await send('/sex', { sex: 'FEMALE' });
    const failed = await send('/symptoms', { words: 'earache' });
    expect([failed.status, await failed.text()]).toEqual([
      503,
      expect.stringContaining('kept for 7 minutes'),
    ]);
  });

  it('show a form with errors again with status 422', async () => {
    const send = await visitor();
    const answer = await send('/who', {});
    expect([answer.status, await answer.text()]).toEqual([
      422,
      expect.stringContaining('There is a problem'),
    ]);
  });

  /** Somebody who has opened the start page, and sends forms. */
  async function visitor() {
    const started = await fetch(`${site.url}/`);
    const cookie = started.headers.getSetCookie().join().split(';')[0] ?? '';
    const csrf = /name="_csrf" value="([^"]+)"/.exec(await started.text())?.[1] ?? '';
    return (path: string, fields: Record<string, string>) =>
      fetch(site.url + path, {
        method: 'POST',
        headers: { cookie },
        body: new URLSearchParams({ _csrf: csrf, ...fields }),
        redirect: 'manual',
      });
  }
});
