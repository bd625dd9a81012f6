import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Booking, Options } from '../answers';
import { calendarFile } from '../calendar-file';
import type { Journey } from '../journey';
import type { FormError, Site } from '../site';
import { untilText, whyNoTimes } from '../texts';
import { fieldsOf, journeyOf, tokenOf } from '../visit';
import { showAsk } from './ask';
import { showProblem } from './symptom-check';

const MAX_PHONE = 20;

/** The way from an outcome to a booked appointment; everybody here has signed in. */
export function registerBookingPages(app: FastifyInstance, site: Site): void {
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

const signInFirst = (reply: FastifyReply, page: string) => reply.redirect(`/sign-in?next=${page}`, 303);

/** Sends people who are not that far to where they are; null lets them go on. */
function notReady(journey: Journey, reply: FastifyReply): FastifyReply | null {
  if (journey.outcome === undefined) return reply.redirect('/question', 303);
  return journey.outcome.disposition.bookable ? null : reply.redirect('/outcome', 303);
}

/** People for whom this symptom check may be booked. */
async function candidates(site: Site, token: string, { relationship }: Journey) {
  const people = await site.api.people(token);
  return people.filter(({ isCaller }) => isCaller === (relationship === 'SELF'));
}

async function showPatient(site: Site, request: FastifyRequest, reply: FastifyReply, errors?: FormError[]) {
  const token = tokenOf(request, site.now());
  if (token === undefined) return signInFirst(reply, '/patient');
  const journey = journeyOf(request);
  const people = await candidates(site, token, journey);
  if (people.length === 0)
    return site.render(reply, 'message', {
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

async function choosePatient(site: Site, request: FastifyRequest, reply: FastifyReply) {
  const token = tokenOf(request, site.now());
  if (token === undefined) return signInFirst(reply, '/patient');
  const people = await candidates(site, token, journeyOf(request));
  const chosen = people.find(({ id }) => id === fieldsOf(request).one('patient'));
  if (chosen === undefined)
    return showPatient(site, request, reply, [
      { field: 'patient', text: 'Select who the appointment is for' },
    ]);
  journeyOf(request).patient = chosen;
  return reply.redirect('/times', 303);
}

async function showTimes(site: Site, request: FastifyRequest, reply: FastifyReply) {
  const journey = journeyOf(request);
  const early = notReady(journey, reply);
  if (early !== null) return early;
  const token = tokenOf(request, site.now());
  if (token === undefined) return signInFirst(reply, '/times');
  if (journey.patient === undefined) return reply.redirect('/patient', 303);
  if (journey.assessment === undefined) return reply.redirect('/who', 303);
  const elsewhere = fieldsOf(request).one('elsewhere') === 'yes';
  const found = await site.api.times(token, {
    assessmentId: journey.assessment.id,
    first: 5,
    ...(elsewhere && { elsewhereReason: 'OWN_PRACTICE_TIMES_DO_NOT_SUIT' }),
  });
  if (!found.ok) return showProblem(site, reply, found.problem);
  return site.render(reply, 'times', {
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

async function keepTime(site: Site, request: FastifyRequest, reply: FastifyReply) {
  const journey = journeyOf(request);
  const token = tokenOf(request, site.now());
  if (token === undefined) return signInFirst(reply, '/times');
  if (journey.patient === undefined) return reply.redirect('/patient', 303);
  const { one } = fieldsOf(request);
  const slotId = one('slot');
  const kept = await site.api.keepTime(token, {
    slotId,
    ...(!journey.patient.isCaller && { patientId: journey.patient.id }),
    // One key for the page, with the time that was chosen: each time is an intention of its own.
    idempotencyKey: `${one('key')}-${one('number')}`,
  });
  if (!kept.ok) return showProblem(site, reply, kept.problem);
  journey.hold = kept.value;
  return reply.redirect('/contact', 303);
}

async function keepLonger(site: Site, request: FastifyRequest, reply: FastifyReply) {
  const journey = journeyOf(request);
  const token = tokenOf(request, site.now());
  if (token === undefined) return signInFirst(reply, '/times');
  if (journey.hold === undefined) return reply.redirect('/times', 303);
  const kept = await site.api.keepLonger(token, journey.hold.id);
  if (!kept.ok) return showProblem(site, reply, kept.problem);
  journey.hold = kept.value;
  return reply.redirect('/contact', 303);
}

function showContact(site: Site, request: FastifyRequest, reply: FastifyReply, errors?: FormError[]) {
  const { hold, phone = '', reason = '' } = journeyOf(request);
  if (hold === undefined) return reply.redirect('/times', 303);
  if (errors !== undefined) reply.code(422);
  return site.render(reply, 'contact', {
    title: 'How can the practice contact you?',
    hold,
    phone,
    reason,
    ranOut: new Date(hold.expiresAt) <= site.now(),
    ...(errors && { errors }),
  });
}

function takeContact(site: Site, request: FastifyRequest, reply: FastifyReply) {
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

function showCheck(site: Site, request: FastifyRequest, reply: FastifyReply) {
  const { hold, phone, reason, patient } = journeyOf(request);
  if (hold === undefined || phone === undefined) return reply.redirect('/times', 303);
  return site.render(reply, 'check', {
    title: 'Check the details before you book',
    hold,
    phone,
    reason,
    patient,
    ranOut: new Date(hold.expiresAt) <= site.now(),
    key: randomUUID(),
  });
}

async function book(site: Site, request: FastifyRequest, reply: FastifyReply) {
  const journey = journeyOf(request);
  const token = tokenOf(request, site.now());
  if (token === undefined) return signInFirst(reply, '/check');
  if (journey.hold === undefined) return reply.redirect('/times', 303);
  const { phone = '', reason = '', hold } = journey;
  const booked = await site.api.confirm(token, {
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

async function currentBooking(site: Site, request: FastifyRequest): Promise<Booking | null> {
  const { bookingId } = journeyOf(request);
  const token = tokenOf(request, site.now());
  if (bookingId === undefined || token === undefined) return null;
  return site.api.booking(token, bookingId);
}

const TITLES: Readonly<Record<string, string>> = {
  CONFIRMED: 'Appointment booked',
  CHECKING: 'We are asking the practice',
  FAILED: 'The appointment was not booked',
  NEEDS_ATTENTION: 'We are still checking with the practice',
};

async function showBooked(site: Site, request: FastifyRequest, reply: FastifyReply) {
  const booking = await currentBooking(site, request);
  if (booking === null) return reply.redirect('/appointments', 303);
  return site.render(reply, 'booked', {
    title: TITLES[booking.status] ?? 'Your appointment has changed',
    booking,
    worse: journeyOf(request).outcome?.worseningAdvice ?? [],
    when: untilText(booking.startsAt),
  });
}
