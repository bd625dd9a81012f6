import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isBookable, type Booking, type Options } from '../answers';
import { calendarFile } from '../calendar-file';
import type { Caller } from '../../kit/api';
import type { FormError } from '../../kit/site';
import { fieldsOf } from '../../kit/visit';
import { journeyOf, signedInCaller, signInFirst, type Journey, type PatientSite } from '../journey';
import { untilText } from '../../kit/texts';
import { whyNoTimes } from '../texts';
import { showAsk } from '../../kit/ask';
import { showProblem } from './problem';

const MAX_PHONE = 20;

/** The way from an outcome to a booked appointment; everybody here has signed in. */
export function registerBookingPages(app: FastifyInstance, site: PatientSite): void {
  app.get('/patient', (request, reply) => showPatient(site, request, reply));
  app.post('/patient', (request, reply) => choosePatient(site, request, reply));
  app.get('/times', (request, reply) => showTimes(site, request, reply));
  app.post('/times', (request, reply) => showTimes(site, request, reply));
  app.post('/keep', (request, reply) => keepTime(site, request, reply));
  app.post('/keep-longer', (request, reply) => keepLonger(site, request, reply));
  app.get('/contact', (request, reply) => showContact(site, request, reply));
  app.post('/contact', (request, reply) => takeContact(site, request, reply));
  app.get('/check', (request, reply) => showCheck(site, request, reply));
  app.post('/book', (request, reply) => book(site, request, reply));
  app.get('/booked', (request, reply) => showBooked(site, request, reply));
  app.get('/booked/appointment.ics', async (request, reply) => {
    const booking = await currentBooking(site, request);
    if (booking?.status !== 'CONFIRMED') return reply.redirect('/booked', 303);
    return reply
      .type('text/calendar; charset=utf-8')
      .header('content-disposition', 'attachment; filename="gp-appointment.ics"')
      .send(calendarFile(booking));
  });
}

/** Sends people who are not that far to where they are; null lets them go on. */
function notReady(journey: Journey, reply: FastifyReply): FastifyReply | null {
  if (journey.outcome === undefined) return reply.redirect('/question', 303);
  return isBookable(journey.outcome.disposition) ? null : reply.redirect('/outcome', 303);
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
  if (caller === undefined) return signInFirst(reply, '/patient');
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
    journey.patient = only;
    return reply.redirect('/times', 303);
  }
  return showAsk(site, reply, {
    title: 'Who is the appointment for?',
    back: '/outcome',
    ...(errors && { errors }),
    field: {
      kind: 'radios',
      name: 'patient',
      choices: people.map(({ id, givenName }) => ({ value: id, text: givenName })),
      chosen: [journey.patient?.id ?? ''],
    },
  });
}

async function choosePatient(site: PatientSite, request: FastifyRequest, reply: FastifyReply) {
  const caller = signedInCaller(site, request);
  if (caller === undefined) return signInFirst(reply, '/patient');
  const people = await candidates(site, caller, journeyOf(request));
  const chosen = people.find(({ id }) => id === fieldsOf(request).one('patient'));
  if (chosen === undefined)
    return showPatient(site, request, reply, [
      { field: 'patient', text: 'Select who the appointment is for' },
    ]);
  journeyOf(request).patient = chosen;
  return reply.redirect('/times', 303);
}

async function showTimes(site: PatientSite, request: FastifyRequest, reply: FastifyReply) {
  const journey = journeyOf(request);
  const early = notReady(journey, reply);
  if (early !== null) return early;
  const caller = signedInCaller(site, request);
  if (caller === undefined) return signInFirst(reply, '/times');
  if (journey.patient === undefined) return reply.redirect('/patient', 303);
  if (journey.assessment === undefined) return reply.redirect('/who', 303);
  const elsewhere = fieldsOf(request).one('elsewhere') === 'yes';
  const found = await site.patient.times(caller, {
    assessmentId: journey.assessment.id,
    first: 5,
    ...(elsewhere && { elsewhereReason: 'OWN_PRACTICE_TIMES_DO_NOT_SUIT' }),
  });
  if (!found.ok) return showProblem(site, reply, found.problem);
  return site.render(reply, 'patient/times', {
    title: timesTitle(found.value),
    options: found.value,
    patient: journey.patient,
    deadline: journey.outcome?.deadline,
    whyNone:
      found.value.ownPractice == null
        ? null
        : `${found.value.ownPractice.practice.name} ${whyNoTimes(found.value.ownPractice.answer)}`,
    key: randomUUID(),
  });
}

function timesTitle({ ownPractice, elsewhere }: Options): string {
  const any = [...(ownPractice == null ? [] : [ownPractice]), ...elsewhere].some(
    ({ slots }) => slots.length > 0,
  );
  return any ? 'Choose an appointment time' : 'There are no appointments in time';
}

async function keepTime(site: PatientSite, request: FastifyRequest, reply: FastifyReply) {
  const journey = journeyOf(request);
  const caller = signedInCaller(site, request);
  if (caller === undefined) return signInFirst(reply, '/times');
  if (journey.patient === undefined) return reply.redirect('/patient', 303);
  const { one } = fieldsOf(request);
  const slotId = one('slot');
  const kept = await site.patient.keepTime(caller, {
    slotId,
    ...(!journey.patient.isCaller && { patientId: journey.patient.id }),
    // One key for the page, with the time that was chosen: each time is an intention of its own.
    idempotencyKey: `${one('key')}-${one('number')}`,
  });
  if (!kept.ok) return showProblem(site, reply, kept.problem);
  journey.hold = kept.value;
  return reply.redirect('/contact', 303);
}

async function keepLonger(site: PatientSite, request: FastifyRequest, reply: FastifyReply) {
  const journey = journeyOf(request);
  const caller = signedInCaller(site, request);
  if (caller === undefined) return signInFirst(reply, '/times');
  if (journey.hold === undefined) return reply.redirect('/times', 303);
  const kept = await site.patient.keepLonger(caller, journey.hold.id);
  if (!kept.ok) return showProblem(site, reply, kept.problem);
  journey.hold = kept.value;
  return reply.redirect('/contact', 303);
}

function showContact(site: PatientSite, request: FastifyRequest, reply: FastifyReply, errors?: FormError[]) {
  const { hold, phone = '', reason = '' } = journeyOf(request);
  if (hold === undefined) return reply.redirect('/times', 303);
  if (errors !== undefined) reply.code(422);
  return site.render(reply, 'patient/contact', {
    title: 'How can the practice contact you?',
    hold,
    phone,
    reason,
    ranOut: new Date(hold.expiresAt) <= site.now(),
    ...(errors && { errors }),
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
  if (hold === undefined || phone === undefined) return reply.redirect('/times', 303);
  return site.render(reply, 'patient/check', {
    title: 'Check the details before you book',
    hold,
    phone,
    reason,
    patient,
    ranOut: new Date(hold.expiresAt) <= site.now(),
    key: randomUUID(),
  });
}

async function book(site: PatientSite, request: FastifyRequest, reply: FastifyReply) {
  const journey = journeyOf(request);
  const caller = signedInCaller(site, request);
  if (caller === undefined) return signInFirst(reply, '/check');
  if (journey.hold === undefined) return reply.redirect('/times', 303);
  const { phone = '', reason = '', hold } = journey;
  const booked = await site.patient.confirm(caller, {
    holdId: hold.id,
    ...(phone !== '' && { contactPhone: phone }),
    ...(reason !== '' && { reason }),
    idempotencyKey: fieldsOf(request).one('key'),
  });
  if (!booked.ok) {
    const { problem } = booked;
    if (problem.code === 'INVALID_INPUT')
      return showContact(
        site,
        request,
        reply,
        problem.fields?.map(({ path, message }) => ({
          field: path.includes('reason') ? 'reason' : 'phone',
          text: message,
        })),
      );
    return showProblem(site, reply, problem);
  }
  journey.bookingId = booked.value.id;
  return reply.redirect('/booked', 303);
}

async function currentBooking(site: PatientSite, request: FastifyRequest): Promise<Booking | null> {
  const { bookingId } = journeyOf(request);
  const caller = signedInCaller(site, request);
  if (bookingId === undefined || caller === undefined) return null;
  return site.patient.booking(caller, bookingId);
}

const TITLES: Readonly<Record<string, string>> = {
  CONFIRMED: 'Appointment booked',
  CHECKING: 'We are asking the practice',
  FAILED: 'The appointment was not booked',
  NEEDS_ATTENTION: 'We are still checking with the practice',
};

async function showBooked(site: PatientSite, request: FastifyRequest, reply: FastifyReply) {
  const booking = await currentBooking(site, request);
  if (booking === null) return reply.redirect('/appointments', 303);
  return site.render(reply, 'patient/booked', {
    title: TITLES[booking.status] ?? 'Your appointment has changed',
    booking,
    worse: journeyOf(request).outcome?.worseningAdvice ?? [],
    when: untilText(booking.startsAt),
  });
}
