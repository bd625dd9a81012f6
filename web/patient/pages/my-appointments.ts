import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FormError } from '../../kit/site';
import { fieldsOf, signInFirst } from '../../kit/visit';
import { openBooking, openedBooking, signedInCaller, type PatientSite } from '../journey';
import { attentionText, CANCEL_REASONS, mayStillStand } from '../texts';
import { markOf, readOpened } from './booked';
import { showProblem } from './problem';

/** Ids of the API are shorter. */
const MAX_ID = 100;

/** Appointments of everybody for whom the person who signed in may act: see, cancel, accept what was moved. */
export function registerManagePages(app: FastifyInstance, site: PatientSite): void {
  app.get('/appointments', async (request, reply) => {
    const caller = signedInCaller(site, request);
    if (caller === undefined) return signInFirst(request, reply);
    const bookings = await site.patient.bookings(caller);
    return site.render(reply, 'patient/appointments', { title: 'Your appointments', bookings });
  });
  app.post('/appointments', (request, reply) => {
    const id = fieldsOf(request).one('booking').slice(0, MAX_ID);
    return reply.redirect(id === '' ? '/appointments' : `/appointment/${openBooking(request, id)}`, 303);
  });
  app.get('/appointment', (_request, reply) => reply.redirect('/appointments', 303));
  app.get('/appointment/:name', (request, reply) => showOne(site, request, reply));
  app.post('/appointment/:name/cancel', (request, reply) => cancel(site, request, reply));
  app.post('/appointment/:name/accept', async (request, reply) => {
    const caller = signedInCaller(site, request);
    const opened = openedBooking(request);
    if (caller === undefined || opened === undefined) return reply.redirect('/appointments', 303);
    const accepted = await site.patient.acceptMoved(caller, {
      bookingId: opened.id,
      idempotencyKey: fieldsOf(request).one('key'),
    });
    return accepted.ok
      ? reply.redirect(`/appointment/${opened.name}`, 303)
      : showProblem(site, reply, accepted.problem);
  });
}

async function showOne(
  site: PatientSite,
  request: FastifyRequest,
  reply: FastifyReply,
  errors?: FormError[],
) {
  const opened = openedBooking(request);
  const booking = await readOpened(site, request);
  if (opened === undefined || booking === null) return reply.redirect('/appointments', 303);
  return site.render(reply, 'patient/appointment', {
    title: 'Your appointment',
    name: opened.name,
    booking,
    attention: attentionText(booking),
    mayStillStand: mayStillStand(booking) && new Date(booking.startsAt) > site.now(),
    mark: markOf(booking),
    reasons: CANCEL_REASONS,
    changeable: booking.cancellableUntil != null && new Date(booking.cancellableUntil) > site.now(),
    key: randomUUID(),
    errors,
  });
}

async function cancel(site: PatientSite, request: FastifyRequest, reply: FastifyReply) {
  const caller = signedInCaller(site, request);
  const opened = openedBooking(request);
  if (caller === undefined || opened === undefined) return reply.redirect('/appointments', 303);
  const { one } = fieldsOf(request);
  const reason = CANCEL_REASONS.find(({ value }) => value === one('reason'))?.value;
  if (reason === undefined)
    return showOne(site, request, reply, [{ field: 'reason', text: 'Select why you want to cancel' }]);
  const cancelled = await site.patient.cancel(caller, {
    bookingId: opened.id,
    reason,
    idempotencyKey: one('key'),
  });
  return cancelled.ok
    ? reply.redirect(`/appointment/${opened.name}`, 303)
    : showProblem(site, reply, cancelled.problem);
}
