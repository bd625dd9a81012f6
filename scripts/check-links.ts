import { brokenReferences } from './links/broken-references';
import { readRepositoryFiles } from './links/repository-files';
import { runScript } from './run-script';

/** `npm run links`: checks that every path, heading and number exists that Markdown pages and comments name. */
runScript(() => {
  const broken = brokenReferences(readRepositoryFiles('.'));
  for (const { file, line, message } of broken) console.error(`${file}:${line} ${message}`);
  if (broken.length > 0) process.exitCode = 1;
  return Promise.resolve();
});
