import { EventEmitter, once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fastify from 'fastify';
import { createLocalJWKSet } from 'jose';
import { DEMO_AUDIENCE, DEMO_ISSUERS, demoIssuer } from '../../demo/issuer';
import { DEMO_CLIENT_ID, demoClientKey } from '../../demo/sign-in-client';
import { startSignInProvider } from '../../demo/sign-in-provider';
import { identifier } from '../../gateway/identity/identify';
import { createSessions, memorySessionStore, signedIn, type SessionStore } from '../../web/kit/session';
import type { ProviderSettings } from '../../web/kit/sign-in/provider-client';
import { registerSignIn } from '../../web/kit/sign-in/sign-in';

export type SignInSite = Awaited<ReturnType<typeof signInSite>>;

/** The provider of the simulation, and what the gateway makes of its tokens. */
export async function signInWorld() {
  const dataDir = mkdtempSync(join(tmpdir(), 'gp-booking-'));
  const issuer = await demoIssuer(dataDir);
  const clientKey = await demoClientKey(dataDir);
  const provider = await startSignInProvider({
    host: '0.0.0.0',
    port: 0,
    issuer,
    clientKey,
    now: () => new Date(),
  });
  const keys = createLocalJWKSet(issuer.jwks);
  const kinds = ['nhs-login', 'cis2', 'client'] as const;
  const identify = identifier(
    kinds.map((kind) => ({ kind, issuer: DEMO_ISSUERS[kind], audience: DEMO_AUDIENCE, keys })),
  );
  return { provider, clientKey, identify };
}

export interface SiteOptions {
  store?: SessionStore;
  providers?: Partial<ProviderSettings>;
  publicUrl?: string;
}

/** A small website around signing in, with a clock that the test moves. */
export async function signInSite(
  { provider, clientKey }: Awaited<ReturnType<typeof signInWorld>>,
  options: SiteOptions = {},
) {
  const clock = { aheadMs: 0 };
  const now = () => new Date(Date.now() + clock.aheadMs);
  const app = fastify();
  const url = await app.listen({ port: 0, host: '127.0.0.1' }).catch(() => '');
  await app.close();
  const { port } = new URL(url);
  const publicUrl = options.publicUrl ?? url;
  const sessions = createSessions({
    store: options.store ?? memorySessionStore(now),
    key: 'a session key of the test, and long enough',
    publicUrl,
    now,
    idleMinutes: 30,
    maxHours: 12,
  });
  const settings = (name: 'nhs-login' | 'cis2'): ProviderSettings => ({
    issuer: provider.issuers[name],
    clientId: DEMO_CLIENT_ID,
    privateKey: clientKey,
    redirectUri: `${url}/sign-in/callback`,
    scope: name === 'cis2' ? 'openid nationalrbacaccess selectedrole' : 'openid profile',
    vtr: name === 'cis2' ? [] : ['P5.Cp.Cd', 'P9.Cp.Cd', 'P9.Cp.Ck', 'P9.Cm'],
    timeoutMs: 5_000,
    ...options.providers,
  });
  const site = fastify();
  await registerSignIn(site, {
    sessions,
    providers: () => ({ 'nhs-login': settings('nhs-login'), cis2: settings('cis2') }),
    keptPages: (pages) => pages,
    publicUrl,
    now,
    refuse: (reply, refusal) => reply.send(refusal),
  });
  site.get('/me', async (request, reply) => {
    const session = await sessions.read(request);
    const { csrfToken, pages } = session;
    return reply.send({
      csrfToken,
      pages,
      person: signedIn(session, now()) ?? null,
      endsAt: sessions.sessionEndsAt(session).getTime() - now().getTime(),
    });
  });
  // A page that is being made for as long as the test wants.
  const slow = new EventEmitter();
  site.get('/slow', async (request, reply) => {
    const session = await sessions.read(request);
    const isDone = once(slow, 'done');
    slow.emit('begun');
    await isDone;
    await sessions.save(reply, session);
    return reply.send({});
  });
  site.get('/keep', async (request, reply) => {
    const session = await sessions.read(request);
    session.pages.symptomCheck = 'half-way';
    await sessions.save(reply, session);
    return reply.send({});
  });
  await site.listen({ port: Number(port), host: '127.0.0.1' });
  return { url, clock, slow, close: () => site.close() };
}
