import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { suppliers } from '../adapters/registry';
import { runScript } from './run-script';

/**
 * `npm run adapter:new -- <id> --from json|xml|fhir`: a supplier's folder that compiles and passes L0, whose every other
 * requirement fails with what to write next, and its line in adapters/suppliers.ts.
 */
const Id = z
  .string({ error: 'Name the new supplier: npm run adapter:new -- <id> --from json|xml|fhir.' })
  .regex(/^[a-z][a-z0-9-]{1,30}$/, 'A supplier’s id is of lower case letters, digits and hyphens.');
const Transport = z.enum(['json', 'xml', 'fhir'], { error: '--from must be json, xml or fhir.' });

export interface Scaffold {
  /** The repository in which it is made. */
  root: string;
  id: string;
  transport: z.infer<typeof Transport>;
  port: number;
}

/** @throws Error when there is such a folder already, with nothing written. */
export function scaffold({ root, id, transport, port }: Scaffold): string[] {
  const folder = join(root, 'adapters', id);
  if (existsSync(folder))
    throw new Error(`adapters/${id} is there already: choose another id, or remove it.`);
  const values = { id, transport, port: String(port), name: camelCased(id) };
  const template = (name: string) =>
    readFileSync(join(root, 'scripts', 'adapter-template', `${name}.txt`), 'utf8').replace(
      /\{\{(id|transport|port|name)\}\}/g,
      (_, key: keyof typeof values) => values[key],
    );
  const files: [name: string, template: string][] = [
    [`${id}.manifest.ts`, 'manifest'],
    [`${id}.supplier.ts`, 'supplier'],
    [`${id}.ts`, 'adapter'],
    [`${id}.replies.ts`, `replies.${transport}`],
    ['simulator.ts', 'simulator'],
    ['simulator.test.ts', 'simulator-test'],
    ['conformance.test.ts', 'conformance-test'],
    ['README.md', 'readme'],
  ];
  mkdirSync(folder);
  for (const [name, source] of files) writeFileSync(join(folder, name), template(source));
  const list = join(root, 'adapters', 'suppliers.ts');
  const line = `export { ${values.name} } from './${id}/${id}.supplier';\n`;
  writeFileSync(list, readFileSync(list, 'utf8') + line);
  return files.map(([name]) => `adapters/${id}/${name}`);
}

function camelCased(id: string): string {
  return id.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

// eslint-disable-next-line @typescript-eslint/require-await -- so that what is thrown reaches runScript
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { from: { type: 'string' } },
  });
  const id = Id.parse(positionals[0]);
  const port = Math.max(...suppliers.map(({ simulatorPort }) => simulatorPort)) + 1;
  const files = scaffold({ root: process.cwd(), id, transport: Transport.parse(values.from), port });
  console.log(`Written: ${files.join(', ')}, and a line in adapters/suppliers.ts.`);
  console.log(
    `Next: npm run adapter:conform -- ${id}, which says what to write; docs/add-a-supplier.md says how.`,
  );
}

if (require.main === module) runScript(main);
