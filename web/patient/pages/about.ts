import type { FastifyInstance } from 'fastify';
import { journeys, type PatientSite } from '../journey';

/** The start page, and the pages that say how the site works. */
export function registerAboutPages(app: FastifyInstance, site: PatientSite): void {
  app.get('/', (_request, reply) =>
    site.render(reply, 'patient/start', { title: 'Check symptoms and book a GP appointment' }),
  );
  app.post('/start-again', (request, reply) => {
    journeys.replace(request, {});
    return reply.redirect('/who', 303);
  });
  app.get('/cookies', (_request, reply) =>
    site.render(reply, 'kit/message', {
      title: 'Cookies',
      paragraphs: [
        'We use 2 cookies. Both are needed for the pages to work, so we do not ask first.',
        'One remembers your answers while you use the site. It ends 30 minutes after you stop, and after 12 hours at most.',
        'The other makes sure that a form was sent from this site. It ends when you close the browser.',
        'We do not measure what you do, and nobody else does it here.',
      ],
      next: { href: '/', text: 'Go to the start page' },
    }),
  );
  app.get('/accessibility', (_request, reply) =>
    site.render(reply, 'kit/message', {
      title: 'Accessibility',
      paragraphs: [
        'We want everybody to be able to use these pages. They work without JavaScript and on small screens.',
        'Our automatic tests find no failures of WCAG 2.2 AA. People with disabilities have not tested the pages yet.',
        'If you cannot use a page, call 111. You can use 18001 111 with text relay.',
      ],
      next: { href: '/', text: 'Go to the start page' },
    }),
  );
  app.get('/privacy', (_request, reply) =>
    site.render(reply, 'kit/message', {
      title: 'Privacy',
      paragraphs: [
        'The website keeps your answers for 30 minutes after you stop using it, and for 12 hours at most. It writes none of them to logs.',
        'The words you use to say what is wrong find the symptom check. They are not part of it, and no practice receives them.',
        'A finished symptom check can be read for 7 days. One without an outcome can be read for 1 day.',
        'When you book, the practice receives your name, NHS number, phone number and the words you write for it.',
      ],
      next: { href: '/', text: 'Go to the start page' },
    }),
  );
}
