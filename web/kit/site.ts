import type { FastifyReply } from 'fastify';
import nunjucks from 'nunjucks';
import type { PublicApi } from './api';
import { signedIn, type Sessions, type Shelf } from './session';
import { counted, dayOf, groupedPhone, timeOf, untilText } from './texts';

/** Parts that every page uses. */
export interface Site {
  api: PublicApi;
  sessions: Sessions;
  /** Text that one session leaves for another. */
  shelf: Shelf;
  render: Render;
  /** The API's explorer; undefined: its address for people is not known. */
  explorerUrl: string | undefined;
  /** Takes the error of a page that could not be shown, for the log. */
  noteFailure(error: unknown): void;
  now: () => Date;
  /** True where the content is a demonstration. */
  isDemonstration: boolean;
}

export interface FormError {
  /** Id of the field to which the summary links; null where the page has none for it. */
  field: string | null;
  text: string;
}

export interface View {
  title: string;
  /** A form that has any is shown again, with status 422. */
  errors?: readonly FormError[] | undefined;
  [name: string]: unknown;
}
/** `patient/start` is `web/patient/views/start.njk`. */
export type ViewName = `${string}/${string}`;
export type Render = (reply: FastifyReply, view: ViewName, values: View) => FastifyReply;
export type Filters = Readonly<Record<string, (...values: never[]) => unknown>>;

const KIT_FILTERS: Filters = { counted, dayOf, timeOf, untilText, groupedPhone };

export interface RenderOptions {
  /** The built website. */
  folder: string;
  assetFolder: string;
  filters: Filters;
  sessions: Sessions;
  isDemonstration: boolean;
  now: () => Date;
}

/** Shown where nothing more exact is known: the API's answers have a banner of their own. */
const DEMONSTRATION = 'Demonstration. Do not use for real symptoms.';

export function createRender({
  folder,
  assetFolder,
  filters,
  sessions,
  isDemonstration,
  now,
}: RenderOptions): Render {
  const views = nunjucks.configure(folder, {
    autoescape: true,
    throwOnUndefined: false,
    noCache: false,
  });
  for (const [name, filter] of Object.entries({ ...KIT_FILTERS, ...filters })) views.addFilter(name, filter);
  return (reply, view, values) => {
    const { visit } = reply.request;
    const [part = '', name = ''] = view.split('/');
    if (values.errors !== undefined && reply.statusCode === 200) reply.code(422);
    return reply.type('text/html; charset=utf-8').send(
      views.render(`${part}/views/${name}.njk`, {
        isDemonstration,
        ...(isDemonstration && { banner: DEMONSTRATION }),
        ...values,
        assetFolder,
        idleTime: sessions.idleTime,
        maxTime: sessions.maxTime,
        cspNonce: reply.cspNonce.script,
        csrf: visit == null ? '' : visit.session.csrfToken,
        sessionEnd: visit == null ? undefined : { ...sessions.endOf(visit.session), idleMs: sessions.idleMs },
        sessionEndsAt: visit == null ? '' : new Date(now().getTime() + sessions.endOf(visit.session).inMs),
        signedInAs: visit == null ? undefined : signedIn(visit.session, now())?.kind,
      }),
    );
  };
}
