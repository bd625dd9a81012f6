import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FormError } from '../../kit/site';
import { fieldsOf } from '../../kit/visit';
import type { BookingRecord } from '../answers';
import { MAX_LISTED } from '../api';
import { openBooking, openedReference, operatorOf, type OperatorSite } from '../console';
import { adviceFor, runsOf } from '../texts';

/** References as people write what they hear are shorter. */
const MAX_REFERENCE = 40;

/** Bookings with no known outcome, and any booking by its reference. */
export function registerBookingPages(app: FastifyInstance, site: OperatorSite): void {
  app.get('/operator/bookings', (request, reply) => showList(site, request, reply));
  app.post('/operator/bookings', { config: { returnTo: '/operator/bookings' } }, async (request, reply) => {
    const written = fieldsOf(request).one('reference');
    const problem = (text: string) =>
      showList(site, request, reply, { written, errors: [{ field: 'reference', text }] });
    if (written === '') return problem('Enter a booking reference');
    const found =
      written.length > MAX_REFERENCE
        ? null
        : await site.operator.byReference(operatorOf(site, request), written);
    if (found === null)
      return problem('No booking has this reference: it has 8 letters and digits, for example K7QX-2MPD');
    return reply.redirect(openBooking(request, found.booking.reference), 303);
  });
  app.get<{ Params: { name: string } }>('/operator/bookings/:name', (request, reply) =>
    showBooking(site, request, reply),
  );
}

async function showList(
  site: OperatorSite,
  request: FastifyRequest,
  reply: FastifyReply,
  form?: { written: string; errors: FormError[] },
) {
  const unsettled = await site.operator.unsettled(operatorOf(site, request));
  return site.render(reply, 'operator/bookings', {
    title: 'Bookings',
    waiting: unsettled.filter(({ needsAnOperator }) => needsAnOperator).map((one) => lineOf(one, site.now())),
    others: unsettled.filter(({ needsAnOperator }) => !needsAnOperator).map((one) => lineOf(one, site.now())),
    isCut: unsettled.length === MAX_LISTED,
    written: form?.written ?? '',
    errors: form?.errors,
  });
}

function lineOf(one: BookingRecord, now: Date) {
  return { ...one, forSeconds: secondsSince(one, now), advice: adviceFor(one.state) };
}

function secondsSince({ since }: BookingRecord, now: Date): number {
  return (now.getTime() - new Date(since).getTime()) / 1_000;
}

type BookingRequest = FastifyRequest<{ Params: { name: string } }>;

/** Undefined: the page was opened in another session, or its booking is gone. */
export async function openedBooking(
  site: OperatorSite,
  request: BookingRequest,
): Promise<BookingRecord | undefined> {
  const reference = openedReference(request, request.params.name);
  if (reference === undefined) return undefined;
  return (await site.operator.byReference(operatorOf(site, request), reference)) ?? undefined;
}

/** Shows the page, or its form again where there are errors. */
export async function showBooking(
  site: OperatorSite,
  request: BookingRequest,
  reply: FastifyReply,
  errors?: FormError[],
) {
  const record = await openedBooking(site, request);
  if (record === undefined) return reply.redirect('/operator/bookings', 303);
  const { advice, forSeconds } = lineOf(record, site.now());
  return site.render(reply, 'operator/booking', {
    title: `Booking ${record.booking.reference}`,
    record,
    advice,
    forSeconds,
    canSettle: record.needsAnOperator && advice?.ask != null,
    runs: runsOf(record.evidence),
    here: `/operator/bookings/${request.params.name}`,
    errors,
  });
}
