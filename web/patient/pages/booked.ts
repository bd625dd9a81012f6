import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Booking } from '../answers';
import { calendarFile } from '../calendar-file';
import {
  journeyOf,
  journeys,
  keptForNextCheck,
  openedBooking,
  signedInCaller,
  type PatientSite,
} from '../journey';
import { attentionText } from '../texts';

/** The booking that was made: its state as it is now, and by itself when it changes. */
export function registerBookedPages(app: FastifyInstance, site: PatientSite): void {
  app.get('/booked', (request, reply) => {
    const latest = journeyOf(request).opened?.at(-1);
    return reply.redirect(latest === undefined ? '/appointments' : `/booked/${latest.name}`, 303);
  });
  app.get('/booked/:name', async (request, reply) => {
    const opened = openedBooking(request);
    const booking = await readOpened(site, request);
    if (opened === undefined || booking === null) return reply.redirect('/appointments', 303);
    return site.render(reply, 'patient/booked', {
      title: TITLES[booking.status] ?? 'Your appointment has changed',
      name: opened.name,
      booking,
      mark: markOf(booking),
      attention: attentionText(booking),
      worse: opened.worse,
    });
  });
  app.post('/booked/:name/another', (request, reply) => {
    const opened = openedBooking(request);
    const { place, phone, opened: all } = keptForNextCheck(journeyOf(request));
    // A new symptom check in everything: nothing of the one before leads into it.
    const visit = opened === undefined ? undefined : { bookingId: opened.id };
    journeys.replace(request, { place, phone, opened: all, visit });
    return reply.redirect('/who', 303);
  });
  app.get('/booked/:name/appointment.ics', async (request, reply) => {
    const booking = await readOpened(site, request);
    const file = booking === null ? null : calendarFile(booking);
    if (file === null) return reply.redirect('/appointments', 303);
    return reply
      .type('text/calendar; charset=utf-8')
      .header('content-disposition', 'attachment; filename="gp-appointment.ics"')
      .send(file);
  });
}

const TITLES: Readonly<Record<string, string>> = {
  CONFIRMED: 'Appointment booked',
  CHECKING: 'We are asking the practice',
  FAILED: 'The appointment was not booked',
  NEEDS_ATTENTION: 'We are still checking with the practice',
  CANCELLED: 'Appointment cancelled',
};

/** The appointment that the address names, as the API has it now. */
export async function readOpened(site: PatientSite, request: FastifyRequest): Promise<Booking | null> {
  const opened = openedBooking(request);
  const caller = signedInCaller(site, request);
  if (opened === undefined || caller === undefined) return null;
  return site.patient.booking(caller, opened.id);
}

/** Short text that is another when the page would be another; nothing can be read from it. */
export function markOf({ status, startsAt, endsAt, mode, clinicianName, history }: Booking): string {
  const shown = JSON.stringify([status, startsAt, endsAt, mode, clinicianName, history.length]);
  return createHash('sha256').update(shown).digest('base64url').slice(0, 16);
}
