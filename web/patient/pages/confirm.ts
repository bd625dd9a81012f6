import { createHash, randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FormError } from '../../kit/site';
import { fieldsOf, signInFirst } from '../../kit/visit';
import type { Hold, Problem } from '../answers';
import { journeyOf, openBooking, signedInCaller, type PatientSite } from '../journey';
import { needsText } from '../texts';
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
  const { hold, looking, phone = '', ...journey } = journeyOf(request);
  if (hold === undefined) return reply.redirect('/times', 303);
  const needs = needsText(looking?.needs ?? []);
  const reason = journey.reason ?? (needs.length <= hold.slot.reasonMaxLength ? needs : '');
  return site.render(reply, 'patient/contact', {
    title: 'How can the practice contact you?',
    kept: keptFor(hold, site.now()),
    page: 'contact',
    phone,
    reason,
    needs,
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
    keptMark: keptMark(hold),
    key: randomUUID(),
  });
}

/** Says which time a page has shown, so that a form books no other that was chosen in another tab. */
const keptMark = ({ id }: Hold) => createHash('sha256').update(id).digest('base64url').slice(0, 16);

async function book(site: PatientSite, request: FastifyRequest, reply: FastifyReply) {
  const journey = journeyOf(request);
  const caller = signedInCaller(site, request);
  if (caller === undefined) return signInFirst(request, reply);
  if (journey.hold === undefined) return reply.redirect('/times', 303);
  const { phone = '', reason = '', hold } = journey;
  if (fieldsOf(request).one('kept') !== keptMark(hold))
    return site.render(reply.code(409), 'kit/message', {
      title: 'You have chosen another time meanwhile',
      paragraphs: ['Nothing was booked from this page. Check the details of the time you chose last.'],
      next: { href: '/check', text: 'Check the details' },
    });
  const booked = await site.patient.confirm(caller, {
    holdId: hold.id,
    ...(phone !== '' && { contactPhone: phone }),
    ...(reason !== '' && { reason }),
    idempotencyKey: fieldsOf(request).one('key'),
  });
  if (!booked.ok) return notBooked(site, request, reply, booked.problem);
  const name = openBooking(request, booked.value.id, journey.outcome?.worseningAdvice);
  return reply.redirect(`/booked/${name}`, 303);
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

/** Faults that the API has found, each at the field that the page has for it; what names no field is said without one. */
export function contactProblems({ fields = [], message }: Pick<Problem, 'fields' | 'message'>): FormError[] {
  if (fields.length === 0) return [{ field: null, text: message }];
  return fields.map((fault) => ({ field: fieldOf(fault.path), text: fault.message }));
}

function fieldOf(path: string): 'reason' | 'phone' | null {
  if (path.includes('reason')) return 'reason';
  return path.includes('contactPhone') ? 'phone' : null;
}
