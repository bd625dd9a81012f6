// `new ApolloGateway()` calls cloud metadata addresses and Apollo unless this is set before it is constructed.
process.env.APOLLO_TELEMETRY_DISABLED = 'true';
require('reflect-metadata');
