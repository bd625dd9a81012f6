import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { counted } from '../../kit/texts';
import { fieldsOf } from '../../kit/visit';
import { MAX_LISTED } from '../api';
import { consoleData, operatorOf, showMessage, type OperatorSite } from '../console';

const MAX_CHOSEN = 100;
const HERE = '/operator/messages';

/** Messages that nobody took for a day: to the front end, and to practices. */
export function registerMessagePages(app: FastifyInstance, site: OperatorSite): void {
  app.get(HERE, (request, reply) => showList(site, request, reply));
  app.post(HERE, { config: { returnTo: HERE } }, async (request, reply) => {
    const { one, all } = fieldsOf(request);
    const caller = operatorOf(site, request);
    const chosen = { frontEnd: all('front-end'), practices: all('practices') };
    const count = chosen.frontEnd.length + chosen.practices.length;
    const isAll = one('which') === 'all';
    if (!isAll && (count === 0 || count > MAX_CHOSEN))
      return showList(site, request, reply, 'Select the messages that you want to send again');
    const sent = isAll
      ? await site.operator.redeliverAll(caller)
      : await site.operator.redeliver(caller, chosen);
    if (!sent.ok)
      return showMessage(site, reply, {
        title: 'Nothing is sent again',
        paragraphs: [sent.problem.message ?? 'The service did not take this.'],
        next: { href: HERE, text: 'Go back to the messages' },
      });
    const { frontEnd, practices } = sent.value;
    consoleData.of(request).done = {
      title: `${counted(frontEnd + practices, 'message')} sent again from now on`,
      text: `${frontEnd} to the front end, ${practices} to practices. What is not taken within a day comes back to this list.`,
    };
    return reply.redirect(HERE, 303);
  });
}

async function showList(site: OperatorSite, request: FastifyRequest, reply: FastifyReply, problem?: string) {
  const { frontEnd, practices } = await site.operator.undelivered(operatorOf(site, request));
  const field = frontEnd.length > 0 ? 'front-end' : 'practices';
  return site.render(reply, 'operator/messages', {
    title: 'Messages that were not delivered',
    frontEnd,
    practices,
    isCut: frontEnd.length === MAX_LISTED || practices.length === MAX_LISTED,
    first: MAX_LISTED,
    ...(problem !== undefined && { errors: [{ field, text: problem }] }),
  });
}
