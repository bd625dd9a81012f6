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
    }),
  ),
});

/** Nothing here runs containers; the same processes, with the same settings, are run by journeys/several-processes.test. */
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
    const roles = ['appointments', 'appointments', 'gateway', 'gateway', 'practices', 'suppliers', 'triage'];
    expect(parts.map(({ role }) => role).sort()).toEqual(roles);
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

  it('has one database, one Redis and one secret for all', () => {
    expect(
      new Set(
        parts.map(({ config: { databases, redisUrl, secrets } }) =>
          JSON.stringify([databases.appointments, redisUrl, secrets]),
        ),
      ).size,
    ).toBe(1);
  });
});
