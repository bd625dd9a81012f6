const whole = require('../jest.config.cjs');

/** `npm run test:fast`: the tests beside the code, with one supplier's conformance, on what every machine has. */
module.exports = {
  ...whole,
  rootDir: '..',
  globalSetup: undefined,
  globalTeardown: undefined,
  testPathIgnorePatterns: [
    ...whole.testPathIgnorePatterns,
    '<rootDir>/tests/',
    '<rootDir>/adapters/conformance/mutants',
    // Whole imports, all triage content, and deliveries over HTTP: seconds each.
    '<rootDir>/scripts/directory-import',
    '<rootDir>/subgraphs/practices/directory/import-directory',
    '<rootDir>/subgraphs/triage/content/check/check-content',
    '<rootDir>/subgraphs/appointments/outbox/webhook-publisher',
    '<rootDir>/adapters/(?!emis/)[^/]+/conformance',
  ],
};
