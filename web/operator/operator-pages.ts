import type { Part } from '../kit/part';
import { operatorApi } from './api';
import { consoleData, letOperatorsIn, takeDone, type OperatorSite } from './console';
import { registerBookingPages } from './pages/bookings';
import { registerMessagePages } from './pages/messages';
import { registerOverviewPages } from './pages/overview';
import { registerSettlePages } from './pages/settle';
import { registerSwitchPages } from './pages/switches';
import { askedWords, duration, modeWords, noticeWords, statusWords, supplierWords } from './texts';

/** Pages for operators of the service. */
export const operatorPages: Part = {
  filters: { askedWords, duration, modeWords, noticeWords, statusWords, supplierWords },
  forgetPerson: (pages) => consoleData.changed(pages, () => ({})),
  register(app, kit) {
    const site: OperatorSite = {
      ...kit,
      operator: operatorApi(kit.api.send),
      render: (reply, view, values) =>
        kit.render(reply, view, {
          layout: 'operator/views/layout.njk',
          path: reply.request.routeOptions.url,
          done: reply.statusCode === 200 && values.errors === undefined ? takeDone(reply.request) : undefined,
          ...values,
        }),
    };
    letOperatorsIn(app, site);
    registerOverviewPages(app, site);
    registerBookingPages(app, site);
    registerSettlePages(app, site);
    registerMessagePages(app, site);
    registerSwitchPages(app, site);
  },
};
