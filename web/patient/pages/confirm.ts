import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FormError } from '../../kit/site';
import { fieldsOf, signInFirst } from '../../kit/visit';
import type { Hold, Problem } from '../answers';
import { journeyOf, signedInCaller, type PatientSite } from '../journey';
import { showGone } from './keep';

const MAX_PHONE = 20;

/** The last pages before a booking: how to be reached, and all details to check. */
export function registerConfirmPages(app: FastifyInstance, site: PatientSite): void {
  app.get('/contact', (request, reply) => showContact(site, request, reply));
  app.post('/contact', (request, reply) => takeContact(site, request, reply));
  app.get('/check', (request, reply) => showCheck(site, request, reply));
  app.post('/book', { config: { returnTo: '/check' } }, (request, reply) => book(site, request, reply));
}

/** Time for which a page says that the time is kept. */
function keptFor(hold: Hold, now: Date) {
  const seconds = Math.floor((new Date(hold.expiresAt).getTime() - now.getTime()) / 1_000);
  return { hold, seconds, ranOut: seconds <= 0 };
}

function showContact(site: PatientSite, request: FastifyRequest, reply: FastifyReply, errors?: FormError[]) {
  const { hold, phone = '', reason = '' } = journeyOf(request);
  if (hold === undefined) return reply.redirect('/times', 303);
  return site.render(reply, 'patient/contact', {
    title: 'How can the practice contact you?',
    kept: keptFor(hold, site.now()),
    page: 'contact',
    phone,
    reason,
    errors,
  });
}

function takeContact(site: PatientSite, request: FastifyRequest, reply: FastifyReply) {
  const journey = journeyOf(request);
  if (journey.hold === undefined) return reply.redirect('/times', 303);
  const { one } = fieldsOf(request);
  const { slot } = journey.hold;
  journey.phone = one('phone').slice(0, MAX_PHONE + 1);
  // A line end in a form is two characters, and one in the words that are sent.
  journey.reason = one('reason')
    .replaceAll('\r\n', '\n')
    .slice(0, slot.reasonMaxLength + 1);
  const errors = contactErrors(journey.phone, journey.reason, slot);
  if (errors.length > 0) return showContact(site, request, reply, errors);
  return reply.redirect('/check', 303);
}

/** Returns all that is wrong with a phone number and words for the practice. */
export function contactErrors(
  phone: string,
  reason: string,
  slot: { needsContactPhone: boolean; reasonMaxLength: number },
): FormError[] {
  const errors: FormError[] = [];
  if (phone === '' && slot.needsContactPhone)
    errors.push({ field: 'phone', text: 'Enter a phone number, because the practice will call you' });
  if (phone !== '' && !/^\+?[\d ()-]{9,20}$/.test(phone))
    errors.push({ field: 'phone', text: 'Enter a phone number, like 01632 960 123 or 07700 900 123' });
  if (reason.length > slot.reasonMaxLength)
    errors.push({
      field: 'reason',
      text: `What you tell the practice must be ${slot.reasonMaxLength} characters or fewer`,
    });
  return errors;
}

function showCheck(site: PatientSite, request: FastifyRequest, reply: FastifyReply) {
  const { hold, phone, reason, patient } = journeyOf(request);
  if (hold === undefined) return reply.redirect('/times', 303);
  if (phone === undefined) return reply.redirect('/contact', 303);
  const kept = keptFor(hold, site.now());
  if (kept.ranOut)
    return site.render(reply, 'patient/ran-out', {
      title: 'We are no longer keeping this time for you',
      hold,
      key: randomUUID(),
    });
  return site.render(reply, 'patient/check', {
    title: 'Check the details before you book',
    kept,
    page: 'check',
    phone,
    reason,
    patient,
    key: randomUUID(),
  });
}

async function book(site: PatientSite, request: FastifyRequest, reply: FastifyReply) {
  const journey = journeyOf(request);
  const caller = signedInCaller(site, request);
  if (caller === undefined) return signInFirst(request, reply);
  if (journey.hold === undefined) return reply.redirect('/times', 303);
  const { phone = '', reason = '', hold } = journey;
  const booked = await site.patient.confirm(caller, {
    holdId: hold.id,
    ...(phone !== '' && { contactPhone: phone }),
    ...(reason !== '' && { reason }),
    idempotencyKey: fieldsOf(request).one('key'),
  });
  if (!booked.ok) return notBooked(site, request, reply, booked.problem);
  journey.bookingId = booked.value.id;
  return reply.redirect('/booked', 303);
}

function notBooked(site: PatientSite, request: FastifyRequest, reply: FastifyReply, problem: Problem) {
  switch (problem.code) {
    case 'INVALID_INPUT':
      return showContact(site, request, reply, contactProblems(problem));
    case 'HOLD_EXPIRED':
      return site.render(reply.code(409), 'patient/ran-out', {
        title: 'We are no longer keeping this time for you',
        hold: journeyOf(request).hold,
        key: randomUUID(),
      });
    default:
      return showGone(site, reply, problem);
  }
}

export function contactProblems(problem: Problem): FormError[] {
  return (problem.fields ?? []).map(({ path, message }) => ({
    field: path.includes('reason') ? 'reason' : 'phone',
    text: message,
  }));
}
