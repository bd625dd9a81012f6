import { createHmac } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { ApiFailure, type Caller } from '../kit/api';
import type { SignedIn } from '../kit/session';
import type { Site } from '../kit/site';
import { callerOf, pageData, personOf, signInFirst, visitOf, type SignInWay } from '../kit/visit';
import type { OperatorApi } from './api';

/** More open bookings than anybody works on at once; the oldest is forgotten. */
const MAX_OPENED = 50;

const ConsoleData = z.object({
  /** References of bookings that were opened, so that no address has to carry one. */
  opened: z.array(z.string()).max(MAX_OPENED).optional(),
  /** Result of the last form, which the next page shows once. */
  done: z.object({ title: z.string(), text: z.string() }).optional(),
  /** Reasons for switching, by symptom check, until they are sent. */
  reasons: z.record(z.string(), z.string()).optional(),
});

export const consoleData = pageData('operator', ConsoleData);

/** The site as the pages of operators use it. */
export interface OperatorSite extends Site {
  operator: OperatorApi;
}

export const operatorOf = (site: Site, request: FastifyRequest): Caller =>
  callerOf(request, site.now(), 'operator', 'analyst');

/** Opens a booking in this session; returns the address of its page, which says nothing about it to others. */
export function openBooking(request: FastifyRequest, reference: string): string {
  const data = consoleData.of(request);
  const others = (data.opened ?? []).filter((one) => one !== reference);
  data.opened = [...others, reference].slice(-MAX_OPENED);
  return `/operator/bookings/${nameOf(request, reference)}`;
}

/** Undefined where the address is of another session, or was forgotten. */
export function openedReference(request: FastifyRequest, name: string): string | undefined {
  return (consoleData.of(request).opened ?? []).find((reference) => nameOf(request, reference) === name);
}

function nameOf(request: FastifyRequest, reference: string): string {
  const key = visitOf(request).session.csrfToken;
  return createHmac('sha256', key).update(reference).digest('base64url').slice(0, 10);
}

/** Takes the result of the last form: it is shown once. */
export function takeDone(request: FastifyRequest): { title: string; text: string } | undefined {
  const data = consoleData.of(request);
  const { done } = data;
  data.done = undefined;
  return done;
}

const WAY: SignInWay = { home: '/operator', as: 'staff' };

declare module 'fastify' {
  interface FastifyContextConfig {
    /** True where analysts are answered, too. */
    forAnalysts?: boolean;
  }
}

/** Lets in whom docs/access.md names; says to everybody else, in words, why not and where to go. */
export function letOperatorsIn(app: FastifyInstance, site: OperatorSite): void {
  app.addHook('preHandler', async (request, reply) => {
    const { config } = request.routeOptions;
    const kinds = config.forAnalysts === true ? (['operator', 'analyst'] as const) : (['operator'] as const);
    if (personOf(request, site.now(), ...kinds) !== undefined) return;
    const somebody = personOf(request, site.now(), 'patient', 'staff', 'analyst');
    if (somebody === undefined) return signInFirst(request, reply, WAY);
    return refuse(site, reply, somebody.kind);
  });
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof ApiFailure && error.kind === 'SIGN_IN_REQUIRED')
      return signInFirst(request, reply, WAY);
    if (error instanceof ApiFailure && error.kind === 'NOT_ALLOWED') return refuse(site, reply, 'staff');
    throw error;
  });
}

const REFUSALS: Readonly<
  Record<SignedIn['kind'], { paragraphs: string[]; next: { href: string; text: string } }>
> = {
  patient: {
    paragraphs: [
      'You have signed in as a patient. These pages are for those who operate the service, and show no patient’s appointment by name.',
      'Your own appointments are on another page.',
    ],
    next: { href: '/appointments', text: 'Go to your appointments' },
  },
  staff: {
    paragraphs: [
      'You have signed in as somebody who works at a practice. These pages are for those who operate the service.',
      'If you operate the service, sign out and sign in with that role.',
    ],
    next: { href: '/practice', text: 'Go to your practice’s pages' },
  },
  analyst: {
    paragraphs: [
      'You have signed in as an analyst. Bookings, messages and symptom checks are for operators alone.',
      'You can see statistics, and whether the practices’ systems answer.',
    ],
    next: { href: '/insight', text: 'Go to the statistics' },
  },
  operator: { paragraphs: [], next: { href: '/operator', text: 'Go to the overview' } },
};

function refuse(site: Site, reply: FastifyReply, kind: SignedIn['kind']): FastifyReply {
  return site.render(reply.code(403), 'kit/message', {
    title: 'This page is for operators of the service',
    ...REFUSALS[kind],
  });
}

/** Shows one message page, such as a refusal of the API with the way on. */
export function showMessage(
  site: Site,
  reply: FastifyReply,
  message: { title: string; paragraphs: readonly string[]; next: { href: string; text: string } },
): FastifyReply {
  return site.render(reply, 'kit/message', { ...message });
}
