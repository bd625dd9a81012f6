import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Journey } from './journey';
import { newSessionId, SESSION_MAX_MS, type Session } from './visitor-sessions';
import type { Site } from './site';

export interface Visit {
  id: string;
  session: Session;
}

declare module 'fastify' {
  interface FastifyRequest {
    visit: Visit | null;
  }
}

export function visitOf(request: FastifyRequest): Visit {
  if (request.visit === null) throw new Error('This route has no session.');
  return request.visit;
}

export const journeyOf = (request: FastifyRequest): Journey => visitOf(request).session.journey;

export function tokenOf(request: FastifyRequest, now: Date): string | undefined {
  const { person } = visitOf(request).session;
  return person !== undefined && person.expiresAt > now.getTime() ? person.accessToken : undefined;
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

/** Reads each visitor's session before a page, and keeps it afterwards; forms need the site's own token. */
export function registerVisits(app: FastifyInstance, site: Site, secure: boolean): void {
  const cookie = secure ? '__Host-session' : 'session';
  app.decorateRequest('visit', null);
  app.addHook('onRequest', async (request) => {
    const id = request.cookies[cookie];
    const session = id === undefined ? undefined : await site.sessions.get(id);
    request.visit =
      id !== undefined && session !== undefined
        ? { id, session }
        : { id: newSessionId(), session: { startedAt: site.now().getTime(), journey: {} } };
  });
  app.addHook('preHandler', (request, reply, done) => {
    if (request.method === 'POST') app.csrfProtection(request, reply, done);
    else done();
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const { id, session } = visitOf(request);
    await site.sessions.set(id, session);
    const options = { path: '/', httpOnly: true, sameSite: 'lax' as const, secure };
    if (request.cookies[cookie] !== id)
      reply.setCookie(cookie, id, { ...options, maxAge: SESSION_MAX_MS / 1_000 });
    reply.header('cache-control', 'no-store');
    return payload;
  });
}

/** Gives the visitor a new session id, so that one known before signing in or out is worth nothing. */
export async function renewSession(request: FastifyRequest, site: Site, session: Session): Promise<void> {
  await site.sessions.delete(visitOf(request).id);
  request.visit = { id: newSessionId(), session };
}
