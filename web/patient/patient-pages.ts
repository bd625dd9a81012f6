import type { Part } from '../kit/part';
import { patientApi } from './api';
import { journeyOf, journeys, withoutPerson, type PatientSite } from './journey';
import { registerAboutPages } from './pages/about';
import { registerBookingPages } from './pages/booking';
import { registerManagePages } from './pages/my-appointments';
import { registerPersonPages } from './pages/person';
import { registerQuestionPages } from './pages/questions';
import { registerSymptomPages } from './pages/symptoms';
import { registerWherePages } from './pages/where';
import { careCard, modeText, statusText } from './texts';

/** Pages for patients and those who act for them. */
export const patientPages: Part = {
  filters: { careCard, modeText, statusText },
  forgetPerson: (pages) => journeys.changed(pages, withoutPerson),
  register(app, kit) {
    const site: PatientSite = {
      ...kit,
      patient: patientApi(kit.api.send),
      render: (reply, view, values) =>
        kit.render(reply, view, {
          layout: 'patient/views/layout.njk',
          banner: journeyOf(reply.request).banner,
          ...values,
        }),
    };
    registerAboutPages(app, site);
    registerPersonPages(app, site);
    registerSymptomPages(app, site);
    registerWherePages(app, site);
    registerQuestionPages(app, site);
    registerBookingPages(app, site);
    registerManagePages(app, site);
  },
};
