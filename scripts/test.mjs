// `npm test`: everything that must hold, the checks beside the suites. `npm run test:fast`: types, the tests that lie
// beside the code, and one supplier's conformance.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Programs of dist/, which is built already: a rebuild would take it away from under the suites. */
const program = (name, ...args) => ['node', [`dist/scripts/${name}.js`, ...args]];
const npm = (script) => ['npm', ['run', '--silent', script]];

const CHECKS = {
  types: npm('types'),
  lint: npm('lint'),
  imports: npm('imports'),
  links: program('check-links'),
  spelling: npm('spelling'),
  schema: program('compose-schema', '--check'),
  'triage:check': program('triage-check'),
  'triage:draw': program('triage-draw', '--check'),
};

const LAYERS = {
  all: { checks: CHECKS, suites: ['npx', ['jest']] },
  fast: {
    checks: { types: CHECKS.types },
    suites: ['npx', ['jest', '--config', 'tests/fast.config.cjs']],
  },
};

/**
 * Folder for everything that the tests leave behind. PostgreSQL, which may run as another user, has to pass through
 * it.
 */
const temporary = mkdtempSync(join(tmpdir(), 'gp-booking-tests-'));
chmodSync(temporary, 0o711);
const env = { ...process.env, TMPDIR: temporary };

/** Runs one command; returns whether it passed, and its output. */
function run(name, [command, args], stdio) {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio, env });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output += text));
    child.once('exit', (code) => {
      const seconds = Math.round((performance.now() - started) / 1000);
      resolve({ name, passed: code === 0, output, seconds });
    });
  });
}

/** One after the other, so that the suites keep a processor to themselves. */
async function runChecks(checks) {
  const results = [];
  for (const [name, command] of Object.entries(checks))
    results.push(await run(name, command, ['ignore', 'pipe', 'pipe']));
  return results;
}

const { checks, suites } = LAYERS[process.argv[2] ?? 'all'];
const [checked, tested] = await Promise.all([runChecks(checks), run('suites', suites, 'inherit')]);
rmSync(temporary, { recursive: true, force: true });
console.log();
for (const { name, passed, output, seconds } of [...checked, tested]) {
  console.log(`${passed ? 'passed' : 'FAILED'}  ${name}  (${seconds} s)`);
  if (!passed) console.log(output);
}
process.exitCode = [...checked, tested].every(({ passed }) => passed) ? 0 : 1;
