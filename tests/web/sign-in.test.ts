import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { memorySessionStore, redisSessionStore } from '../../web/kit/session';
import { startRedis } from '../servers';
import { cookieBrowser, type CookieBrowser } from './cookie-browser';
import { signInSite, signInWorld, type SignInSite } from './sign-in-site';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const Me = z.object({
  csrfToken: z.string(),
  pages: z.record(z.string(), z.string()),
  endsAt: z.number(),
  person: z.object({ accessToken: z.string(), kind: z.string(), mustProveMore: z.boolean() }).nullable(),
});

let world: Awaited<ReturnType<typeof signInWorld>>;
let site: SignInSite;

beforeAll(async () => {
  world = await signInWorld();
  site = await signInSite(world);
});
beforeEach(() => {
  site.clock.aheadMs = 0;
});
afterAll(async () => {
  await site.close();
  await world.provider.close();
});

test('the provider is known by an address of this machine, wherever it listens', () => {
  for (const issuer of Object.values(world.provider.issuers))
    expect(issuer).toMatch(/^http:\/\/127\.0\.0\.1:\d+\//);
});

async function me(browser: CookieBrowser, at = site.url) {
  return Me.parse(await (await browser.get(`${at}/me`)).json());
}

/** Goes to the page where one chooses a person. */
async function toProvider(browser: CookieBrowser, query = '', at = site.url): Promise<string> {
  const { response, url } = await browser.follow(await browser.get(`${at}/sign-in?next=/me${query}`));
  expect([response.status, await response.text()]).toEqual([
    200,
    expect.stringContaining('Choose who you are'),
  ]);
  return url;
}

/** Chooses, and stops at the address with which the provider sends the browser back. */
async function choose(browser: CookieBrowser, page: string, form: Record<string, string>, at = site.url) {
  const chosen = await browser.post(page, form);
  return (await browser.follow(chosen, (url) => url.startsWith(`${at}/sign-in/callback`))).url;
}

async function signIn(browser: CookieBrowser, person: string, query = '', at = site.url): Promise<Response> {
  const callback = await choose(browser, await toProvider(browser, query, at), { person }, at);
  return browser.get(callback);
}

async function siteOverRedis() {
  const server = await startRedis();
  if (server === null) throw new Error('redis-server is missing.');
  const redis = new Redis(server.url);
  const shared = await signInSite(world, { store: redisSessionStore(redis) });
  const close = async () => {
    await shared.close();
    await redis.quit();
    await server.stop();
  };
  return { shared, close };
}

const STAFF = '&as=staff';

describe('signing in', () => {
  it.each([
    ['parent', '', 'patient', { kind: 'patient', proofing: 'P9', actsFor: [{ givenName: 'Sam' }] }],
    ['parent-of-twins', '', 'patient', { actsFor: [{ givenName: 'Tim' }, { givenName: 'Tom' }] }],
    ['unregistered', '', 'patient', { self: { registeredPractice: undefined } }],
    ['p5', '', 'patient', { proofing: 'P5' }],
    [
      'practice',
      STAFF,
      'staff',
      { kind: 'practice-staff', practice: 'Z90001', roleCode: 'S8001:G8005:R8008' },
    ],
    ['receptionist', STAFF, 'staff', { kind: 'practice-staff', roleCode: 'S8001:G8006:R8010' }],
    ['operator', STAFF, 'operator', { kind: 'operator' }],
    ['analyst', STAFF, 'analyst', { kind: 'analyst' }],
  ])('as %s gives a token that the gateway accepts', async (person, query, kind, caller) => {
    const browser = cookieBrowser();
    const back = await signIn(browser, person, query);
    expect([back.status, back.headers.get('location')]).toEqual([303, '/me']);
    const { person: found } = await me(browser);
    expect(found).toMatchObject({ kind, mustProveMore: person === 'p5' });
    await expect(world.identify(`Bearer ${found?.accessToken}`)).resolves.toMatchObject(caller);
  });

  it('keeps the symptom check, renews the id and form token, and shows no token to the browser', async () => {
    const browser = cookieBrowser();
    await browser.get(`${site.url}/keep`);
    const before = { id: browser.cookies.get('session') ?? '', ...(await me(browser)) };
    await signIn(browser, 'parent');
    const after = await me(browser);
    expect(after.pages).toEqual({ symptomCheck: 'half-way' });
    expect(after.csrfToken).not.toBe(before.csrfToken);
    expect(browser.cookies.get('session')).not.toBe(before.id);
    // Somebody who had planted the id has nothing by it.
    const planter = cookieBrowser(new Map([['session', before.id]]));
    expect(await me(planter)).toMatchObject({ person: null, pages: {} });
    expect([...browser.cookies.values()].join()).not.toContain(after.person?.accessToken);
  });

  it('goes to the first page where none is named', async () => {
    const browser = cookieBrowser();
    const { url } = await browser.follow(await browser.get(`${site.url}/sign-in`));
    const back = await browser.get(await choose(browser, url, { person: 'patient' }));
    expect([back.status, back.headers.get('location')]).toEqual([303, '/']);
  });

  it('takes no id that it has not made itself', async () => {
    const browser = cookieBrowser(new Map([['session', 'a'.repeat(43)]]));
    await browser.get(`${site.url}/keep`);
    expect(browser.cookies.get('session')).not.toBe('a'.repeat(43));
  });

  it('asks a patient at P5 to prove more, and then is at P9', async () => {
    const browser = cookieBrowser();
    await signIn(browser, 'p5');
    const page = await toProvider(browser, '&level=P9');
    const proving = await browser.post(page, { person: 'p5' });
    expect(await proving.text()).toContain('Prove who you are');
    await browser.get(await choose(browser, page, { person: 'p5', proved: 'yes' }));
    const { person } = await me(browser);
    expect(person).toMatchObject({ mustProveMore: false });
    await expect(world.identify(`Bearer ${person?.accessToken}`)).resolves.toMatchObject({
      proofing: 'P9',
      self: { givenName: 'Paula' },
    });
  });

  it('goes on in two tabs at once', async () => {
    const browser = cookieBrowser();
    const [one, other] = [await toProvider(browser), await toProvider(browser)];
    const callbacks = [
      await choose(browser, one, { person: 'patient' }),
      await choose(browser, other, { person: 'parent' }),
    ];
    const statuses = [];
    for (const callback of callbacks) statuses.push((await browser.get(callback)).status);
    expect(statuses).toEqual([303, 303]);
    const { person } = await me(browser);
    await expect(world.identify(`Bearer ${person?.accessToken}`)).resolves.toMatchObject({
      actsFor: [{ givenName: 'Sam' }],
    });
  });
});

describe('a sign-in that is refused', () => {
  it.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/..//evil.example',
    'me',
    'javascript:alert(1)',
    '/\r\nset-cookie: a=b',
    `/${'x'.repeat(2_000)}`,
  ])('never goes on to %j', async (next) => {
    const response = await cookieBrowser().get(`${site.url}/sign-in?next=${encodeURIComponent(next)}`);
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { reason: 'WRONG_NEXT', next: '/' },
    ]);
  });

  it('by the person: words, and a way to try again with the page they wanted', async () => {
    const browser = cookieBrowser();
    const callback = await choose(browser, await toProvider(browser), { refuse: 'yes' });
    expect(callback).toContain('error=access_denied&error_description=ConsentNotGiven');
    const response = await browser.get(callback);
    expect([response.status, await response.json()]).toMatchObject([
      403,
      { reason: 'NOT_SHARED', title: 'You are not signed in', next: '/sign-in?next=%2Fme' },
    ]);
    expect((await me(browser)).person).toBeNull();
  });

  it.each([
    ['login_required', 403, 'LOGIN_REQUIRED'],
    ['server_error', 503, 'PROVIDER_ERROR'],
    ['temporarily_unavailable', 503, 'PROVIDER_ERROR'],
  ])('by the provider with %s', async (error, status, reason) => {
    const browser = cookieBrowser();
    const callback = new URL(await choose(browser, await toProvider(browser), { refuse: 'yes' }));
    callback.searchParams.set('error', error);
    const response = await browser.get(callback.href);
    expect([response.status, await response.json()]).toMatchObject([status, { reason }]);
  });

  it('with the state of another browser, which is not signed in by it', async () => {
    const [attacker, victim] = [cookieBrowser(), cookieBrowser()];
    await victim.get(`${site.url}/sign-in?next=/me`);
    const callback = await choose(attacker, await toProvider(attacker), { person: 'patient' });
    const response = await victim.get(callback);
    expect([response.status, await response.json()]).toMatchObject([400, { reason: 'UNKNOWN_ATTEMPT' }]);
    expect((await me(victim)).person).toBeNull();
  });

  it('when the same address is opened again', async () => {
    const browser = cookieBrowser();
    const callback = await choose(browser, await toProvider(browser), { person: 'patient' });
    expect((await browser.get(callback)).status).toBe(303);
    const again = await browser.get(callback);
    expect([again.status, await again.json()]).toMatchObject([400, { reason: 'UNKNOWN_ATTEMPT' }]);
    expect((await me(browser)).person).not.toBeNull();
  });

  it('with the code of another attempt, or one that was used', async () => {
    const browser = cookieBrowser();
    const used = new URL(await choose(browser, await toProvider(browser), { person: 'patient' }));
    await browser.get(used.href);
    const fresh = new URL(await choose(browser, await toProvider(browser), { person: 'patient' }));
    fresh.searchParams.set('code', used.searchParams.get('code') ?? '');
    const response = await browser.get(fresh.href);
    expect([response.status, await response.json()]).toMatchObject([400, { reason: 'CODE_REFUSED' }]);
  });

  it('when the provider does not answer in time, or is not there', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const lost = await signInSite(world, {
      providers: { issuer: `http://127.0.0.1:${port}/nhs-login`, timeoutMs: 50 },
    });
    const ask = async () => (await cookieBrowser().get(`${lost.url}/sign-in?next=/me`)).json();
    const waited = await ask();
    silent.closeAllConnections();
    silent.close();
    await once(silent, 'close');
    const gone = await ask();
    await lost.close();
    expect([waited, gone]).toMatchObject([
      { reason: 'PROVIDER_UNREACHABLE' },
      { reason: 'PROVIDER_UNREACHABLE' },
    ]);
  });
});

describe('the provider', () => {
  it.each(['state', 'nonce', 'vtr', 'code_challenge'])('compels %s', async (parameter) => {
    const begun = await cookieBrowser().get(`${site.url}/sign-in?next=/me`);
    const url = new URL(begun.headers.get('location') ?? '');
    url.searchParams.delete(parameter);
    const answer = await cookieBrowser().get(url.href);
    const refused = answer.status === 400 ? await answer.text() : (answer.headers.get('location') ?? '');
    expect(refused).toContain('invalid_request');
  });
});

describe('a session', () => {
  it('ends after 30 minutes without activity, and stays when somebody says so', async () => {
    const browser = cookieBrowser();
    await signIn(browser, 'patient');
    site.clock.aheadMs = 29 * MINUTE_MS;
    const { csrfToken, endsAt } = await me(browser);
    expect(Math.round(endsAt / MINUTE_MS)).toBe(1);
    const stayed = await browser.post(`${site.url}/session/stay`, { _csrf: csrfToken, next: '/me' });
    expect([stayed.status, stayed.headers.get('location')]).toEqual([303, '/me']);
    site.clock.aheadMs = 58 * MINUTE_MS;
    expect((await me(browser)).person).not.toBeNull();
    site.clock.aheadMs = 60 * MINUTE_MS;
    expect((await me(browser)).person).toBeNull();
  });

  it('ends after 12 hours however busy', async () => {
    const browser = cookieBrowser();
    await browser.get(`${site.url}/keep`);
    for (let minutes = 0; minutes < 12 * 60; minutes += 20) {
      site.clock.aheadMs = minutes * MINUTE_MS;
      const { csrfToken, pages } = await me(browser);
      expect(pages).toEqual({ symptomCheck: 'half-way' });
      await browser.post(`${site.url}/session/stay`, { _csrf: csrfToken });
    }
    site.clock.aheadMs = 12 * HOUR_MS;
    expect((await me(browser)).pages).toEqual({});
  });

  it('ends at sign-out, for whoever had its id, too', async () => {
    const browser = cookieBrowser();
    await signIn(browser, 'patient');
    const copy = cookieBrowser(new Map(browser.cookies));
    const forged = await browser.post(`${site.url}/sign-out`, { _csrf: 'forged' });
    expect([forged.status, await forged.json()]).toMatchObject([403, { reason: 'WRONG_FORM' }]);
    const out = await browser.post(`${site.url}/sign-out`, { _csrf: (await me(browser)).csrfToken });
    expect([out.status, out.headers.get('location')]).toEqual([303, '/']);
    expect(browser.cookies.has('session')).toBe(false);
    expect((await me(copy)).person).toBeNull();
  });

  it.each([
    ['in memory', () => Promise.resolve({ shared: site, close: () => Promise.resolve() })],
    ['in Redis', siteOverRedis],
  ])('is not brought back by a page that was being made when it ended, %s', async (_where, open) => {
    const { shared, close } = await open();
    const browser = cookieBrowser();
    await signIn(browser, 'patient', '', shared.url);
    const copy = cookieBrowser(new Map(browser.cookies));
    const { csrfToken } = await me(browser, shared.url);
    const begun = once(shared.slow, 'begun');
    const page = copy.get(`${shared.url}/slow`);
    await begun;
    await browser.post(`${shared.url}/sign-out`, { _csrf: csrfToken });
    shared.slow.emit('done');
    const late = await page;
    const { person } = await me(copy, shared.url);
    await close();
    expect([late.status, late.headers.getSetCookie(), person]).toEqual([200, [], null]);
  });

  it('has a cookie for this host alone where the site is https', async () => {
    const secure = await signInSite(world, { publicUrl: 'https://booking.example' });
    const response = await cookieBrowser().get(`${secure.url}/keep`);
    await secure.close();
    expect(response.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/),
    ]);
  });

  it('is bounded in number where it is kept in memory', async () => {
    const store = memorySessionStore(() => new Date(), 2);
    for (const name of ['one', 'two', 'three']) await store.set(name, 'x', MINUTE_MS);
    const kept = await Promise.all(['one', 'two', 'three'].map((name) => store.get(name)));
    expect(kept).toEqual([null, 'x', 'x']);
  });

  it('is shared by processes through Redis, which sees neither id nor token', async () => {
    const server = await startRedis();
    if (server === null) throw new Error('redis-server is missing.');
    const redis = new Redis(server.url);
    const sites = await Promise.all([0, 1].map(() => signInSite(world, { store: redisSessionStore(redis) })));
    const [one, other] = [sites[0]?.url ?? '', sites[1]?.url ?? ''];
    const browser = cookieBrowser();
    await signIn(browser, 'parent', '', one);
    const { person, csrfToken } = await me(browser, other);
    const keys = await redis.keys('*');
    const kept = `${keys.join()} ${(await redis.mget(keys)).join()}`;
    const lifetimes = await Promise.all(keys.map((key) => redis.pttl(key)));
    await browser.post(`${other}/sign-out`, { _csrf: csrfToken });
    const left = await redis.keys('*');
    await Promise.all(sites.map((each) => each.close()));
    await redis.quit();
    await server.stop();
    expect(person?.kind).toBe('patient');
    expect(keys).toHaveLength(1);
    for (const secret of [browser.cookies.get('session'), person?.accessToken, csrfToken])
      if (secret !== undefined) expect(kept).not.toContain(secret);
    expect(lifetimes.every((ms) => ms > 0 && ms <= 30 * MINUTE_MS)).toBe(true);
    expect(left).toEqual([]);
  });
});
