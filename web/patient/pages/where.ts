import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { FormError } from '../../kit/site';
import { fieldsOf } from '../../kit/visit';
import type { Problem } from '../answers';
import { deviceToken } from '../device';
import { anyCaller, journeyOf, subjectOf, type Journey, type PatientSite } from '../journey';
import { takeAssessment } from './questions';
import { fieldErrors, showProblem } from './problem';
import { missing } from './symptoms';

const Degrees = z.coerce.number().min(-180).max(180);
const Coordinates = z.object({ latitude: Degrees, longitude: Degrees });

/** The place, with which a symptom check starts: the API takes it then. */
export function registerWherePages(app: FastifyInstance, site: PatientSite): void {
  app.get('/where', (request, reply) => missing(request, reply, '/where') ?? showWhere(site, request, reply));
  app.post('/where', (request, reply) => startCheck(site, request, reply));
  app.get('/earlier', (request, reply) => {
    const { earlier } = journeyOf(request);
    if (earlier === undefined) return reply.redirect('/question', 303);
    return site.render(reply, 'patient/earlier', {
      title: 'You were told to get help',
      earlier,
      back: '/where',
    });
  });
  app.post('/earlier', (request, reply) => {
    delete journeyOf(request).earlier;
    return reply.redirect('/question', 303);
  });
}

/** Place that was sent: coordinates where the person shares where they are, else a postcode. */
function placeOf(request: FastifyRequest): Journey['place'] | null {
  const { one } = fieldsOf(request);
  if (one('latitude') !== '') {
    const read = Coordinates.safeParse({ latitude: one('latitude'), longitude: one('longitude') });
    if (read.success) return { coordinates: read.data };
  }
  const postcode = one('postcode').slice(0, MAX_POSTCODE);
  return postcode === '' ? null : { postcode };
}
const MAX_POSTCODE = 12;

async function startCheck(site: PatientSite, request: FastifyRequest, reply: FastifyReply) {
  const early = missing(request, reply, '/where');
  if (early !== null) return early;
  const journey = journeyOf(request);
  const place = placeOf(request);
  if (place == null)
    return showWhere(site, request, reply, [{ field: 'postcode', text: 'Enter a postcode' }]);
  journey.place = place;
  const started = await site.patient.startCheck(anyCaller(site, request), {
    pathwayId: journey.checkId,
    subject: subjectOf(journey),
    place,
    idempotencyKey: fieldsOf(request).one('key'),
    deviceToken: deviceToken(request, reply, site.sessions.isSecure),
  });
  if (!started.ok) return notStarted(site, request, reply, started.problem);
  delete journey.asked;
  takeAssessment(journey, started.value);
  const { earlierEmergency } = started.value;
  if (earlierEmergency == null) return reply.redirect('/question', 303);
  journey.earlier = { advice: earlierEmergency.advice, ...earlierEmergency.disposition };
  return reply.redirect('/earlier', 303);
}

function notStarted(site: PatientSite, request: FastifyRequest, reply: FastifyReply, problem: Problem) {
  if (problem.code !== 'INVALID_INPUT') return showProblem(site, reply, problem);
  // A key is for one start: with another place it is another, which the new form has.
  const codes = new Set(problem.fields?.map(({ code }) => code));
  return codes.has('IDEMPOTENCY_KEY_REUSED')
    ? showWhere(site, request, reply, [{ field: 'postcode', text: 'Check the postcode, and continue' }])
    : showWhere(site, request, reply, fieldErrors(problem, 'postcode'));
}

function showWhere(site: PatientSite, request: FastifyRequest, reply: FastifyReply, errors?: FormError[]) {
  const { place } = journeyOf(request);
  return site.render(reply, 'patient/where', {
    title: 'Where are you now?',
    back: '/checks',
    postcode:
      fieldsOf(request).one('postcode') || (place !== undefined && 'postcode' in place ? place.postcode : ''),
    // One intention for as long as the page is shown: sent twice, it starts one symptom check.
    key: randomUUID(),
    errors,
  });
}
