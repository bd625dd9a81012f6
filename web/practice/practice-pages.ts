import type { FastifyError } from 'fastify';
import { ApiFailure } from '../kit/api';
import type { Part } from '../kit/part';
import { signInFirst } from '../kit/visit';
import { practiceApi } from './api';
import { registerBookPages } from './pages/book';
import { registerClosurePages } from './pages/closures';
import { registerDiaryPage } from './pages/diary';
import { registerOptInPages } from './pages/opt-in';
import { registerRecordPages } from './pages/records';
import { registerRulesPages } from './pages/rules';
import { desks, WAY, type PracticeSite } from './staff';

/** Pages for the staff of GP practices. */
export const practicePages: Part = {
  filters: {},
  forgetPerson: (pages) => desks.changed(pages, () => ({})),
  register(app, kit) {
    const site: PracticeSite = {
      ...kit,
      practice: practiceApi(kit.api.send),
      render: (reply, view, values) =>
        kit.render(reply, view, { layout: 'practice/views/layout.njk', ...values }),
    };
    app.setErrorHandler((error: Partial<FastifyError> & Error, request, reply) => {
      // Staff sign in elsewhere than patients; everything else has the page that all parts share.
      if (!(error instanceof ApiFailure) || error.kind !== 'SIGN_IN_REQUIRED') throw error;
      return signInFirst(request, reply, WAY);
    });
    registerDiaryPage(app, site);
    registerBookPages(app, site);
    registerClosurePages(app, site);
    registerRulesPages(app, site);
    registerOptInPages(app, site);
    registerRecordPages(app, site);
  },
};
