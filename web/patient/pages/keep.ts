import { createHash, randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../kit/api';
import { fieldsOf, signInFirst } from '../../kit/visit';
import type { Problem } from '../answers';
import { journeyOf, signedInCaller, type PatientSite } from '../journey';
import { wayOn } from '../texts';
import { showProblem } from './problem';
import { showTimes } from './times';

const TO_TIMES = { config: { returnTo: '/times' } };

/** Keeping a time while the person decides, and what happens when that does not work or runs out. */
export function registerKeepPages(app: FastifyInstance, site: PatientSite): void {
  app.post('/keep', TO_TIMES, (request, reply) => keepTime(site, request, reply));
  app.post('/keep-again', TO_TIMES, (request, reply) => {
    const { hold } = journeyOf(request);
    if (hold === undefined) return reply.redirect('/times', 303);
    return keep(site, request, reply, { slotId: hold.slot.id, then: '/check' });
  });
  app.post('/keep-longer', TO_TIMES, (request, reply) => keepLonger(site, request, reply));
  app.get('/keep-both', (request, reply) => {
    const { beside } = journeyOf(request);
    if (beside === undefined) return reply.redirect('/times', 303);
    return site.render(reply, 'patient/keep-both', {
      title: 'There is already an appointment for this',
      booking: beside.booking,
      key: randomUUID(),
    });
  });
  app.post('/keep-both', TO_TIMES, (request, reply) => {
    const { beside } = journeyOf(request);
    if (beside === undefined) return reply.redirect('/times', 303);
    const { slotId, booking } = beside;
    return keep(site, request, reply, { slotId, keepBookingIds: [booking.id], then: '/contact' });
  });
}

async function keepTime(site: PatientSite, request: FastifyRequest, reply: FastifyReply) {
  const journey = journeyOf(request);
  const slotId = fieldsOf(request).one('slot');
  if (slotId === '') return showTimes(site, request, reply, [{ field: 'slot', text: 'Select a time' }]);
  if (journey.changing === undefined) return keep(site, request, reply, { slotId, then: '/contact' });
  const slot = journey.changing.shown?.find(({ id }) => id === slotId);
  if (slot === undefined) return reply.redirect('/times', 303);
  journey.changing = { booking: journey.changing.booking, slot };
  return reply.redirect('/change', 303);
}

interface Wish {
  slotId: string;
  keepBookingIds?: string[];
  /** Page that follows once the time is kept. */
  then: string;
}

async function keep(
  site: PatientSite,
  request: FastifyRequest,
  reply: FastifyReply,
  { slotId, keepBookingIds = [], then }: Wish,
) {
  const journey = journeyOf(request);
  const caller = signedInCaller(site, request);
  if (caller === undefined) return signInFirst(request, reply);
  if (journey.patient === undefined) return reply.redirect('/patient', 303);
  const kept = await site.patient.keepTime(caller, {
    slotId,
    ...(!journey.patient.isCaller && { patientId: journey.patient.id }),
    ...(keepBookingIds.length > 0 && { keepBookingIds }),
    idempotencyKey: intention(fieldsOf(request).one('key'), slotId, keepBookingIds),
  });
  delete journey.beside;
  if (!kept.ok) return notKept(site, request, reply, { problem: kept.problem, slotId });
  journey.hold = kept.value;
  return reply.redirect(then, 303);
}

/** A page has one key; each time that is chosen on it is an intention of its own. */
function intention(key: string, slotId: string, keepBookingIds: readonly string[]): string {
  const wish = createHash('sha256')
    .update([slotId, ...keepBookingIds].join(' '))
    .digest('base64url');
  return `${key.slice(0, 40)}-${wish}`;
}

function notKept(
  site: PatientSite,
  request: FastifyRequest,
  reply: FastifyReply,
  { problem, slotId }: { problem: Problem; slotId: string },
) {
  if (problem.code === 'BOOKED_FOR_SAME_COMPLAINT' && problem.booking != null) {
    journeyOf(request).beside = { slotId, booking: problem.booking };
    return reply.redirect('/keep-both', 303);
  }
  return showGone(site, reply, problem);
}

/** Says that a time cannot be had, with others near it where the API names some. */
export function showGone(site: PatientSite, reply: FastifyReply, problem: Problem): FastifyReply {
  const { alternatives = [] } = problem;
  if (alternatives.length === 0) return showProblem(site, reply, problem);
  return site.render(reply.code(409), 'patient/alternatives', {
    title: wayOn(problem.code).title,
    message: problem.message,
    alternatives,
    key: randomUUID(),
  });
}

async function keepLonger(site: PatientSite, request: FastifyRequest, reply: FastifyReply) {
  const journey = journeyOf(request);
  const caller: Caller | undefined = signedInCaller(site, request);
  if (caller === undefined) return signInFirst(request, reply);
  if (journey.hold === undefined) return reply.redirect('/times', 303);
  const then = fieldsOf(request).one('then') === 'check' ? '/check' : '/contact';
  const kept = await site.patient.keepLonger(caller, journey.hold.id);
  if (kept.ok) journey.hold = kept.value;
  else if (kept.problem.code !== 'HOLD_EXPIRED') return showProblem(site, reply, kept.problem);
  // What has run out is said by the next page, which has the ways on.
  return reply.redirect(kept.ok ? then : '/check', 303);
}
