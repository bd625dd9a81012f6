/** Imports point the way a query travels, never back (docs/decisions/0001-one-package-with-import-rules.md). */
const test = '(-under-test|[.]test)[.]ts$';
const simulator = '^adapters/(simulator/|[^/]+/simulator[.])';
const conformance = '^adapters/conformance/';
/** Folders and files that run in production. */
const product = '^((main|start|config)[.]ts$|(adapters|domain|gateway|platform|settings|subgraphs|web)/)';
/** The composition of a supplier's folder, and its type: the only modules that see both sides of the wire. */
const supplier = '^adapters/(supplier[.]|[^/]+/[^/]+[.]supplier[.])';
/** Each imports those before it alone. */
const APPOINTMENTS = [
  'lifecycle',
  'database',
  'releases',
  'holds',
  'ledger',
  'recovery',
  'insight',
  'options',
  'booking',
  'outbox',
  'types',
  'views',
  'resolvers',
];

module.exports = {
  forbidden: [
    {
      name: 'follow-the-query',
      severity: 'error',
      comment: 'Adapters are called; they never know who calls.',
      from: { path: '^adapters/' },
      to: { path: '^(subgraphs|gateway)/' },
    },
    {
      name: 'subgraphs-see-the-port',
      severity: 'error',
      comment: 'Suppliers are chosen in start.ts; a subgraph knows the port alone.',
      from: { path: '^subgraphs/', pathNot: test },
      to: { path: '^(gateway/|adapters/(?!gp-system[.]ts$))' },
    },
    {
      name: 'subgraphs-apart',
      severity: 'error',
      comment: 'Subgraphs meet in the graph only.',
      from: { path: '^subgraphs/([^/]+)/' },
      to: { path: '^subgraphs/(?!$1/)[^/]+/' },
    },
    ...APPOINTMENTS.slice(0, -1).map((folder, at) => ({
      name: 'appointments-one-way',
      severity: 'error',
      comment: `Folders of the appointments subgraph import those before them alone: ${APPOINTMENTS.join(', ')}.`,
      from: { path: `^subgraphs/appointments/${folder}/`, pathNot: test },
      to: { path: `^subgraphs/appointments/(${APPOINTMENTS.slice(at + 1).join('|')})/` },
    })),
    {
      name: 'subgraphs-only',
      severity: 'error',
      comment: 'Beside the three subgraphs there is nothing: what they share is in platform/.',
      from: {},
      to: { path: '^subgraphs/(?!(triage|practices|appointments)/)' },
    },
    {
      name: 'suppliers-apart',
      severity: 'error',
      comment: 'One supplier never imports another; what two share has a folder of its own.',
      from: { path: '^adapters/(?!conformance/)([^/]+)/' },
      to: { path: '^adapters/(?!$1/|http/|fhir/|xml/|simulator/|conformance/)[^/]+/' },
    },
    {
      name: 'suppliers-apart',
      severity: 'error',
      comment: 'What the suppliers share is no bridge between them: only the list of suppliers names any.',
      from: {
        path: '^adapters/((?!suppliers[.]|supplier[.])[^/]+[.]ts$|http/)',
        pathNot: test,
      },
      to: { path: '^adapters/(?!(http|fhir|xml)/)[^/]+/' },
    },
    {
      name: 'no-graphql-in-adapters',
      severity: 'error',
      comment: 'A supplier adapter speaks the port, not the API.',
      from: { path: '^(adapters|domain)/' },
      to: {
        path: '(^|node_modules/)(graphql|type-graphql|graphql-[^/]+|@apollo/[^/]+|@graphql-tools/[^/]+)(/|$)',
      },
    },
    {
      name: 'gateway-stands-alone',
      severity: 'error',
      comment: 'The gateway knows the supergraph, not what is behind it.',
      from: { path: '^gateway/' },
      to: { path: '^(subgraphs|adapters)/' },
    },
    {
      name: 'web-is-one-more-client',
      severity: 'error',
      comment:
        'The website uses the public API alone, as a front end of any other team would. How spreadsheets read a file is no matter of the API.',
      from: { path: '^web/' },
      to: {
        path: '^domain/(?!csv[.]ts$)|^(adapters|demo|gateway|platform|settings|subgraphs)/|^(main|start|config)[.]ts$',
      },
    },
    {
      name: 'web-is-one-more-client',
      severity: 'error',
      comment: 'Only start.ts puts the website beside the rest.',
      from: { path: '^(adapters|domain|gateway|platform|settings|subgraphs)/' },
      to: { path: '^web/' },
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
        'http/supplier-http.ts is the only way to the network, so that deadlines, limits and evidence hold.',
      from: {
        path: '^adapters/',
        pathNot: ['^adapters/http/http-client[.]ts$', simulator, conformance, test],
      },
      to: { path: '^(node:)?(http|https|http2|net|tls|dgram)$|node_modules/(axios|undici)/' },
    },
    {
      name: 'adapters-open-no-sockets',
      severity: 'error',
      comment:
        'The HTTP client sends without limits: only http/supplier-http.ts, which adds them, may use it.',
      from: { path: '^adapters/', pathNot: '^adapters/http/supplier-http[.]ts$' },
      to: { path: '^adapters/http/http-client[.]ts$' },
    },
    {
      name: 'domain-is-the-floor',
      severity: 'error',
      comment: 'The shared words are below everybody, and the platform is below all but those.',
      from: { path: '^(domain|platform)/', pathNot: test },
      to: { path: '^(gateway|subgraphs|adapters)/' },
    },
    {
      name: 'gateway-keeps-no-books',
      severity: 'error',
      comment:
        'The gateway stores nothing and serves no subgraph: of the platform it uses HTTP and execution.',
      from: { path: '^gateway/', pathNot: test },
      to: { path: '^platform/(database|graphql)/' },
    },
    {
      name: 'only-the-top-sees-everything',
      severity: 'error',
      comment: 'Everything is put together in start.ts; a part is given what it needs.',
      from: { path: '^(gateway|subgraphs|adapters|domain|platform)/', pathNot: test },
      to: { path: '^((main|start|config)[.]ts$|(settings|demo|scripts|bench|tests)/)' },
    },
    {
      name: 'simulators-stay-outside',
      severity: 'error',
      comment:
        'No adapter imports its own simulator or the tests that it has to pass: only start.ts and tests do.',
      from: { path: '^(adapters|subgraphs|gateway)/', pathNot: [simulator, conformance, supplier, test] },
      to: { path: [simulator, conformance] },
    },
    {
      name: 'production-loads-no-demo',
      severity: 'error',
      comment: 'What stands in for the world is imported dynamically, where nothing real is configured.',
      from: { path: product, pathNot: [simulator, conformance, test] },
      to: { path: ['^demo/', simulator], dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'production-needs-no-development-packages',
      severity: 'error',
      comment: 'npm ci --omit=dev installs all that the service loads.',
      // The build puts what web/insight/charts/plot.ts imports into its own file.
      from: { path: product, pathNot: [conformance, test, '^web/insight/charts/plot[.]ts$'] },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
        // Packages named like parts of Node, which Node never loads for `node:events` and `node:buffer`.
        pathNot: '^node_modules/(buffer|events)/',
      },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|data|gateway/explorer/app|web/browser)/' },
    builtInModules: { override: [] },
  },
};
