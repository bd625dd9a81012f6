const { relative } = require('node:path');
const swc = require('@swc/jest').default ?? require('@swc/jest');

/** Transpiles as every test does, with one control taken out of the source: `SAFETY_PATCH` holds file, find and replace. */
module.exports = {
  createTransformer(options) {
    const inner = swc.createTransformer(options);
    const patch = JSON.parse(process.env.SAFETY_PATCH ?? 'null');
    const patched = (source, path, { config }) =>
      patch !== null && relative(config.rootDir, path) === patch.file
        ? source.replace(patch.find, () => patch.replace)
        : source;
    return {
      ...inner,
      process: (source, path, context) => inner.process(patched(source, path, context), path, context),
      getCacheKey: (source, path, context) =>
        inner.getCacheKey(patched(source, path, context), path, context),
    };
  },
};
