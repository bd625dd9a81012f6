import fastifyCompress from '@fastify/compress';
import fastifyCookie from '@fastify/cookie';
import fastifyCsrf from '@fastify/csrf-protection';
import fastifyFormbody from '@fastify/formbody';
import fastifyHelmet from '@fastify/helmet';
import fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { loggableError } from '../domain/loggable-error';
import { ApiFailure, createApi } from './api';
import { registerAssets } from './assets';
import { registerAboutPages } from './pages/about';
import { registerBookingPages } from './pages/booking';
import { registerCheckPages } from './pages/symptom-check';
import { registerManagePages } from './pages/my-appointments';
import { registerPersonPages } from './pages/person';
import { registerSignIn, type DemoCaller } from './sign-in/routes';
import { sessionsInMemory } from './visitor-sessions';
import { registerVisits } from './visit';
import { createRender, type Site } from './site';

export interface WebOptions {
  /** Address of the public GraphQL endpoint. */
  apiUrl: string;
  host: string;
  /** 0 takes any that is free. */
  port: number;
  /** True where people reach the site by https. */
  secure: boolean;
  /** Invented people as whom anybody may sign in; undefined outside the simulation. */
  demoCallers: readonly DemoCaller[] | undefined;
  logger: Logger;
  now: () => Date;
}

export interface RunningWebsite {
  url: string;
  close(): Promise<void>;
}

/** A form of this site is far smaller. */
const BODY_BYTES = 16_384;

export async function startWebsite(options: WebOptions): Promise<RunningWebsite> {
  const app = fastify({ bodyLimit: BODY_BYTES, requestTimeout: 30_000 });
  await registerPlugins(app, options.secure);
  const { folder } = await registerAssets(app);
  const site: Site = {
    api: createApi(options.apiUrl),
    sessions: sessionsInMemory(options.now),
    render: createRender(folder),
    now: options.now,
  };
  registerErrorPages(app, site, options.logger);
  await app.register((pages) => {
    registerVisits(pages, site, options.secure);
    registerAboutPages(pages, site);
    registerPersonPages(pages, site);
    registerCheckPages(pages, site);
    registerBookingPages(pages, site);
    registerManagePages(pages, site);
    registerSignIn(pages, { ...site, demoCallers: options.demoCallers });
    return Promise.resolve();
  });
  const url = await app.listen({ host: options.host, port: options.port });
  return { url, close: () => app.close() };
}

async function registerPlugins(app: FastifyInstance, secure: boolean): Promise<void> {
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
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: secure,
  });
  await app.register(fastifyCompress, { threshold: 1_024 });
  await app.register(fastifyFormbody, { bodyLimit: BODY_BYTES });
  await app.register(fastifyCookie);
  await app.register(fastifyCsrf, {
    cookieKey: secure ? '__Host-csrf' : 'csrf',
    cookieOpts: { path: '/', httpOnly: true, sameSite: 'lax', secure },
  });
}

function registerErrorPages(app: FastifyInstance, site: Site, logger: Logger): void {
  app.setNotFoundHandler((_request, reply) =>
    site.render(reply.code(404), 'message', {
      title: 'Page not found',
      paragraphs: ['If you typed the address, check that it is correct.'],
      next: { href: '/', text: 'Go to the start page' },
    }),
  );
  app.setErrorHandler((error: Partial<FastifyError> & Error, request, reply) => {
    if (error instanceof ApiFailure && error.kind === 'SIGN_IN_REQUIRED')
      return reply.redirect(`/sign-in?next=${encodeURIComponent(request.routeOptions.url ?? '/')}`, 303);
    if (error.code?.startsWith('FST_CSRF') === true)
      return site.render(reply.code(403), 'message', {
        title: 'Start this page again',
        paragraphs: ['This page was open for too long, so nothing was sent.'],
        next: { href: '/', text: 'Go to the start page' },
      });
    logger.error({ err: loggableError(error) }, 'a page could not be shown');
    return site.render(reply.code(503), 'message', {
      title: 'Sorry, there is a problem with the service',
      paragraphs: [
        'Try again in a few minutes. Your answers are kept for 30 minutes.',
        'If you need help now, call 111. If it is an emergency, call 999.',
      ],
      next: { href: '/', text: 'Go to the start page' },
    });
  });
}
