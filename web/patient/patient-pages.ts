import type { Part } from '../kit/part';
import { patientApi } from './api';
import { journeyOf, journeys, withoutPerson, type PatientSite } from './journey';
import { registerAboutPages } from './pages/about';
import { registerBookedPages } from './pages/booked';
import { registerChangePages } from './pages/change';
import { registerConfirmPages } from './pages/confirm';
import { registerKeepPages } from './pages/keep';
import { registerLivePages } from './pages/live';
import { registerPatientPages } from './pages/patient';
import { registerResumePages } from './pages/resume';
import { registerTimesPages } from './pages/times';
import { registerManagePages } from './pages/my-appointments';
import { registerPersonPages } from './pages/person';
import { registerQuestionPages } from './pages/questions';
import { registerSymptomPages } from './pages/symptoms';
import { registerWherePages } from './pages/where';
import { careCard, leftDirectoryText, mapUrl, modeText, statusText } from './texts';

/** Addresses of forms that answer with a page, and where somebody goes who loads that page again. */
export const FORMS: Readonly<Record<string, string>> = {
  '/keep': '/times',
  '/keep-again': '/check',
  '/keep-longer': '/check',
  '/book': '/check',
  '/booked/:name/another': '/appointments',
  '/appointment/:name/change': '/appointments',
  '/appointment/:name/cancel': '/appointments',
  '/appointment/:name/accept': '/appointments',
  '/cookies/forget': '/cookies',
};

/** Pages for patients and those who act for them. */
export const patientPages: Part = {
  filters: { careCard, leftDirectoryText, mapUrl, modeText, statusText },
  forgetPerson: (pages) => journeys.changed(pages, withoutPerson),
  register(app, kit) {
    const site: PatientSite = {
      ...kit,
      patient: patientApi(kit.api),
      render(reply, view, values) {
        const { banner } = journeyOf(reply.request);
        const common = { layout: 'patient/views/layout.njk', ...(banner != null && { banner }) };
        return kit.render(reply, view, { ...common, ...values });
      },
    };
    registerAboutPages(app, site);
    registerPersonPages(app, site);
    registerSymptomPages(app, site);
    registerWherePages(app, site);
    registerQuestionPages(app, site);
    registerPatientPages(app, site);
    registerTimesPages(app, site);
    registerKeepPages(app, site);
    registerConfirmPages(app, site);
    registerBookedPages(app, site);
    registerLivePages(app, site);
    registerChangePages(app, site);
    registerResumePages(app, site);
    for (const [form, page] of Object.entries(FORMS))
      app.get(form, (_request, reply) => reply.redirect(page, 303));
    registerManagePages(app, site);
  },
};
