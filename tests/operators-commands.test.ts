import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../platform/http/free-port';

const ROOT = join(__dirname, '..');

/**
 * Root may write what is read-only; without these two rights it may not. It stays root, because another user may not
 * reach a clone in root's home, or the Node that runs the tests.
 */
const WITHOUT_ROOTS_RIGHTS =
  userInfo().uid === 0
    ? [
        'setpriv',
        '--bounding-set=-dac_override,-dac_read_search',
        '--inh-caps=-dac_override,-dac_read_search',
      ]
    : [];
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) {
    spawnSync('chmod', ['-R', 'u+w', folder]);
    rmSync(folder, { recursive: true });
  }
});

function folder(name: string): string {
  const made = mkdtempSync(join(tmpdir(), `gp-booking-${name}-`));
  chmodSync(made, 0o755);
  folders.push(made);
  return made;
}

/** Copies the files that Dockerfile puts into the image, read-only. */
function installation(): string {
  const installed = folder('installed');
  cpSync(join(ROOT, 'package.json'), join(installed, 'package.json'));
  for (const name of ['main.js', 'start.js', 'config.js']) copy(name);
  for (const name of [
    'adapters',
    'demo',
    'domain',
    'gateway',
    'platform',
    'schema',
    'scripts',
    'settings',
    'subgraphs',
    'web',
  ])
    copy(name);
  symlinkSync(join(ROOT, 'node_modules'), join(installed, 'node_modules'));
  spawnSync('chmod', ['-R', 'a-w', join(installed, 'dist'), join(installed, 'package.json')]);
  chmodSync(installed, 0o555);
  return installed;

  function copy(name: string): void {
    cpSync(join(ROOT, 'dist', name), join(installed, 'dist', name), { recursive: true });
  }
}

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

function run(command: string, args: string[], cwd: string, env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const { PATH } = process.env;
    const [first = command, ...others] = [...WITHOUT_ROOTS_RIGHTS, command, ...args];
    const child = execFile(
      first,
      others,
      { cwd, env: { PATH, HOME: '/none', npm_config_update_notifier: 'false', ...env } },
      (_error, out, err) => resolve({ code: child.exitCode, out: out.trim(), err: err.trim() }),
    );
  });
}

describe('on an installation that its user cannot write to', () => {
  let installed: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    // `npm test` has built it; a test run alone may come first.
    if (!existsSync(join(ROOT, 'dist', 'scripts')))
      spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: ROOT });
    installed = installation();
    const data = folder('data');
    env = { DATA_DIR: join(data, 'data'), PORT: String(await freePort()) };
  });

  test.each([
    ['audit:verify', [], { code: 0, out: /^0 entries in 0 chains/, err: /^$/ }],
    [
      'audit:verify',
      ['--acknowledge', 'none', '--reason', 'Restored.'],
      { code: 1, out: /^$/, err: /^No process has lost the end of that chain/ },
    ],
    [
      'ops',
      ['find-bookings'],
      { code: 0, out: /^0 copies of bookings looked at, 0 [^]*\nNothing is left to do\.$/, err: /^$/ },
    ],
    ['ops', ['find-bookings', '--after', 'x'], { code: 1, out: /^$/, err: /^--after cannot be used/ }],
    ['secrets:rekey', [], { code: 0, out: /^appointments: .*\naudit: .*\nNothing is left/, err: /^$/ }],
    [
      'secrets:rekey',
      ['--replace-keys'],
      { code: 0, out: /under new keys/, err: /^Only one secret is given/ },
    ],
    ['directory:status', [], { code: 0, out: /practices/, err: /^$/ }],
    ['directory:import', [], { code: 1, out: /^$/, err: /^Usage: npm run directory:import/ }],
    ['ops', ['health'], { code: 1, out: /^$/, err: /^No gateway answers at http:\S+: start one/ }],
  ])('npm run %s does its work, and builds nothing', async (name, args, expected) => {
    const { code, out, err } = await run('npm', ['run', '--silent', name, '--', ...args], installed, env);
    expect({ code, out, err }).toEqual({
      code: expected.code,
      out: expect.stringMatching(expected.out) as string,
      err: expect.stringMatching(expected.err) as string,
    });
  });
});

describe('a build', () => {
  const STAMP = join(ROOT, 'scripts', 'stamp.mjs');
  const build = (stamp: string) => [
    '--input-type=module',
    '-e',
    `import { unlessMade } from ${JSON.stringify(STAMP)};
     await unlessMade(${JSON.stringify(stamp)}, ${JSON.stringify([join(ROOT, 'package.json')])}, () => console.log('made'));`,
  ];

  test('of unchanged data writes nothing', async () => {
    const stamp = join(folder('built'), 'dist', 'stamp');
    expect(spawnSync(process.execPath, build(stamp)).stdout.toString()).toBe('made\n');
    chmodSync(join(stamp, '..'), 0o555);
    expect(await run(process.execPath, build(stamp), tmpdir())).toEqual({ code: 0, out: '', err: '' });
  });

  test('that cannot be written names in one sentence the user who can', async () => {
    const built = folder('read-only');
    mkdirSync(join(built, 'dist'));
    chmodSync(join(built, 'dist'), 0o555);
    const { code, out, err } = await run(process.execPath, build(join(built, 'dist', 'stamp')), tmpdir());
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(
      /^\S+ is missing or out of date, and cannot be built \(EACCES\): run npm run build as the user/,
    );
    expect(err.split('\n')).toHaveLength(1);
  });
});
