import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** The page of third-party software, made from package.json and package-lock.json. */

const Package = z.object({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
});
const Lock = z.object({
  packages: z.record(
    z.string(),
    z.looseObject({
      version: z.string().optional(),
      license: z.string().optional(),
      integrity: z.string().optional(),
      dev: z.boolean().optional(),
    }),
  ),
});

export function softwarePage(root: string): string {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(root, file), 'utf8'));
  const { dependencies, devDependencies } = Package.parse(read('package.json'));
  const { packages } = Lock.parse(read('package-lock.json'));
  const installed = Object.entries(packages).filter(([path]) => path !== '');
  const shipped = installed.filter(([, { dev }]) => dev !== true);
  const rows = Object.entries(dependencies).map(([name, version]) => {
    const locked = packages[`node_modules/${name}`];
    return `| ${name} | ${version} | ${locked?.license ?? 'not stated'} | ${locked?.integrity === undefined ? 'no' : 'yes'} |`;
  });
  return `# Software of unknown provenance

> Demonstration content. Not clinically assured. Do not use for real symptoms. In an emergency call 999; otherwise NHS 111.

Made by \`npm run safety:software\` from package.json and package-lock.json; a test fails when it is out of date. Third-party software is
developed by no process that this project has assessed (IEC 62304 calls it SOUP). The service runs on Node.js, PostgreSQL or an
embedded SQLite, and Redis or none; their versions are the deploying organisation's choice.

${rows.length} packages are named by the service, ${Object.keys(devDependencies).length} by its tests and tools. With everything that they need, ${shipped.length} are installed
with the service, and ${installed.length} in all for development. Versions are exact, and the lock file holds a digest of each.

Not done: nobody has judged the known anomalies of each package, nor what its failure could mean for a person. Whoever deploys this
has to watch for advisories (\`npm audit\`), and to decide on each update.

| package | version | licence | digest in the lock |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}
