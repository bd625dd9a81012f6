import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { buildSchema, parse, print, type DocumentNode, type GraphQLSchema } from 'graphql';
import { createLocalJWKSet, type JWK } from 'jose';
import { z } from 'zod';
import { DEMO_AUDIENCE, DEMO_ISSUERS } from '../../demo/issuer';
import { deriveKey } from '../../domain/secret';
import type { GatewayContext } from '../../gateway/gateway-context';
import { httpTransport } from '../../gateway/http-transport';
import { identifier } from '../../gateway/identity/identify';
import { disconnectedUnlessAnswered } from '../../platform/http/client-disconnect';
import { listen } from '../../platform/http/listen';
import { readBody } from '../../platform/http/read-body';

/**
 * Another federation router, in a process of its own: Hive's, with a planner in Rust and an executor of its own. It
 * receives the signed caller that our subgraphs require.
 */
export const RouterSettings = z.object({
  supergraph: z.string(),
  port: z.number(),
  subgraphs: z.record(z.string(), z.string()),
  secret: z.string(),
  keys: z.array(z.custom<JWK>()),
});

interface HiveRequest {
  document: DocumentNode;
  variables: Record<string, unknown>;
  context: GatewayContext;
}

/** The part of the router's types used here. Its own types would change those of graphql for the whole program. */
interface HiveRouter {
  unifiedGraphHandler(options: {
    unifiedGraph: GraphQLSchema;
    getUnifiedGraphSDL(): string;
    onSubgraphExecute(subgraph: string, request: HiveRequest): Promise<unknown>;
  }): Promise<{ executor(request: HiveRequest): Promise<unknown> }>;
}
const { unifiedGraphHandler } = createRequire(__filename)('@graphql-hive/router-runtime') as HiveRouter;

const RouterRequest = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()).nullish() });

async function main(): Promise<void> {
  const { supergraph, port, subgraphs, secret, keys } = RouterSettings.parse(
    JSON.parse(process.env.ROUTER ?? ''),
  );
  const sdl = readFileSync(supergraph, 'utf8');
  const identify = identifier([
    {
      kind: 'nhs-login',
      issuer: DEMO_ISSUERS['nhs-login'],
      audience: DEMO_AUDIENCE,
      keys: createLocalJWKSet({ keys }),
    },
  ]);
  const callerKey = deriveKey(secret, 'caller');
  const transports = new Map(
    Object.entries(subgraphs).map(([name, url]) => [name, httpTransport(name, url, [callerKey])]),
  );
  const { executor } = await unifiedGraphHandler({
    unifiedGraph: buildSchema(sdl, { assumeValid: true }),
    getUnifiedGraphSDL: () => sdl,
    onSubgraphExecute(name, { document, variables, context }) {
      const transport = transports.get(name.toLowerCase());
      if (transport === undefined) throw new Error(`Nothing is known of the subgraph ${name}.`);
      return transport.fetch(
        { query: print(document), document, variables, operationName: undefined },
        context,
      );
    },
  });

  await listen(
    (request, response) => {
      void answer();
      async function answer(): Promise<void> {
        const { query, variables } = RouterRequest.parse(JSON.parse(await readBody(request, 1_000_000)));
        const context: GatewayContext = {
          caller: await identify(request.headers.authorization),
          requestId: randomUUID(),
          source: 'another router',
          ...disconnectedUnlessAnswered(response),
        };
        const result = await executor({ document: parse(query), variables: variables ?? {}, context });
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
      }
    },
    { host: '127.0.0.1', port },
  );
}

void main();
