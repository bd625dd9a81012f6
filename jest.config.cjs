const { availableParallelism } = require('node:os');

/** These ship ES modules only: jest's CommonJS runtime needs them transpiled. */
const esModules = [
  'jose',
  'kdbush',
  'geokdbush',
  'tinyqueue',
  'temporal-polyfill',
  'temporal-utils',
  'temporal-spec',
  // The website's OpenID Connect, and the provider of the simulation.
  'openid-client',
  'oauth4webapi',
  'oidc-provider',
  'nanoid',
  'eta',
  'quick-lru',
  'oidc-token-hash',
  'got',
  '@sindresorhus',
  '@szmarczak',
  'cacheable-lookup',
  'cacheable-request',
  'mimic-response',
  'normalize-url',
  'responselike',
  'lowercase-keys',
  'form-data-encoder',
  'p-cancelable',
  // The website's server.
  'content-disposition',
  // Charts.
  '@observablehq',
  'd3',
  'isoformat',
];

module.exports = {
  testEnvironment: '<rootDir>/tests/leak-checking-environment.cjs',
  // Not in the folder for temporary files, which a run of `npm test` has for itself.
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/data/'],
  // TypeScript's spelling of a dynamic import that Node itself resolves in dist/.
  // Of d3, Node loads a file that jest's runtime never transpiles.
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^d3$': '<rootDir>/node_modules/d3/dist/d3.js',
  },
  transform: {
    '^.+\\.[jt]s$': [
      '@swc/jest',
      {
        module: { type: 'commonjs' },
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, useDefineForClassFields: false },
          target: 'es2022',
          keepClassNames: true,
        },
        sourceMaps: 'inline',
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esModules.join('|')})/)`],
  setupFiles: ['<rootDir>/tests/setup-each.cjs'],
  globalSetup: '<rootDir>/tests/global-setup.ts',
  globalTeardown: '<rootDir>/tests/global-teardown.ts',
  // One more than cores: some tests wait for processes that they have started.
  maxWorkers: Math.min(4, availableParallelism() + 1),
  // For a hang alone: however busy the machine, no test takes so long.
  testTimeout: 120_000,
};
