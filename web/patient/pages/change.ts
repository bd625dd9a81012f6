import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FormError } from '../../kit/site';
import { fieldsOf, signInFirst } from '../../kit/visit';
import { isBookable, type Booking } from '../answers';
import {
  journeyOf,
  journeys,
  keptForNextCheck,
  openBooking,
  openedBooking,
  signedInCaller,
  type Journey,
  type PatientSite,
} from '../journey';
import { contactErrors, contactProblems } from './confirm';
import { showGone } from './keep';

/** Moving an appointment: the new time is taken first, and the old one stands until then. */
export function registerChangePages(app: FastifyInstance, site: PatientSite): void {
  app.post('/appointment/:name/change', { config: { returnTo: '/appointments' } }, (request, reply) =>
    begin(site, request, reply),
  );
  app.post('/change/stop', (request, reply) => {
    delete journeyOf(request).changing;
    return reply.redirect('/appointments', 303);
  });
  app.get('/change', (request, reply) => showChange(site, request, reply));
  app.post('/change', { config: { returnTo: '/change' } }, (request, reply) => move(site, request, reply));
}

async function begin(site: PatientSite, request: FastifyRequest, reply: FastifyReply) {
  const journey = journeyOf(request);
  const caller = signedInCaller(site, request);
  if (caller === undefined) return signInFirst(request, reply);
  const opened = openedBooking(request);
  const booking = opened === undefined ? null : await site.patient.booking(caller, opened.id);
  if (booking === null) return reply.redirect('/appointments', 303);
  if (hasCheckFor(journey, booking)) {
    journey.changing = { booking };
    return reply.redirect('/times', 303);
  }
  journeys.replace(request, { ...keptForNextCheck(journey), visit: undefined, changing: { booking } });
  return site.render(reply, 'kit/message', {
    title: 'Check the symptoms again first',
    back: '/appointments',
    paragraphs: [
      'How soon an appointment is needed depends on the symptoms now. So check them again, then choose a new time.',
      'You keep the time that you have until you have chosen another.',
    ],
    next: { href: '/who', text: 'Check the symptoms' },
  });
}

/** True where the symptom check in this session is about the same person, and has an outcome to book by. */
function hasCheckFor({ assessment, outcome, patient }: Journey, booking: Booking): boolean {
  return (
    assessment !== undefined &&
    outcome !== undefined &&
    isBookable(outcome.disposition) &&
    patient !== undefined &&
    patient.id === booking.patient?.id
  );
}

function showChange(site: PatientSite, request: FastifyRequest, reply: FastifyReply, errors?: FormError[]) {
  const { changing, phone = '' } = journeyOf(request);
  const typed = fieldsOf(request).one('phone');
  if (changing?.slot === undefined) return reply.redirect('/times', 303);
  return site.render(reply, 'patient/change', {
    title: 'Check the new time',
    booking: changing.booking,
    slot: changing.slot,
    phone: typed === '' ? phone : typed,
    key: randomUUID(),
    errors,
  });
}

async function move(site: PatientSite, request: FastifyRequest, reply: FastifyReply) {
  const journey = journeyOf(request);
  const caller = signedInCaller(site, request);
  if (caller === undefined) return signInFirst(request, reply);
  const { booking, slot } = journey.changing ?? {};
  if (booking === undefined || slot === undefined) return reply.redirect('/times', 303);
  const { one } = fieldsOf(request);
  const phone = one('phone');
  const { needsContactPhone } = slot;
  const errors = contactErrors(phone, '', { needsContactPhone, reasonMaxLength: 0 });
  if (errors.length > 0) return showChange(site, request, reply, errors);
  const moved = await site.patient.move(caller, {
    bookingId: booking.id,
    slotId: slot.id,
    ...(phone !== '' && { contactPhone: phone }),
    idempotencyKey: one('key'),
  });
  if (moved.ok) {
    delete journey.changing;
    const name = openBooking(request, moved.value.id, journey.outcome?.worseningAdvice);
    return reply.redirect(`/booked/${name}`, 303);
  }
  if (moved.problem.code !== 'INVALID_INPUT') return showGone(site, reply, moved.problem);
  return showChange(site, request, reply, contactProblems(moved.problem));
}
