import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FormError } from '../../kit/site';
import { fieldsOf, signInFirst } from '../../kit/visit';
import { journeyOf, signedInCaller, type PatientSite } from '../journey';
import { CANCEL_REASONS } from '../texts';
import { markOf } from './booked';
import { showProblem } from './problem';

/** Appointments of everybody for whom the person who signed in may act: see, cancel, accept what was moved. */
export function registerManagePages(app: FastifyInstance, site: PatientSite): void {
  app.get('/appointments', async (request, reply) => {
    const caller = signedInCaller(site, request);
    if (caller === undefined) return signInFirst(request, reply);
    const bookings = await site.patient.bookings(caller);
    return site.render(reply, 'patient/appointments', { title: 'Your appointments', bookings });
  });
  app.post('/appointments', (request, reply) => {
    journeyOf(request).bookingId = fieldsOf(request).one('booking');
    return reply.redirect('/appointment', 303);
  });
  app.get('/appointment', (request, reply) => showOne(site, request, reply));
  app.post('/appointment/cancel', (request, reply) => cancel(site, request, reply));
  app.post('/appointment/accept', async (request, reply) => {
    const caller = signedInCaller(site, request);
    const { bookingId } = journeyOf(request);
    if (caller === undefined || bookingId === undefined) return reply.redirect('/appointments', 303);
    const accepted = await site.patient.acceptMoved(caller, {
      bookingId,
      idempotencyKey: fieldsOf(request).one('key'),
    });
    return accepted.ok ? reply.redirect('/appointment', 303) : showProblem(site, reply, accepted.problem);
  });
}

async function showOne(
  site: PatientSite,
  request: FastifyRequest,
  reply: FastifyReply,
  errors?: FormError[],
) {
  const caller = signedInCaller(site, request);
  const { bookingId } = journeyOf(request);
  if (caller === undefined || bookingId === undefined) return reply.redirect('/appointments', 303);
  const booking = await site.patient.booking(caller, bookingId);
  if (booking === null) return reply.redirect('/appointments', 303);
  return site.render(reply, 'patient/appointment', {
    title: 'Your appointment',
    booking,
    mark: markOf(booking),
    reasons: CANCEL_REASONS,
    changeable: booking.cancellableUntil != null && new Date(booking.cancellableUntil) > site.now(),
    key: randomUUID(),
    errors,
  });
}

async function cancel(site: PatientSite, request: FastifyRequest, reply: FastifyReply) {
  const caller = signedInCaller(site, request);
  const { bookingId } = journeyOf(request);
  if (caller === undefined || bookingId === undefined) return reply.redirect('/appointments', 303);
  const { one } = fieldsOf(request);
  const reason = CANCEL_REASONS.find(({ value }) => value === one('reason'))?.value;
  if (reason === undefined)
    return showOne(site, request, reply, [{ field: 'reason', text: 'Select why you want to cancel' }]);
  const cancelled = await site.patient.cancel(caller, { bookingId, reason, idempotencyKey: one('key') });
  return cancelled.ok ? reply.redirect('/appointment', 303) : showProblem(site, reply, cancelled.problem);
}
