import dns from 'node:dns';
import net from 'node:net';
import { z } from 'zod';
import { playCaseStudy } from '../demo/case-study';
import { demoIssuer } from '../demo/issuer';
import { simulatorControl } from '../demo/simulator-control';
import { manualTimers } from '../domain/manual-timers';
import { inOneProcess } from './gateway-under-test';

/** Node hands a connection's options on as they came, or in a list of its own. */
const Target = z.union([
  z.object({ host: z.string().default('localhost') }),
  z
    .tuple([z.object({ host: z.string().default('localhost') })])
    .rest(z.unknown())
    .transform(([options]) => options),
]);

test('starting everything and playing the case study stays on this machine', async () => {
  const connect = jest.spyOn(net.Socket.prototype, 'connect');
  const lookup = jest.spyOn(dns, 'lookup');
  const gateway = await inOneProcess({}, manualTimers());
  await playCaseStudy({
    graphqlUrl: `${gateway.url}/graphql`,
    control: simulatorControl(gateway.simulators.controlUrl),
    issuer: await demoIssuer(gateway.config.dataDir),
    postcode: undefined,
    now: gateway.now,
  });
  await gateway.close();
  const hosts = connect.mock.calls.map(([target]) => Target.parse(target).host);
  expect(hosts.length).toBeGreaterThan(3);
  expect([...new Set(hosts)]).toEqual(['127.0.0.1']);
  // An address is "looked up" like a name.
  expect(lookup.mock.calls.map(([name]) => name).filter((name) => name !== '127.0.0.1')).toEqual([]);
});
