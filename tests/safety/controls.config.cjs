const { join, resolve } = require('node:path');
const standard = require('../../jest.config.cjs');

/** The standard settings, with sources as `SAFETY_PATCH` has them. */
module.exports = {
  ...standard,
  rootDir: resolve(__dirname, '..', '..'),
  cacheDirectory: '<rootDir>/node_modules/.cache/jest-safety',
  transform: Object.fromEntries(
    Object.entries(standard.transform).map(([pattern, [, options]]) => [
      pattern,
      [join(__dirname, 'patching-transform.cjs'), options],
    ]),
  ),
};
