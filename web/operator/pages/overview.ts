import type { FastifyInstance } from 'fastify';
import { COMMAND_LINE, OPS_COMMANDS } from '../commands';
import { operatorOf, type OperatorSite } from '../console';

/** The overview, the practices' systems, and what is done elsewhere. */
export function registerOverviewPages(app: FastifyInstance, site: OperatorSite): void {
  app.get('/operator', async (request, reply) => {
    const caller = operatorOf(site, request);
    const { bookingHealth: health, suppliers } = await site.operator.health(caller);
    const switches = await site.operator.triageSwitches(caller);
    return site.render(reply, 'operator/overview', {
      title: 'Overview',
      health,
      failing: suppliers.filter(({ status }) => status !== 'UP').length,
      suppliers: suppliers.length,
      allOff: switches.some(({ pathwayId, off }) => off && pathwayId === null),
      checksOff: switches.filter(({ pathwayId, off }) => off && pathwayId !== null).length,
      at: site.now(),
    });
  });
  app.get('/operator/suppliers', { config: { forAnalysts: true } }, async (request, reply) => {
    const suppliers = await site.operator.suppliers(operatorOf(site, request));
    return site.render(reply, 'operator/suppliers', {
      title: 'Practices’ systems',
      suppliers,
      at: site.now(),
    });
  });
  app.get('/operator/command-line', (_request, reply) =>
    site.render(reply, 'operator/command-line', {
      title: 'What is done on the command line',
      commands: OPS_COMMANDS,
      others: COMMAND_LINE,
    }),
  );
}
