import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../domain/eventually';
import { PRODUCTION } from './production-settings';

const ROOT = join(__dirname, '..');
const { PATH = '' } = process.env;
const FREE_PORTS = { PORT: '0', SIMULATOR_CONTROL_PORT: '0' };

function folder(): string {
  return mkdtempSync(join(tmpdir(), 'gp-booking-start-'));
}

/** A process with nothing of this one's environment; its output grows in `out`. */
function started(command: string, args: string[], env: Record<string, string>, detached = false) {
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { PATH, HOME: process.env.HOME, DATA_DIR: folder(), ...FREE_PORTS, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached,
  });
  const running = { child, out: '', ended: new Promise((resolve) => child.once('exit', resolve)) };
  child.stdout.on('data', (text) => (running.out += String(text)));
  return running;
}

test('npm start leaves nothing running when npm alone is stopped', async () => {
  const npm = started('npm', ['start'], {});
  const url = await eventually('it says where it listens', () => /API +(\S+)\/graphql/.exec(npm.out)?.[1]);
  expect((await fetch(`${url}/health/live`)).status).toBe(200);
  npm.child.kill('SIGTERM');
  await npm.ended;
  await eventually('nothing listens there any more', () =>
    fetch(`${url}/health/live`).then(
      () => false,
      () => true,
    ),
  );
}, 120_000);

test('npm start, when a terminal tells everybody to stop and npm passes that on, ends well', async () => {
  const npm = started('npm', ['start'], {}, true);
  await eventually('it says where it listens', () => /API +(\S+)\/graphql/.exec(npm.out)?.[1]);
  process.kill(-(npm.child.pid ?? 0), 'SIGINT');
  npm.child.kill('SIGINT');
  expect(await npm.ended).toBe(0);
}, 120_000);

test('production loads neither the demo nor a simulator, nor a package for development', async () => {
  const list = join(folder(), 'loaded.txt');
  const hook = join(__dirname, 'list-loaded-modules.cjs');
  const production = started('node', ['--require', hook, join(ROOT, 'dist', 'main.js')], {
    ...PRODUCTION,
    LOADED_MODULES: list,
  });
  await eventually('it says where it listens', () => production.out.includes('/graphql'));
  production.child.kill('SIGTERM');
  await production.ended;
  const loaded = readFileSync(list, 'utf8').split('\n');
  expect(loaded).toContain(join(ROOT, 'dist', 'start.js'));
  const ours = loaded.filter((file) => file.startsWith(join(ROOT, 'dist')));
  expect(ours.filter((file) => /\/(demo|tests|bench|scripts|conformance)\/|simulat/.test(file))).toEqual([]);
  expect(packagesIn(loaded).filter((name) => forDevelopment.has(name))).toEqual([]);
}, 120_000);

/** Packages that `npm ci --omit=dev` does not install, by the lock file. */
const Lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, { dev?: boolean }>;
};
const forDevelopment = new Set(
  Object.entries(Lock.packages).flatMap(([path, { dev }]) =>
    dev === true ? [path.slice('node_modules/'.length)] : [],
  ),
);

function packagesIn(files: readonly string[]): string[] {
  const paths = files.flatMap(
    (file) => /node_modules\/(.*\/node_modules\/)?(@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? [],
  );
  return [...new Set(paths.map((path) => path.slice('node_modules/'.length)))];
}
