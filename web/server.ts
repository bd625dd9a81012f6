import fastifyCompress from '@fastify/compress';
import fastifyFormbody from '@fastify/formbody';
import fastifyHelmet from '@fastify/helmet';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import { ApiFailure, publicApi, type ApiAddress, type ApiFailureKind } from './kit/api';
import { registerAssets } from './kit/assets';
import { registerInstallable } from './kit/installable';
import type { Part } from './kit/part';
import { registerSessionPages } from './kit/session-routes';
import { createSessions, createShelf, type SessionStore } from './kit/session';
import type { ProviderName, ProviderSettings } from './kit/sign-in/provider-client';
import { signInRefusal, type SignInRefusal } from './kit/sign-in/refusals';
import { registerSignIn } from './kit/sign-in/sign-in';
import { createRender, type Render, type Site } from './kit/site';
import { registerVisits, signInFirst } from './kit/visit';
import { insightPages } from './insight/insight-pages';
import { operatorPages } from './operator/operator-pages';
import { patientPages } from './patient/patient-pages';
import { practicePages } from './practice/practice-pages';

/** A console for other readers is one more of these. */
const PARTS: readonly Part[] = [patientPages, practicePages, operatorPages, insightPages];

export interface WebOptions {
  /** The built website (`npm run build`): views, styles and scripts. */
  folder: string;
  api: ApiAddress;
  /** The API's explorer, to which pages for analysts link; undefined: its address for people is not known. */
  explorerUrl?: string | undefined;
  /** Number of the operator's own proxies in front of this server, each of which adds to X-Forwarded-For. */
  proxies: number;
  /** True where the content is a demonstration: each page says so. */
  isDemonstration: boolean;
  host: string;
  /** 0 takes any that is free. */
  port: number;
  /** Address at which people reach the site; undefined: the one at which it listens. */
  publicUrl: string | undefined;
  /** Providers by which people sign in; the website's own address is added to `callback`. */
  providers: Readonly<Record<ProviderName, Provider>>;
  session: { store: SessionStore; key: string; idleMinutes: number; maxHours: number };
  /** Takes the error of a page that could not be shown, for the log. */
  onFailure(error: unknown): void;
  now: () => Date;
}

/** Undefined `redirectUri`: this site's own address. */
export type Provider = Omit<ProviderSettings, 'redirectUri'> & { redirectUri: string | undefined };

export interface RunningWebsite {
  url: string;
  close(): Promise<void>;
}

/** A form of this site is far smaller. */
const BODY_BYTES = 16_384;

export async function startWebsite(options: WebOptions): Promise<RunningWebsite> {
  const { isDemonstration, now } = options;
  const app = fastify({
    bodyLimit: BODY_BYTES,
    requestTimeout: 30_000,
    trustProxy: (_address, hop) => hop < options.proxies,
    forceCloseConnections: true,
  });
  const address = { url: options.publicUrl ?? `http://${options.host}` };
  await registerPlugins(app, options);
  const { folder } = registerAssets(app, options.folder);
  const filters = Object.assign({}, ...PARTS.map((part) => part.filters)) as Part['filters'];
  const sessions = createSessions({ ...options.session, publicUrl: address.url, now });
  const site: Site = {
    api: publicApi(options.api),
    sessions,
    shelf: createShelf(options.session),
    render: createRender({
      folder: options.folder,
      assetFolder: folder,
      filters,
      sessions,
      isDemonstration,
      now,
    }),
    noteFailure: options.onFailure,
    explorerUrl: options.explorerUrl,
    now,
    isDemonstration,
  };
  registerErrorPages(app, site, options.onFailure);
  registerInstallable(app, site, options.folder);
  await app.register(async (pages) => {
    registerVisits(pages, site, (reply) => showRefusal(site.render, reply, signInRefusal('WRONG_FORM', '/')));
    registerSessionPages(pages, site);
    for (const part of PARTS)
      await pages.register((own) => {
        part.register(own, site);
        return Promise.resolve();
      });
  });
  await app.register((signIn) =>
    registerSignIn(signIn, {
      sessions: site.sessions,
      providers: () => withAddress(options.providers, address.url),
      publicUrl: address.url,
      now,
      keptPages: (pages) => PARTS.reduce((kept, part) => part.forgetPerson(kept), pages),
      refuse: (reply, refusal) => showRefusal(site.render, reply, refusal),
    }),
  );
  const url = await app.listen({ host: options.host, port: options.port });
  if (options.publicUrl === undefined) address.url = url;
  return { url: address.url, close: () => app.close() };
}

function withAddress(
  providers: WebOptions['providers'],
  url: string,
): Readonly<Record<ProviderName, ProviderSettings>> {
  const one = (provider: Provider): ProviderSettings => ({
    ...provider,
    redirectUri: provider.redirectUri ?? `${url}/sign-in/callback`,
  });
  return { 'nhs-login': one(providers['nhs-login']), cis2: one(providers.cis2) };
}

async function registerPlugins(app: FastifyInstance, { publicUrl, providers }: WebOptions): Promise<void> {
  // A form that is sent after the person was signed out leads to the provider by a redirect, which Chromium checks, too.
  const signIn = Object.values(providers).map(({ issuer }) => new URL(issuer).origin);
  await app.register(fastifyHelmet, {
    enableCSPNonces: true,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        manifestSrc: ["'self'"],
        connectSrc: ["'self'"],
        formAction: ["'self'", ...new Set(signIn)],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: publicUrl?.startsWith('https:') === true,
  });
  await app.register(fastifyCompress, { threshold: 1_024 });
  await app.register(fastifyFormbody, { bodyLimit: BODY_BYTES });
}

const failures = (
  idleTime: string,
): Readonly<
  Record<Exclude<ApiFailureKind, 'SIGN_IN_REQUIRED'>, { status: number; title: string; text: string }>
> => ({
  NOT_ALLOWED: {
    status: 403,
    title: 'You cannot see this page',
    text: 'You have signed in as someone who may not see it.',
  },
  TOO_MANY_REQUESTS: {
    status: 429,
    title: 'Too many people are using this service',
    text: `Wait a minute, then try again. Your answers are kept for ${idleTime}.`,
  },
  UNAVAILABLE: {
    status: 503,
    title: 'Sorry, there is a problem with the service',
    text: `Try again in a few minutes. Your answers are kept for ${idleTime}.`,
  },
});
const HELP_NOW = 'If you need help now, call 111. If it is an emergency, call 999.';
const START = { href: '/', text: 'Go to the start page' };

function registerErrorPages(
  app: FastifyInstance,
  { render, sessions }: Site,
  onFailure: WebOptions['onFailure'],
): void {
  app.setNotFoundHandler((_request, reply) =>
    render(reply.code(404), 'kit/message', {
      title: 'Page not found',
      paragraphs: ['If you typed the address, check that it is correct.'],
      next: START,
    }),
  );
  app.setErrorHandler((error: Partial<FastifyError> & Error, request, reply) => {
    const kind = error instanceof ApiFailure ? error.kind : 'UNAVAILABLE';
    if (kind === 'SIGN_IN_REQUIRED') return signInFirst(request, reply);
    const clientError = error.statusCode !== undefined && error.statusCode < 500;
    if (!clientError) onFailure(error);
    const { status, title, text } = failures(sessions.idleTime)[kind];
    return render(reply.code(clientError ? (error.statusCode ?? 400) : status), 'kit/message', {
      title,
      paragraphs: [text, HELP_NOW],
      next: START,
    });
  });
}

function showRefusal(render: Render, reply: FastifyReply, { status, title, message, next }: SignInRefusal) {
  return render(reply.code(status), 'kit/message', {
    title,
    paragraphs: [message],
    next: next === '/' ? START : { href: next, text: 'Try again' },
  });
}
