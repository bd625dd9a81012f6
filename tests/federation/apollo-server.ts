import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { getOperationAST, getVariableValues, GraphQLError } from 'graphql';
import { asGraphQLError } from '../../gateway/execution/as-graphql-error';
import type { OperationCache } from '../../gateway/execution/operation-cache';
import { loadSupergraph } from '../../gateway/execution/supergraph';
import type { GatewayContext } from '../../gateway/gateway-context';
import { admittedByAll } from './two-gateways';

/** Apollo Server before the same operations: what it makes of HTTP is what ours is compared with. */
export async function apolloServer(
  supergraphSdl: string,
  operations: OperationCache,
): Promise<ApolloServer<GatewayContext>> {
  const { api } = loadSupergraph(supergraphSdl);
  const server = new ApolloServer<GatewayContext>({
    gateway: {
      load: () =>
        Promise.resolve({
          async executor({ source, document, request, context }) {
            const chosen = getOperationAST(document, request.operationName);
            if (!chosen) return { errors: [new GraphQLError('There is no such operation.')] };
            const { errors } = getVariableValues(
              api,
              chosen.variableDefinitions ?? [],
              request.variables ?? {},
            );
            if (errors !== undefined) return { errors };
            const { operation, admitted } = await admittedByAll(
              operations,
              source,
              request.variables ?? {},
              request.operationName,
            );
            const answer = await operation.execute(admitted, context as GatewayContext);
            return {
              data: answer.data,
              errors: answer.errors?.map(asGraphQLError),
              extensions: { ...answer.extensions, cost: admitted.cost },
            };
          },
        }),
      onSchemaLoadOrUpdate(use) {
        use({ apiSchema: api, coreSupergraphSdl: supergraphSdl });
        return () => undefined;
      },
      stop: () => Promise.resolve(),
    },
    nodeEnv: 'production',
    introspection: true,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginCacheControlDisabled(),
    ],
  });
  await server.start();
  return server;
}
