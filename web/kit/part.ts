import type { FastifyInstance } from 'fastify';
import type { Session } from './session';
import type { Filters, Site } from './site';

/** Pages for one kind of reader, in a folder of their own beside this one. */
export interface Part {
  /** Adds the pages; each request has a session (`visitOf`), and each form is checked before its handler runs. */
  register(app: FastifyInstance, site: Site): void;
  /** Filters of its views, beside those of `web/kit/site.ts`. */
  filters: Filters;
  /** Forgets what the session keeps for the person who was signed in before. */
  forgetPerson(pages: Session['pages']): Session['pages'];
}
