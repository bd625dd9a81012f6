import { join } from 'node:path';
import type { FastifyReply } from 'fastify';
import nunjucks from 'nunjucks';
import type { Api } from './api';
import { NHSUK } from './assets';
import type { SessionStore } from './visitor-sessions';
import { careCard, dayOf, groupedPhone, modeText, statusText, timeOf, untilText } from './texts';

/** Parts that every page uses. */
export interface Site {
  api: Api;
  sessions: SessionStore;
  render: Render;
  now: () => Date;
}

export interface FormError {
  /** Id of the field to which the summary links. */
  field: string;
  text: string;
}

export interface View {
  title: string;
  errors?: readonly FormError[];
  [name: string]: unknown;
}
export type Render = (reply: FastifyReply, view: ViewName, values: View) => FastifyReply;
export type ViewName =
  | 'ask'
  | 'start'
  | 'message'
  | 'outcome'
  | 'times'
  | 'check'
  | 'booked'
  | 'contact'
  | 'appointments'
  | 'appointment';

export function createRender(assetFolder: string): Render {
  const views = nunjucks.configure([join(__dirname, 'views'), NHSUK], {
    autoescape: true,
    throwOnUndefined: false,
    noCache: false,
  });
  for (const [name, filter] of Object.entries({
    dayOf,
    timeOf,
    untilText,
    modeText,
    groupedPhone,
    careCard,
    statusText,
  }))
    views.addFilter(name, filter);
  return (reply, view, values) => {
    const visit = reply.request.visit;
    return reply.type('text/html; charset=utf-8').send(
      views.render(`${view}.njk`, {
        ...values,
        assetFolder,
        cspNonce: reply.cspNonce.script,
        csrf: visit == null ? '' : reply.generateCsrf(),
        banner: visit?.session.journey.banner ?? null,
        signedIn: visit?.session.person !== undefined,
      }),
    );
  };
}
