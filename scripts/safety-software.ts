import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { softwarePage } from '../tests/safety/software-list';
import { runScript } from './run-script';

/** `npm run safety:software`: writes docs/safety/software-of-unknown-provenance.md. */
runScript(() => Promise.resolve().then(write));

function write(): void {
  writeFileSync(join('docs', 'safety', 'software-of-unknown-provenance.md'), softwarePage(process.cwd()));
}
