import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import { supplierIds } from '../registry';
import { allMutants } from './mutants/all-mutants';

const ROOT = join(__dirname, '..', '..');
const Line = z.object({ name: z.string(), caughtBy: z.string().nullable(), reason: z.string().nullable() });

/** Built by `npm test`; alone, after `npm run build`. */
describe('the conformance suite', () => {
  const caught = new Map<string, string | null>();
  const reasons = new Map<string, string | null>();
  let said = '';

  beforeAll(() => {
    const run = spawnSync(process.execPath, [join(ROOT, 'dist', 'scripts', 'adapter-mutants.js')], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    said = run.stderr;
    for (const line of run.stdout.split('\n').filter((text) => text.startsWith('{'))) {
      const { name, caughtBy, reason } = Line.parse(JSON.parse(line));
      reasons.set(name, reason);
      caught.set(name, caughtBy);
    }
  }, 300_000);

  test.each([...allMutants])('catches $name, which $title', ({ name, caughtBy }) => {
    if (!caught.has(name)) throw new Error(`It was not tried: ${said}`);
    expect(caught.get(name)).toBe(caughtBy);
    // Whoever wrote the adapter has to see what was sent, and what came back.
    expect(reasons.get(name)).toMatch(/\nLast request \([A-Z]+\): [A-Z]+ \/.*\nReply: /s);
  });

  it('knows the mutants of suppliers that there are, each by a name of its own', () => {
    expect(supplierIds).toEqual(expect.arrayContaining(allMutants.map(({ supplier }) => supplier)));
    expect(new Set(allMutants.map(({ name }) => name)).size).toBe(allMutants.length);
  });
});
