/** Imports point the way a query travels, never back (docs/decisions/0001-one-package-seven-import-rules.md). */
const test = '[.]test[.]ts$';

module.exports = {
  forbidden: [
    {
      name: 'follow-the-query',
      severity: 'error',
      comment: 'Adapters are called; they never know who calls.',
      from: { path: '^adapters/' },
      to: { path: '^(subgraphs|gateway|main[.]ts|config[.]ts)' },
    },
    {
      name: 'subgraphs-see-the-port',
      severity: 'error',
      comment: 'Suppliers are chosen in main.ts; a subgraph knows the port alone.',
      from: { path: '^subgraphs/', pathNot: test },
      to: { path: '^(gateway|main[.]ts|config[.]ts|adapters/(?!gp-system[.]ts))' },
    },
    {
      name: 'subgraphs-apart',
      severity: 'error',
      comment: 'Subgraphs meet in the graph only.',
      from: { path: '^subgraphs/([^/]+)/' },
      to: { path: '^subgraphs/(?!$1/)[^/]+/' },
    },
    {
      name: 'suppliers-apart',
      severity: 'error',
      comment: 'One supplier never imports another; what two share has a folder of its own.',
      from: { path: '^adapters/(?!conformance/)([^/]+)/' },
      to: { path: '^adapters/(?!$1/|fhir/|simulator/|conformance/)[^/]+/' },
    },
    {
      name: 'no-graphql-in-adapters',
      severity: 'error',
      comment: 'A supplier adapter speaks the port, not the API.',
      from: { path: '^(adapters|domain)/' },
      to: { path: '(^|node_modules/)(graphql|type-graphql|@apollo/[^/]+|graphql-scalars)(/|$)' },
    },
    {
      name: 'gateway-stands-alone',
      severity: 'error',
      comment: 'The gateway knows the supergraph, not what is behind it.',
      from: { path: '^gateway/' },
      to: { path: '^(subgraphs|adapters|main[.]ts|config[.]ts)' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'A cycle has no first file to read.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'adapters-open-no-sockets',
      severity: 'error',
      comment:
        'supplier-http.ts is the only way to the network, so that deadlines, limits and evidence hold.',
      from: { path: '^adapters/', pathNot: ['^adapters/supplier-http[.]ts$', 'simulator', test] },
      to: { path: '^(axios|node:https?|https?|undici|node:net|net)$|node_modules/(axios|undici)/' },
    },
    {
      name: 'domain-is-the-floor',
      severity: 'error',
      comment: 'The shared words import nobody.',
      from: { path: '^domain/' },
      to: { path: '^(gateway|subgraphs|adapters|main[.]ts|config[.]ts)' },
    },
    {
      name: 'simulators-stay-outside',
      severity: 'error',
      comment: 'No adapter imports its own simulator: only main.ts, scripts and tests do.',
      from: { path: '^(adapters|subgraphs|gateway)/', pathNot: ['simulator', 'conformance', test] },
      to: { path: '^adapters/.*simulator' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|data|gateway/explorer/app)/' },
    builtInModules: { override: [] },
  },
};
