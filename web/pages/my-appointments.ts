import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FormError, Site } from '../site';
import { CANCEL_REASONS } from '../texts';
import { fieldsOf, journeyOf, tokenOf } from '../visit';
import { showProblem } from './symptom-check';

/** Appointments of everybody for whom the person who signed in may act: see, cancel, accept what was moved. */
export function registerManagePages(app: FastifyInstance, site: Site): void {
  app.get('/appointments', async (request, reply) => {
    const token = tokenOf(request, site.now());
    if (token === undefined) return reply.redirect('/sign-in?next=/appointments', 303);
    const bookings = await site.api.bookings(token);
    return site.render(reply, 'appointments', { title: 'Your appointments', bookings });
  });
  app.post('/appointments', (request, reply) => {
    journeyOf(request).bookingId = fieldsOf(request).one('booking');
    return reply.redirect('/appointment', 303);
  });
  app.get('/appointment', (request, reply) => showOne(site, request, reply));
  app.post('/appointment/cancel', (request, reply) => cancel(site, request, reply));
  app.post('/appointment/accept', async (request, reply) => {
    const token = tokenOf(request, site.now());
    const { bookingId } = journeyOf(request);
    if (token === undefined || bookingId === undefined) return reply.redirect('/appointments', 303);
    const accepted = await site.api.acceptMoved(token, {
      bookingId,
      idempotencyKey: fieldsOf(request).one('key'),
    });
    return accepted.ok ? reply.redirect('/appointment', 303) : showProblem(site, reply, accepted.problem);
  });
}

async function showOne(site: Site, request: FastifyRequest, reply: FastifyReply, errors?: FormError[]) {
  const token = tokenOf(request, site.now());
  const { bookingId } = journeyOf(request);
  if (token === undefined || bookingId === undefined) return reply.redirect('/appointments', 303);
  const booking = await site.api.booking(token, bookingId);
  if (booking === null) return reply.redirect('/appointments', 303);
  if (errors !== undefined) reply.code(422);
  return site.render(reply, 'appointment', {
    title: 'Your appointment',
    booking,
    reasons: CANCEL_REASONS,
    changeable: booking.cancellableUntil != null && new Date(booking.cancellableUntil) > site.now(),
    key: randomUUID(),
    ...(errors && { errors }),
  });
}

async function cancel(site: Site, request: FastifyRequest, reply: FastifyReply) {
  const token = tokenOf(request, site.now());
  const { bookingId } = journeyOf(request);
  if (token === undefined || bookingId === undefined) return reply.redirect('/appointments', 303);
  const { one } = fieldsOf(request);
  const reason = CANCEL_REASONS.find(({ value }) => value === one('reason'))?.value;
  if (reason === undefined)
    return showOne(site, request, reply, [{ field: 'reason', text: 'Select why you want to cancel' }]);
  const cancelled = await site.api.cancel(token, { bookingId, reason, idempotencyKey: one('key') });
  return cancelled.ok ? reply.redirect('/appointment', 303) : showProblem(site, reply, cancelled.problem);
}
