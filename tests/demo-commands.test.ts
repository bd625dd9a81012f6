import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../platform/http/free-port';
import { inOneProcess, type GatewayUnderTest } from './gateway-under-test';

const ROOT = join(__dirname, '..');
const COMMANDS = [
  { name: 'token', args: ['--as', 'patient'] },
  { name: 'journey', args: [] },
  { name: 'ops', args: ['health'] },
];

/** Runs one of the commands beside a gateway on `url`, with the settings of a shell. */
function run({ name, args }: (typeof COMMANDS)[number], url: string, env: Record<string, string>) {
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    const { PATH } = process.env;
    const child = execFile(
      process.execPath,
      [join(ROOT, 'dist', 'scripts', `${name}.js`), ...args],
      { cwd: ROOT, env: { PATH, PORT: new URL(url).port, ...env } },
      (_error, out, err) => {
        resolve({ code: child.exitCode, out, err: err.trim() });
      },
    );
  });
}

const otherFolder = () => mkdtempSync(join(tmpdir(), 'gp-booking-other-'));

describe.each(COMMANDS)('npm run $name', (command) => {
  let gateway: GatewayUnderTest;
  afterEach(() => gateway.close());

  test('says so where the gateway has another DATA_DIR', async () => {
    gateway = await inOneProcess();
    const dataDir = otherFolder();
    const { code, out, err } = await run(command, gateway.url, { DATA_DIR: dataDir });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(`The gateway at ${gateway.url} was started with another DATA_DIR`);
    expect(err).toContain(dataDir);
    expect(err.split('\n')).toHaveLength(1);
  });

  test('says so where the gateway has other issuers', async () => {
    const issuer = { kind: 'nhs-login', issuer: 'https://login.test', audience: 'a' };
    gateway = await inOneProcess({ ISSUERS: JSON.stringify([issuer]) });
    const { dataDir } = gateway.config;
    const { code, out, err } = await run(command, gateway.url, { DATA_DIR: dataDir });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(`The gateway at ${gateway.url} was started with ISSUERS`);
  });
});

test('npm run journey says so where the suppliers are controlled at another port', async () => {
  const gateway = await inOneProcess();
  const env = { DATA_DIR: gateway.config.dataDir, SIMULATOR_CONTROL_PORT: String(await freePort()) };
  const { code, err } = await run(COMMANDS[1]!, gateway.url, env);
  await gateway.close();
  expect(code).toBe(1);
  expect(err).toContain('set SIMULATOR_CONTROL_PORT as the gateway has it');
});
