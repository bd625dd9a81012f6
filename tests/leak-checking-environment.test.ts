import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const JEST = join(__dirname, '..', 'node_modules', 'jest', 'bin', 'jest.js');

/** Runs one test with this body in a worker of a jest of its own; returns whether it passed, and its output. */
function runTest(body: string): { passed: boolean; output: string } {
  const rootDir = mkdtempSync(join(tmpdir(), 'gp-booking-leaks-'));
  writeFileSync(join(rootDir, 'one.test.js'), `test('one', async () => { ${body} });`);
  // A lone file would be run without a worker, beside the timers of jest's own reporters.
  writeFileSync(join(rootDir, 'other.test.js'), `test('other', () => undefined);`);
  const config = JSON.stringify({
    rootDir,
    testEnvironment: join(__dirname, 'leak-checking-environment.cjs'),
    testEnvironmentOptions: { goneWithinMs: 200 },
    transform: {},
    forceExit: true,
  });
  const { status, stderr } = spawnSync(process.execPath, [JEST, '--config', config, '-w', '2'], {
    encoding: 'utf8',
  });
  rmSync(rootDir, { recursive: true });
  return { passed: status === 0, output: stderr };
}

const LEAKS: [what: string, kind: string, body: string][] = [
  [
    'a server',
    'TCPServerWrap',
    `await new Promise((done) => require('node:http').createServer().listen(0, done));`,
  ],
  ['a timer', 'Timeout', 'setInterval(() => undefined, 1_000);'],
  [
    'a process',
    'ProcessWrap',
    `require('node:child_process').spawn('sleep', ['5'], { stdio: 'ignore', detached: true });`,
  ],
];

test.each(LEAKS)('fails a file that leaves %s behind, and names it', (_, kind, body) => {
  const { passed, output } = runTest(body);
  expect(output).toContain(`This file leaves behind: 1 ${kind}`);
  expect(passed).toBe(false);
});

test('passes a file that closes what it opens', () => {
  const { passed, output } = runTest(
    `const server = require('node:http').createServer();
     await new Promise((done) => server.listen(0, done));
     await new Promise((done) => server.close(done));`,
  );
  expect({ passed, output }).toMatchObject({ passed: true });
});
