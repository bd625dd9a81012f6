import type { FastifyInstance } from 'fastify';
import type { Site } from './site';

/** Addresses by which a page asks two minutes before the session's end, and what people see after it. */
export function registerSessionPages(app: FastifyInstance, site: Site): void {
  app.get('/session', { config: { isQuiet: true } }, async (request) => ({
    seconds: Math.floor((await site.sessions.msLeft(request)) / 1_000),
  }));
  app.get('/timed-out', (_request, reply) =>
    site.render(reply, 'kit/message', {
      title: 'You have been timed out',
      paragraphs: [
        'You did nothing for 30 minutes, so we deleted your answers and signed you out. This keeps them safe.',
        'If you had booked an appointment, it is still booked.',
        'If you need help now, call 111. If it is an emergency, call 999.',
      ],
      next: { href: '/', text: 'Start again' },
    }),
  );
}
