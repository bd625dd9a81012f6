import { randomUUID } from 'node:crypto';
import { ApolloServer, type BaseContext } from '@apollo/server';
import { unwrapResolverError } from '@apollo/server/errors';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLFormattedError } from 'graphql';
import type { Logger } from 'pino';
import type { GatewayContext } from './gateway-context';
import type { FederatedExecutor } from './federated-executor';

/** Codes that clients may see as they are; everything else is ours to explain and is masked. */
const PUBLIC_CODES: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'LIMIT_REACHED',
]);

export function graphqlServer(
  gateway: FederatedExecutor['forApolloServer'],
  logger: Logger,
): ApolloServer<GatewayContext & BaseContext> {
  return new ApolloServer<GatewayContext>({
    gateway,
    nodeEnv: 'production',
    introspection: true,
    includeStacktraceInErrorResponses: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    logger: quiet(logger),
    formatError: (formatted, error) => masked(formatted, error, logger),
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginCacheControlDisabled(),
    ],
  });
}

/** A fault of ours is logged under a reference and answered with the reference alone. */
function masked(formatted: GraphQLFormattedError, error: unknown, logger: Logger): GraphQLFormattedError {
  const { message, locations, path, extensions } = formatted;
  const code = extensions?.code;
  if (PUBLIC_CODES.has(code)) {
    const reason = extensions?.reason;
    return { message, locations, path, extensions: reason === undefined ? { code } : { code, reason } };
  }
  const reference = randomUUID();
  logger.error({ err: unwrapResolverError(error), reference, path }, 'operation failed');
  return {
    message: 'Something went wrong on our side. Try again; if it stays, quote the reference.',
    path,
    extensions: { code: 'INTERNAL_SERVER_ERROR', reference },
  };
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
