import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Caller } from '../domain/caller';
import { listen, type Listening } from '../http/listen';
import { errorMask } from './error-mask';
import { explorerFiles } from './explorer/explorer-files';
import { federatedExecutor } from './federated-executor';
import { graphqlServer } from './graphql-server';
import { requestHandler } from './request-handler';
import type { SubgraphTransport } from './subgraph-transport';

export interface GatewayOptions {
  supergraphSdl: string;
  subgraphs: ReadonlyMap<string, SubgraphTransport>;
  /** @throws TokenRefused */
  identify(authorization: string | undefined): Promise<Caller>;
  http: { host: string; port: number };
  /** The explorer's bundle, made by `npm run build`. */
  explorerFolder: string;
  /** Undefined: `/metrics` is not there. */
  metrics?: Registry | undefined;
  logger: Logger;
}

/** @throws Error with a `code` such as EADDRINUSE when the address cannot be listened on. */
export async function startGateway(options: GatewayOptions): Promise<Listening> {
  const { subgraphs, identify, logger } = options;
  const executor = federatedExecutor(options.supergraphSdl, subgraphs, (reason) => {
    logger.debug({ reason }, 'executed by Apollo');
  });
  const mask = errorMask(logger);
  const graphql = graphqlServer(executor.forApolloServer, mask, logger);
  await graphql.start();
  const handle = requestHandler({
    graphql,
    operations: executor.operations,
    mask,
    identify,
    explorer: explorerFiles(options.explorerFolder),
    metrics: options.metrics,
    logger,
  });
  const { url, close } = await listen(handle, options.http);
  return {
    url,
    async close() {
      await close();
      await graphql.stop();
      await Promise.all([...subgraphs.values()].map((transport) => transport.close()));
    },
  };
}
