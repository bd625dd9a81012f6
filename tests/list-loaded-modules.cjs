/** Required first (`node --require`): writes the paths of all loaded modules to the file LOADED_MODULES at the end. */
const { writeFileSync } = require('node:fs');

process.on('exit', () => {
  writeFileSync(process.env.LOADED_MODULES, Object.keys(require.cache).join('\n'));
});
