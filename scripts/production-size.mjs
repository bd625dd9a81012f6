// `npm run production:size`: installs what production needs into an empty folder, starts it there, and says what it takes.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Megabytes, as `du -m` counts them, that node_modules and dist may take together. */
const MOST = 235;
const START_WITHIN_MS = 60_000;
const SETTINGS = {
  PATH: process.env.PATH,
  NODE_ENV: 'production',
  PORT: '0',
  GATEWAY_SECRET: randomBytes(32).toString('hex'),
  ISSUERS: JSON.stringify([
    { kind: 'nhs-login', issuer: 'https://login.test', audience: 'a', jwksUrl: 'https://login.test/keys' },
  ]),
  EMIS_URL: 'https://emis.test',
  ALLOW_DEMO_CONTENT: 'yes',
  ORGANISATION_ODS: 'A99999',
  ORGANISATION_NAME: 'Measurement',
  ORGANISATION_PHONE: '0113 496 0000',
  ORGANISATION_ASID: '200000000115',
  METRICS: 'off',
};

const folder = mkdtempSync(join(tmpdir(), 'gp-booking-production-'));
try {
  for (const name of ['package.json', 'package-lock.json', '.npmrc', 'dist'])
    cpSync(name, join(folder, name), { recursive: true });
  const installed = spawnSync('npm', ['ci', '--omit=dev'], { cwd: folder, encoding: 'utf8' });
  if (installed.status !== 0) throw new Error(`npm ci --omit=dev failed: ${installed.stderr}`);
  const [packages, dist] = [megabytesIn(join(folder, 'node_modules')), megabytesIn(join(folder, 'dist'))];
  await start();
  const total = packages + dist;
  console.log(
    `node_modules ${Math.round(packages)} MB, dist ${Math.round(dist)} MB, together ${Math.round(total)} MB`,
  );
  if (total > MOST) throw new Error(`That is more than ${MOST} MB: see what was added to dependencies.`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Counts the blocks on disk. */
function megabytesIn(path) {
  const entry = lstatSync(path);
  const below = entry.isDirectory() ? readdirSync(path).map((name) => megabytesIn(join(path, name))) : [];
  return below.reduce((sum, size) => sum + size, (entry.blocks * 512) / 1_048_576);
}

/** Resolves once the service there says that it listens, and has stopped again. */
function start() {
  const service = spawn(process.execPath, [join('dist', 'main.js')], {
    cwd: folder,
    env: SETTINGS,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const limit = setTimeout(() => service.kill('SIGKILL'), START_WITHIN_MS);
  let hasStarted = false;
  service.stdout.on('data', (text) => {
    if (!String(text).includes('/graphql')) return;
    hasStarted = true;
    service.kill('SIGTERM');
  });
  return new Promise((resolve, reject) => {
    service.once('exit', () => {
      clearTimeout(limit);
      if (hasStarted) resolve();
      else reject(new Error('With production packages alone the service does not start.'));
    });
  });
}
