import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ApiFailure, type ApiFailureKind } from '../kit/api';
import type { SignedIn } from '../kit/session';
import type { Site } from '../kit/site';
import { callerOf, pageData, personOf, signInFirst, type SignInWay } from '../kit/visit';
import type { Analyst, InsightApi } from './api';

/** Questions of one session that are listed again; the oldest is forgotten. */
const MAX_ASKED = 10;

const InsightData = z.object({
  /** Queries of the addresses of questions that were answered, the latest first. */
  asked: z.array(z.string()).max(MAX_ASKED).optional(),
});

export const insightData = pageData('insight', InsightData);

/** The site as the pages of analysts use it. */
export interface InsightSite extends Site {
  insight: InsightApi;
}

export const HOME = '/insight';

export function analystOf(site: Site, request: FastifyRequest): Analyst {
  const person = personOf(request, site.now(), 'analyst');
  return { caller: callerOf(request, site.now(), 'analyst'), subject: person?.subject ?? '' };
}

/** Keeps a question for the list of those that were asked. */
export function keepAsked(request: FastifyRequest, query: string): void {
  const data = insightData.of(request);
  data.asked = [query, ...(data.asked ?? []).filter((one) => one !== query)].slice(0, MAX_ASKED);
}

/** Lets analysts in; leads others to signing in, and tells those who are somebody else, in words, where to go. */
export function letAnalystsIn(app: FastifyInstance, site: InsightSite): void {
  app.addHook('preHandler', async (request, reply) => {
    const kind = personOf(request, site.now(), 'patient', 'staff', 'operator', 'analyst')?.kind;
    if (kind === 'analyst') return;
    return kind === undefined ? signInFirst(request, reply, WAY) : refuse(site, reply, kind);
  });
  app.setErrorHandler((error, request, reply) => {
    if (!(error instanceof ApiFailure)) throw error;
    if (error.kind === 'SIGN_IN_REQUIRED') return signInFirst(request, reply, WAY);
    if (error.kind === 'NOT_ALLOWED') return refuse(site, reply, 'staff');
    site.noteFailure(error);
    return showFailure(site, request, reply, error.kind);
  });
}

const WAY: SignInWay = { home: HOME, as: 'staff' };

const REFUSALS: Readonly<
  Record<Exclude<SignedIn['kind'], 'analyst'>, { text: string; next: { href: string; text: string } }>
> = {
  patient: {
    text: 'You have signed in as a patient.',
    next: { href: '/appointments', text: 'Go to your appointments' },
  },
  staff: {
    text: 'You have signed in as somebody who works at a practice.',
    next: { href: '/practice', text: 'Go to your practice’s pages' },
  },
  operator: {
    text: 'You have signed in as an operator of the service.',
    next: { href: '/operator', text: 'Go to the operator’s pages' },
  },
};

function refuse(site: Site, reply: FastifyReply, kind: Exclude<SignedIn['kind'], 'analyst'>): FastifyReply {
  const { text, next } = REFUSALS[kind];
  return site.render(reply.code(403), 'kit/message', {
    title: 'These pages are for analysts',
    paragraphs: [
      text,
      'Statistics are for analysts of the NHS. If you are one, sign out and sign in with that role.',
    ],
    next,
  });
}

const FAILURES: Readonly<
  Record<
    Extract<ApiFailureKind, 'UNAVAILABLE' | 'TOO_MANY_REQUESTS'>,
    { status: number; title: string; text: string }
  >
> = {
  UNAVAILABLE: {
    status: 503,
    title: 'Sorry, statistics cannot be shown at the moment',
    text: 'The service did not answer. Your question is in the address of this page. Try again in a few minutes.',
  },
  TOO_MANY_REQUESTS: {
    status: 429,
    title: 'You have asked for a lot in a short time',
    text: 'Wait a minute, then try again. Your question is in the address of this page.',
  },
};

function showFailure(
  site: Site,
  request: FastifyRequest,
  reply: FastifyReply,
  kind: keyof typeof FAILURES,
): FastifyReply {
  const { status, title, text } = FAILURES[kind];
  return site.render(reply.code(status), 'kit/message', {
    title,
    paragraphs: [text],
    next: { href: request.method === 'GET' ? request.url : HOME, text: 'Try again' },
  });
}
