import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { readConfig, ROLES } from '../config';

const Compose = z.object({
  services: z.record(
    z.string(),
    z.object({
      build: z.string().optional(),
      command: z.array(z.string()).optional(),
      environment: z.record(z.string(), z.string()).optional(),
      ports: z.array(z.string()).optional(),
    }),
  ),
});

/** Nothing here runs containers; the processes of the API, with the same settings, are run by journeys/several-processes.test. */
describe('compose.yaml', () => {
  const text = readFileSync(join(__dirname, '..', 'compose.yaml'), 'utf8');
  const { services } = Compose.parse(parse(text, { merge: true }));
  const parts = Object.values(services)
    .filter(({ build }) => build !== undefined)
    .map(({ command, environment = {} }) => {
      const [role] = z.tuple([z.enum(ROLES)]).parse(command);
      return { role, config: readConfig(environment, role) };
    });
  const of = (role: string) => parts.filter((part) => part.role === role).map(({ config }) => config);

  it('starts every part, gateways and appointments twice, with settings that can be used', () => {
    const roles = 'appointments appointments gateway gateway practices suppliers triage web';
    expect(parts.map(({ role }) => role).sort()).toEqual(roles.split(' '));
  });

  it('gives each gateway an appointments process of its own, on ports that nobody else has', () => {
    const asked = of('gateway').map(
      ({ subgraphs: { appointments } }) =>
        appointments.url ?? `http://127.0.0.1:${appointments.port}/graphql`,
    );
    const answering = of('appointments').map(
      ({ subgraphs }) => `http://127.0.0.1:${subgraphs.appointments.port}/graphql`,
    );
    expect(asked.sort()).toEqual(answering.sort());
    const [one, two] = of('gateway').map(({ http }) => http.port);
    expect(one).not.toBe(two);
  });

  it('publishes what browsers ask, and no other, where each listens for them', () => {
    const listening = [
      ...[...of('gateway'), ...of('web')].map(({ http: { host } }) => host),
      ...of('suppliers').map(({ signIn }) => signIn.simulatorHost),
    ];
    expect(new Set(listening)).toEqual(new Set(['0.0.0.0']));
    const ports = [
      ...of('gateway').map(({ http }) => http.port),
      ...of('web').map(({ web }) => web.port),
      ...of('suppliers').map(({ signIn }) => signIn.simulatorPort),
    ];
    const published = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(published.sort()).toEqual(ports.map((port) => `127.0.0.1:${port}:${port}`).sort());
  });

  it('has the website known to people, and to the simulated sign-in, by its published address', () => {
    const { web, signIn } = of('web')[0]!;
    const address = `http://127.0.0.1:${web.port}`;
    expect(web.publicUrl).toBe(address);
    expect([signIn.nhsLogin.redirectUri, signIn.cis2.redirectUri]).toEqual(
      Array(2).fill(`${address}/sign-in/callback`),
    );
    expect(of('gateway').map(({ http }) => `http://127.0.0.1:${http.port}/graphql`)).toContain(web.apiUrl);
  });

  it('has one database, one Redis, one secret and one key of the website for all', () => {
    expect(of('web')[0]?.frontEndKeys).toHaveLength(1);
    expect(
      new Set(
        parts.map(({ config: { databases, redisUrl, secrets, frontEndKeys } }) =>
          JSON.stringify([databases.appointments, redisUrl, secrets, frontEndKeys]),
        ),
      ).size,
    ).toBe(1);
  });
});
