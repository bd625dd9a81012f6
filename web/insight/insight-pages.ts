import type { Part } from '../kit/part';
import { insightData, letAnalystsIn, type InsightSite } from './analysts';
import { insightApi } from './api';
import { registerAnswer } from './pages/answer';
import { registerForm } from './pages/form';
import { registerGallery } from './pages/gallery';
import { registerReport } from './report-pages';

/** Pages for analysts: statistics without programming. */
export const insightPages: Part = {
  filters: {},
  forgetPerson: (pages) => insightData.changed(pages, () => ({})),
  register(app, kit) {
    const site: InsightSite = {
      ...kit,
      insight: insightApi(kit.api.send),
      render: (reply, view, values) =>
        kit.render(reply, view, {
          layout: 'insight/views/layout.njk',
          path: reply.request.routeOptions.url,
          ...values,
        }),
    };
    letAnalystsIn(app, site);
    registerGallery(app, site);
    registerForm(app, site);
    registerAnswer(app, site);
    registerReport(app, site);
  },
};
