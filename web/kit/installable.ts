import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Site } from './site';

const MANIFEST = {
  name: 'Check symptoms and book a GP appointment',
  short_name: 'Book a GP',
  id: '/',
  start_url: '/',
  display: 'standalone',
  background_color: '#f0f4f5',
  theme_color: '#005eb8',
  icons: [
    { src: '/assets/images/nhsuk-icon-192.png', sizes: '192x192', type: 'image/png', purpose: 'any' },
    { src: '/assets/images/nhsuk-icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'any' },
  ],
};

/** Lets a phone install the site, which then says what to do in an emergency when there is no network. */
export function registerInstallable(app: FastifyInstance, site: Site, built: string): void {
  const worker = readFileSync(join(built, 'browser', 'service-worker.js'), 'utf8');
  app.get('/manifest.webmanifest', (_request, reply) =>
    reply.type('application/manifest+json').header('cache-control', 'public, max-age=3600').send(MANIFEST),
  );
  app.get('/sw.js', (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').header('cache-control', 'no-cache').send(worker),
  );
  app.get('/offline', (_request, reply) => site.render(reply, 'kit/offline', { title: 'You are offline' }));
}
