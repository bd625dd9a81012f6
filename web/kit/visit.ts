import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Caller } from './api';
import { signedIn, type Session, type SignedIn } from './session';
import type { Site } from './site';

/** One request's session, and how the data of its pages is written back. */
export interface Visit {
  session: Session;
  writers: Map<string, () => string>;
}

declare module 'fastify' {
  interface FastifyRequest {
    visit: Visit | null;
  }
  interface FastifyContextConfig {
    /** Page to come back to after signing in, where a form was sent without. */
    returnTo?: string;
    /** True where a request says nothing about a person being there: it does not keep the session alive. */
    isQuiet?: boolean;
  }
}

export function visitOf(request: FastifyRequest): Visit {
  if (request.visit === null) throw new Error('This route has no session.');
  return request.visit;
}

/**
 * Data that the pages of one part keep in the session, as JSON. Changes to the object are kept when the page has been
 * sent; data that an older release has written, and the schema no longer takes, is forgotten.
 */
export function pageData<T extends object>(name: string, schema: z.ZodType<T>) {
  const known = new WeakMap<Visit, T>();
  const parse = (text: string | undefined) => schema.safeParse(jsonOf(text)).data ?? schema.parse({});
  const replace = (request: FastifyRequest, value: T) => {
    const visit = visitOf(request);
    known.set(visit, value);
    visit.writers.set(name, () => JSON.stringify(value));
  };
  return {
    of(request: FastifyRequest): T {
      const visit = visitOf(request);
      const value = known.get(visit) ?? parse(visit.session.pages[name]);
      replace(request, value);
      return value;
    },
    replace,
    /** Returns the session's pages with this part's data changed, outside a page of it. */
    changed: (pages: Session['pages'], change: (value: T) => T): Session['pages'] =>
      pages[name] === undefined ? pages : { ...pages, [name]: JSON.stringify(change(parse(pages[name]))) },
  };
}

function jsonOf(text = '{}'): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** Returns who has signed in as one of these kinds, with a token that is still good. */
export function personOf(
  request: FastifyRequest,
  now: Date,
  ...kinds: SignedIn['kind'][]
): SignedIn | undefined {
  const person = signedIn(visitOf(request).session, now);
  return person !== undefined && kinds.includes(person.kind) ? person : undefined;
}

/** Returns whom the API is asked for: a person of one of these kinds, or somebody who has not signed in. */
export function callerOf(request: FastifyRequest, now: Date, ...kinds: SignedIn['kind'][]): Caller {
  return { token: personOf(request, now, ...kinds)?.accessToken, address: request.ip };
}

/** A part's page for those who have sent a form, and the kind of sign-in that its readers have. */
export interface SignInWay {
  home: string;
  as?: 'staff';
}

/** Leads to where people sign in, and back from there to the page that they wanted. */
export function signInFirst(
  request: FastifyRequest,
  reply: FastifyReply,
  { home, as }: SignInWay = { home: '/' },
): FastifyReply {
  const next = request.routeOptions.config.returnTo ?? (request.method === 'GET' ? request.url : home);
  return reply.redirect(
    `/sign-in?${as === undefined ? '' : `as=${as}&`}next=${encodeURIComponent(next)}`,
    303,
  );
}

/** Fields of a form; a name sent several times is a list. */
const Fields = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

export function fieldsOf(request: FastifyRequest): {
  one(name: string): string;
  all(name: string): string[];
} {
  const fields = Fields.safeParse(request.body ?? {}).data ?? {};
  const all = (name: string) => [fields[name] ?? []].flat();
  return { all, one: (name) => all(name)[0]?.trim() ?? '' };
}

const NOTHING = '{}';

/** Reads each visitor's session before a page, and keeps it afterwards; forms need the session's own token. */
export function registerVisits(app: FastifyInstance, site: Site, refuseForm: RefuseForm): void {
  app.decorateRequest('visit', null);
  app.addHook('onRequest', async (request) => {
    request.visit = { session: await site.sessions.read(request), writers: new Map() };
  });
  app.addHook('preHandler', async (request, reply) => {
    if (request.method !== 'POST') return;
    const { session } = visitOf(request);
    if (!site.sessions.isOwnForm(session, fieldsOf(request).one('_csrf'))) return refuseForm(reply);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    reply.header('cache-control', 'no-store');
    const isFailure = reply.statusCode >= 500;
    if (request.visit === null || isFailure || request.routeOptions.config.isQuiet === true) return payload;
    const { session, writers } = request.visit;
    for (const [name, write] of writers) {
      const text = write();
      // A page that has looked and kept nothing is no reason to keep a session.
      if (text !== NOTHING || session.pages[name] !== undefined) session.pages[name] = text;
    }
    await site.sessions.save(reply, session);
    return payload;
  });
}

/** Answers a form that was not made for this session. */
export type RefuseForm = (reply: FastifyReply) => FastifyReply;
