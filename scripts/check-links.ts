import { brokenReferences } from './links/broken-references';
import { readRepositoryFiles } from './links/repository-files';
import { runScript } from './run-script';

/** `npm run links`: whatever Markdown pages and comments name by path, heading or number has to exist. */
runScript(() => {
  const broken = brokenReferences(readRepositoryFiles('.'));
  for (const { file, line, message } of broken) console.error(`${file}:${line} ${message}`);
  if (broken.length > 0) process.exitCode = 1;
  return Promise.resolve();
});
