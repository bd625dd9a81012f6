import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Booking } from '../answers';
import { calendarFile } from '../calendar-file';
import { journeyOf, signedInCaller, type PatientSite } from '../journey';

/** The booking that was made: its state as it is now, and by itself when it changes. */
export function registerBookedPages(app: FastifyInstance, site: PatientSite): void {
  app.get('/booked', async (request, reply) => {
    const booking = await currentBooking(site, request);
    if (booking === null) return reply.redirect('/appointments', 303);
    return site.render(reply, 'patient/booked', {
      title: TITLES[booking.status] ?? 'Your appointment has changed',
      booking,
      mark: markOf(booking),
      worse: journeyOf(request).outcome?.worseningAdvice ?? [],
    });
  });
  app.get('/booked/appointment.ics', async (request, reply) => {
    const booking = await currentBooking(site, request);
    const file = booking === null ? null : calendarFile(booking);
    if (file === null) return reply.redirect('/booked', 303);
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

async function currentBooking(site: PatientSite, request: FastifyRequest): Promise<Booking | null> {
  const { bookingId } = journeyOf(request);
  const caller = signedInCaller(site, request);
  if (bookingId === undefined || caller === undefined) return null;
  return site.patient.booking(caller, bookingId);
}

/** Short text that is another when the page would be another; nothing can be read from it. */
export function markOf({ status, startsAt, endsAt, mode, clinicianName, history }: Booking): string {
  const shown = JSON.stringify([status, startsAt, endsAt, mode, clinicianName, history.length]);
  return createHash('sha256').update(shown).digest('base64url').slice(0, 16);
}
