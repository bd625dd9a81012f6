import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleService } from './bundle-service';
import { MUTANTS } from './mutants';
import { patched } from './source-patches';

const ROOT = join(__dirname, '..', '..');
const patch = { file: 'a.ts', find: 'one', replace: '$& more' };

test('puts the replacement where the text was, letter by letter', () => {
  expect(patched('only one here', [patch])).toBe('only $& more here');
});

test.each(['nothing here', 'one and one'])('refuses a text that does not hold it once: %s', (source) => {
  expect(() => patched(source, [patch])).toThrow(/a\.ts fits [02] times/);
});

test.each(MUTANTS)('the mutant "$name" still fits the sources', ({ patches }) => {
  for (const one of patches)
    expect(() => patched(readFileSync(join(ROOT, one.file), 'utf8'), [one])).not.toThrow();
});

test('the service of the fault runs can be made of the sources, with its shorter waits', async () => {
  expect(readFileSync(await bundleService('in-tests', []), 'utf8')).toContain('appointmentsSubgraph');
});
