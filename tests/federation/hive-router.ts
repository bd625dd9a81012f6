import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { demoIssuer } from '../../demo/issuer';
import { freePort } from '../../platform/http/free-port';
import { eventually } from '../../domain/eventually';
import type { GatewayUnderTest } from '../gateway-under-test';
import { typescriptProcess } from '../typescript-process';
import type { RouterSettings } from './hive-router-process';
import type { z } from 'zod';

/** Starts another federation router over the subgraphs of a gateway under test, and waits until it listens. */
export async function hiveRouter({
  config,
}: GatewayUnderTest): Promise<{ url: string; close(): Promise<void> }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const settings: z.infer<typeof RouterSettings> = {
    supergraph: join(__dirname, '..', '..', 'schema', 'supergraph.graphql'),
    port,
    subgraphs: Object.fromEntries(
      Object.entries(config.subgraphs).map(([name, subgraph]) => [
        name,
        subgraph.url ?? `http://127.0.0.1:${subgraph.port}/graphql`,
      ]),
    ),
    secret: readFileSync(join(config.dataDir, 'secret'), 'utf8'),
    keys: (await demoIssuer(config.dataDir)).jwks.keys,
  };
  const router = await typescriptProcess('tests/federation/hive-router-process.ts', {
    ROUTER: JSON.stringify(settings),
  });
  await eventually('the other router listens', () => listens(url));
  return { url, close: () => router.kill() };
}

async function listens(url: string): Promise<boolean> {
  const body = JSON.stringify({ query: '{ __typename }' });
  return fetch(url, { method: 'POST', body }).then(
    () => true,
    () => false,
  );
}
