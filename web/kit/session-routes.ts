import type { FastifyInstance } from 'fastify';
import type { Site } from './site';

/** Addresses by which a page asks two minutes before the session's end, and what people see after it. */
export function registerSessionPages(app: FastifyInstance, site: Site): void {
  const { idleTime, maxTime } = site.sessions;
  app.get('/session', { config: { isQuiet: true } }, async (request) => ({
    seconds: Math.floor((await site.sessions.msLeft(request)) / 1_000),
  }));
  app.get('/timed-out', (_request, reply) =>
    site.render(reply, 'kit/message', {
      title: 'You have been timed out',
      paragraphs: [
        `We delete your answers and sign you out when you do nothing for ${idleTime}, and after ${maxTime} in any case. This keeps them safe.`,
        'If you had booked an appointment, it is still booked.',
        'If you need help now, call 111. If it is an emergency, call 999.',
      ],
      next: { href: '/', text: 'Start again' },
    }),
  );
}
