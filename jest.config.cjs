/** These ship ES modules only: jest's CommonJS runtime needs them transpiled. */
const esModules = [
  'jose',
  'kdbush',
  'geokdbush',
  'tinyqueue',
  'temporal-polyfill',
  'temporal-utils',
  'temporal-spec',
];

module.exports = {
  testEnvironment: 'node',
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/data/'],
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
  // The cores that it is made for: more of them, and searches run out of their time on a busy machine.
  maxWorkers: 2,
  // Starting everything on a busy machine takes seconds; nothing rests on this limit.
  testTimeout: 30_000,
  // A suite that fails half-way leaves servers behind; the run must end all the same.
  forceExit: true,
};
