import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { fieldsOf } from '../../kit/visit';
import { consoleData, openBooking, operatorOf, showMessage, type OperatorSite } from '../console';
import { adviceFor, statusWords } from '../texts';
import { openedBooking, showBooking } from './bookings';

type Named = { Params: { name: string } };
const Answer = z.enum(['stands', 'absent']);

/** Settling in two steps: what the practice says, and then the same again with what will happen. */
export function registerSettlePages(app: FastifyInstance, site: OperatorSite): void {
  const config = { returnTo: '/operator/bookings' };
  app.post<Named>('/operator/bookings/:name', { config }, (request, reply) => {
    const answer = Answer.safeParse(fieldsOf(request).one('answer'));
    if (!answer.success)
      return showBooking(site, request, reply, [{ field: 'answer', text: 'Select what the practice says' }]);
    return reply.redirect(`/operator/bookings/${request.params.name}/settle-as-${answer.data}`, 303);
  });
  for (const answer of Answer.options)
    app.get<Named>(`/operator/bookings/:name/settle-as-${answer}`, (request, reply) =>
      showCheck(site, request, reply, answer),
    );
  app.post<Named>('/operator/bookings/:name/settle', { config }, (request, reply) =>
    settle(site, request, reply),
  );
}

async function showCheck(
  site: OperatorSite,
  request: FastifyRequest<Named>,
  reply: FastifyReply,
  answer: z.infer<typeof Answer>,
) {
  const record = await openedBooking(site, request);
  const ask = record === undefined ? null : adviceFor(record.state)?.ask;
  if (record?.needsAnOperator !== true || ask == null)
    return reply.redirect(`/operator/bookings/${request.params.name}`, 303);
  return site.render(reply, 'operator/settle', {
    title: `Check before you settle ${record.booking.reference}`,
    record,
    answer,
    says: ask[answer],
    key: randomUUID(),
    here: `/operator/bookings/${request.params.name}`,
  });
}

/** The form names what was shown: neither another tab nor another operator can change what is settled. */
const Form = z.object({
  reference: z.string().min(1).max(40),
  state: z.string().min(1),
  answer: Answer,
  key: z.string().min(1),
});

async function settle(site: OperatorSite, request: FastifyRequest<Named>, reply: FastifyReply) {
  const { one } = fieldsOf(request);
  const form = Form.safeParse({
    reference: one('reference'),
    state: one('state'),
    answer: one('answer'),
    key: one('key'),
  }).data;
  if (form === undefined) return reply.redirect('/operator/bookings', 303);
  const caller = operatorOf(site, request);
  const record = await site.operator.byReference(caller, form.reference);
  if (record === null) return reply.redirect('/operator/bookings', 303);
  const { booking } = record;
  const next = { href: openBooking(request, booking.reference), text: 'See this booking' };
  // A repetition is answered by the API, as the first time: only what still waits can have become another question.
  if (record.needsAnOperator && record.state !== form.state)
    return showMessage(site, reply, {
      title: 'This booking has changed',
      paragraphs: [
        'It waits for another answer now. Nothing was settled.',
        'Read what is asked, and phone the practice again if you need to.',
      ],
      next,
    });
  const settled = await site.operator.settle(caller, {
    bookingId: booking.id,
    stands: form.answer === 'stands',
    idempotencyKey: form.key,
  });
  if (!settled.ok) {
    const { message = '', booking: standing } = settled.problem;
    const isNow = standing === undefined ? [] : [`The person sees that ${statusWords(standing.status)}.`];
    return showMessage(site, reply, {
      title: 'Nothing was settled',
      paragraphs: [message, ...isNow],
      next,
    });
  }
  consoleData.of(request).done = {
    title: `${settled.value.reference} is settled`,
    text: `The person sees that ${statusWords(settled.value.status)}.`,
  };
  return reply.redirect(next.href, 303);
}
