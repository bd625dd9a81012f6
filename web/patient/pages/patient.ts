import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { showAsk } from '../../kit/ask';
import type { Caller } from '../../kit/api';
import type { FormError } from '../../kit/site';
import { fieldsOf, signInFirst } from '../../kit/visit';
import { journeyOf, signedInCaller, type Journey, type PatientSite } from '../journey';

/** Asks whose appointment it is, only where several people are possible, twins for example. */
export function registerPatientPages(app: FastifyInstance, site: PatientSite): void {
  app.get('/patient', (request, reply) => showPatient(site, request, reply));
  app.post('/patient', { config: { returnTo: '/patient' } }, async (request, reply) => {
    const caller = signedInCaller(site, request);
    if (caller === undefined) return signInFirst(request, reply);
    const people = await candidates(site, caller, journeyOf(request));
    const chosen = people.find(({ id }) => id === fieldsOf(request).one('patient'));
    if (chosen === undefined)
      return showPatient(site, request, reply, [
        { field: 'patient', text: 'Select who the appointment is for' },
      ]);
    await choose(site, caller, { journey: journeyOf(request), person: chosen });
    return reply.redirect('/times', 303);
  });
}

/** Takes over whose appointment it is; a time that is kept for somebody else is let go, so that it can be chosen again. */
async function choose(
  site: PatientSite,
  caller: Caller,
  { journey, person }: { journey: Journey; person: NonNullable<Journey['patient']> },
): Promise<void> {
  if (journey.patient?.id !== person.id) {
    if (journey.hold !== undefined) await site.patient.letTimeGo(caller, journey.hold.id);
    delete journey.hold;
    delete journey.beside;
  }
  journey.patient = person;
}

/** People for whom this symptom check may be booked. */
async function candidates(site: PatientSite, caller: Caller, { relationship }: Journey) {
  const people = await site.patient.people(caller);
  return people.filter(({ isCaller }) => isCaller === (relationship === 'SELF'));
}

async function showPatient(
  site: PatientSite,
  request: FastifyRequest,
  reply: FastifyReply,
  errors?: FormError[],
) {
  const caller = signedInCaller(site, request);
  if (caller === undefined) return signInFirst(request, reply);
  const journey = journeyOf(request);
  const people = await candidates(site, caller, journey);
  if (people.length === 0)
    return site.render(reply, 'kit/message', {
      title: 'You cannot book for this person online',
      back: '/outcome',
      paragraphs: [
        'The NHS login you used is not linked to the person whose symptoms you checked.',
        'Phone their GP practice, or call 111.',
      ],
      next: { href: '/outcome', text: 'See the advice again' },
    });
  const [only] = people;
  if (people.length === 1 && only !== undefined) {
    await choose(site, caller, { journey, person: only });
    return reply.redirect('/times', 303);
  }
  return showAsk(site, reply, {
    title: 'Who is the appointment for?',
    back: '/outcome',
    errors,
    field: {
      kind: 'radios',
      name: 'patient',
      choices: people.map(({ id, givenName }) => ({ value: id, text: givenName })),
      chosen: [journey.patient?.id ?? ''],
    },
  });
}
