import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { showAsk } from '../pages/ask';
import type { SignedIn } from '../visitor-sessions';
import type { FormError, Site } from '../site';
import { fieldsOf, renewSession, visitOf } from '../visit';

/** Invented person as whom anybody may sign in, in the simulation alone. */
export interface DemoCaller {
  name: string;
  description: string;
  kind: SignedIn['kind'];
  token(): Promise<string>;
}

/** Demo tokens are good for an hour; the API refuses them a little earlier than we would. */
const DEMO_TOKEN_MS = 55 * 60_000;

/** Signing in for development: a demo token by the name of an invented person, until OpenID Connect is there. */
export function registerSignIn(
  app: FastifyInstance,
  site: Site & { demoCallers: readonly DemoCaller[] | undefined },
): void {
  const { demoCallers } = site;
  app.get('/sign-in', (_request, reply) =>
    demoCallers === undefined
      ? site.render(reply.code(503), 'message', {
          title: 'You cannot sign in here yet',
          paragraphs: ['Phone your GP practice to book, or call 111.'],
          next: { href: '/', text: 'Go to the start page' },
        })
      : showCallers(site, demoCallers, reply),
  );
  app.post<{ Querystring: { next?: string } }>('/sign-in', async (request, reply) => {
    const next = pageOfThisSite(request.query.next ?? '/');
    const caller = demoCallers?.find(({ name }) => name === fieldsOf(request).one('caller'));
    if (caller === undefined)
      return showCallers(site, demoCallers ?? [], reply, [{ field: 'caller', text: 'Select a person' }]);
    const person = {
      accessToken: await caller.token(),
      expiresAt: site.now().getTime() + DEMO_TOKEN_MS,
      kind: caller.kind,
    };
    await signIn(request, site, person);
    return reply.redirect(next, 303);
  });
  app.post('/sign-out', async (request, reply) => {
    await renewSession(request, site, { startedAt: site.now().getTime(), journey: {} });
    return reply.redirect('/', 303);
  });
}

/** The symptom check goes with the person; whose it is, and what was kept for somebody else, does not. */
async function signIn(request: FastifyRequest, site: Site, person: SignedIn): Promise<void> {
  const { startedAt, journey } = visitOf(request).session;
  const check = { ...journey };
  delete check.patient;
  delete check.hold;
  delete check.bookingId;
  await renewSession(request, site, { startedAt, journey: check, person });
}

/** Returns the path if it is a page of this site, else the start page. */
export function pageOfThisSite(next: string): string {
  return /^\/(?![/\\])[\w./-]*$/.test(next) ? next : '/';
}

function showCallers(site: Site, callers: readonly DemoCaller[], reply: FastifyReply, errors?: FormError[]) {
  return showAsk(site, reply, {
    title: 'Sign in as an invented person',
    back: '/',
    hint: 'This is a demonstration: in the real service you would sign in with NHS login.',
    action: 'Sign in',
    ...(errors && { errors }),
    field: {
      kind: 'radios',
      name: 'caller',
      choices: callers.map(({ name, description }) => ({ value: name, text: description })),
      chosen: [],
    },
  });
}
