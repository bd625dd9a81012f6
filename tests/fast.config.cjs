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
    '<rootDir>/adapters/(?!emis/)[^/]+/conformance',
  ],
};
