import { join } from 'node:path';
import type { FastifyReply } from 'fastify';
import nunjucks from 'nunjucks';
import type { PublicApi } from './api';
import { NHSUK } from './assets';
import { signedIn, type Sessions } from './session';
import { dayOf, groupedPhone, timeOf, untilText } from './texts';

/** Parts that every page uses. */
export interface Site {
  api: PublicApi;
  sessions: Sessions;
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
/** `patient/start` is `web/patient/views/start.njk`. */
export type ViewName = `${string}/${string}`;
export type Render = (reply: FastifyReply, view: ViewName, values: View) => FastifyReply;
export type Filters = Readonly<Record<string, (...values: never[]) => unknown>>;

const KIT_FILTERS: Filters = { dayOf, timeOf, untilText, groupedPhone };

export interface RenderOptions {
  assetFolder: string;
  filters: Filters;
  now: () => Date;
}

export function createRender({ assetFolder, filters, now }: RenderOptions): Render {
  const views = nunjucks.configure([join(__dirname, '..'), NHSUK], {
    autoescape: true,
    throwOnUndefined: false,
    noCache: false,
  });
  for (const [name, filter] of Object.entries({ ...KIT_FILTERS, ...filters })) views.addFilter(name, filter);
  return (reply, view, values) => {
    const { visit } = reply.request;
    const [part = '', name = ''] = view.split('/');
    return reply.type('text/html; charset=utf-8').send(
      views.render(`${part}/views/${name}.njk`, {
        ...values,
        assetFolder,
        cspNonce: reply.cspNonce.script,
        csrf: visit == null ? '' : visit.session.csrfToken,
        signedInAs: visit == null ? undefined : signedIn(visit.session, now())?.kind,
      }),
    );
  };
}
