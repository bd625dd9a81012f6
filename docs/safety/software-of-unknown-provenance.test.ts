import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { softwarePage } from '../../tests/safety/software-list';

const ROOT = resolve(__dirname, '..', '..');

it('lists the software that package.json and its lock name now (npm run safety:software)', () => {
  const page = readFileSync(join(ROOT, 'docs', 'safety', 'software-of-unknown-provenance.md'), 'utf8');
  expect(page).toBe(softwarePage(ROOT));
});
