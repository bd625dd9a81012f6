// Everything that must hold, one after the other: what computes beside the suites makes their searches run out of time.
import { spawn } from 'node:child_process';

const CHECKS = [
  ['types'],
  ['lint'],
  ['imports'],
  ['schema', '--', '--check'],
  ['triage:check'],
  ['triage:draw', '--', '--check'],
];

/** Runs one npm script; answers whether it passed, and what it said. */
function run(script, stdio) {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn('npm', ['run', '--silent', ...script], { stdio });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (said += text));
    child.once('exit', (code) => {
      const seconds = Math.round((performance.now() - started) / 1000);
      resolve({ name: script[0], passed: code === 0, said, seconds });
    });
  });
}

async function checks() {
  const results = [];
  for (const script of CHECKS) results.push(await run(script, ['ignore', 'pipe', 'pipe']));
  return results;
}

const checked = await checks();
const suites = await run(['suites'], 'inherit');
console.log();
for (const { name, passed, said, seconds } of [...checked, suites]) {
  console.log(`${passed ? 'passed' : 'FAILED'}  ${name}  (${seconds} s)`);
  if (!passed) console.log(said);
}
process.exitCode = [...checked, suites].every(({ passed }) => passed) ? 0 : 1;
