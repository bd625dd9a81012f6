import { ApolloServer, type BaseContext } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { Logger } from 'pino';
import type { ErrorMask } from './error-mask';
import type { GatewayContext } from './gateway-context';
import type { FederatedExecutor } from './federated-executor';

export function graphqlServer(
  gateway: FederatedExecutor['forApolloServer'],
  mask: ErrorMask,
  logger: Logger,
): ApolloServer<GatewayContext & BaseContext> {
  return new ApolloServer<GatewayContext>({
    gateway,
    nodeEnv: 'production',
    introspection: true,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    logger: quiet(logger),
    formatError: mask,
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginCacheControlDisabled(),
    ],
  });
}

/** Apollo's libraries talk at info level about what main.ts says better. */
function quiet(logger: Logger) {
  const child = logger.child({ part: 'apollo' });
  return {
    debug: child.debug.bind(child),
    info: child.debug.bind(child),
    warn: child.warn.bind(child),
    error: child.error.bind(child),
  };
}
