import type { FastifyInstance } from 'fastify';
import { forgetDevice } from '../device';
import { journeyOf, journeys, type PatientSite } from '../journey';

/** The start page, and the pages that say how the site works. */
export function registerAboutPages(app: FastifyInstance, site: PatientSite): void {
  app.get('/', (_request, reply) =>
    site.render(reply, 'patient/start', { title: 'Check symptoms and book a GP appointment' }),
  );
  app.post('/start-again', (request, reply) => {
    // Pages of appointments that are open in other tabs stay as they are.
    journeys.replace(request, { opened: journeyOf(request).opened });
    return reply.redirect('/who', 303);
  });
  app.get('/cookies', (_request, reply) => site.render(reply, 'patient/cookies', { title: 'Cookies' }));
  app.post('/cookies/forget', (_request, reply) => {
    forgetDevice(reply, site.sessions.isSecure);
    return site.render(reply, 'kit/message', {
      title: 'This browser is forgotten',
      back: '/cookies',
      paragraphs: ['If you start again after an emergency, we do not recognise this browser any more.'],
      next: { href: '/', text: 'Go to the start page' },
    });
  });
  for (const { path, title, paragraphs } of pages(site.sessions))
    app.get(path, (_request, reply) =>
      site.render(reply, 'kit/message', {
        title,
        paragraphs,
        next: { href: '/', text: 'Go to the start page' },
      }),
    );
}

const pages = ({ idleTime, maxTime }: PatientSite['sessions']) => [
  {
    path: '/accessibility',
    title: 'Accessibility',
    paragraphs: [
      'We want everybody to be able to use these pages. They work without JavaScript, by the keyboard alone, and on small screens.',
      'Our automatic tests find no failures of WCAG 2.2 AA. People with disabilities have not tested the pages yet.',
      `The pages that keep your answers end after ${idleTime} without activity. With JavaScript we ask you 2 minutes before, and you can stay.`,
      'An appointment time is kept for you for about 5 minutes. You can ask once for longer, and try again when the time has run out.',
      'If you cannot use a page, call 111. You can use 18001 111 with text relay.',
    ],
  },
  {
    path: '/privacy',
    title: 'Privacy',
    paragraphs: [
      `The website keeps your answers for ${idleTime} after you stop using it, and for ${maxTime} at most. It writes none of them to logs.`,
      'The words you use to say what is wrong find the symptom check. They are not part of it, and no practice receives them.',
      'A finished symptom check can be read for 7 days. One without an outcome can be read for 1 day.',
      'If you use your location, we send it to our own server only, to about 100 metres. It is kept with the symptom check.',
      'Access needs that you select find practices, and are deleted with your answers. No practice receives them, unless you write them for it.',
      'A code for another device works once, for 10 minutes. It does not show what you answered before.',
      'If a symptom check says that you need help at once, we recognise this browser for 12 hours and show you that advice again. You can have that forgotten on the page about cookies.',
      'When you book, the practice receives your name, NHS number, phone number and the words you write for it.',
    ],
  },
];
