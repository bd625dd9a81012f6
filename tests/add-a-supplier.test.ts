import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buildSync } from 'esbuild';
import { z } from 'zod';
import { Certificate } from '../adapters/conformance/certificate';
import { supplierIds } from '../adapters/registry';
import { scaffold } from '../scripts/adapter-new';

const ROOT = join(__dirname, '..');
const BLOCK = /```ts (adapters\/\S+)\n(.*?)```/gs;
const SCAFFOLDS = [
  ['json', 'paper-clinic'],
  ['xml', 'stone-clinic'],
  ['fhir', 'fire-clinic'],
] as const;

/** A copy of the repository to be changed: adapters as files, all else as links. */
function scratchCopy(): string {
  const root = mkdtempSync(join(tmpdir(), 'add-a-supplier-'));
  cpSync(join(ROOT, 'adapters'), join(root, 'adapters'), { recursive: true });
  for (const name of [
    'domain',
    'gateway',
    'platform',
    'settings',
    'subgraphs',
    'node_modules',
    'package.json',
    'docs',
  ])
    symlinkSync(join(ROOT, name), join(root, name));
  for (const name of ['scripts', 'config.ts'])
    cpSync(join(ROOT, name), join(root, name), { recursive: true });
  return root;
}

/** The page's blocks, each into its file; those for a file that is there are lines to be added. */
function takeFromThePage(root: string): void {
  const page = readFileSync(join(ROOT, 'docs', 'add-a-supplier.md'), 'utf8');
  for (const [, file = '', source = ''] of page.matchAll(BLOCK)) {
    const path = join(root, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, source, { flag: 'a' });
  }
}

function contents(root: string): Map<string, string> {
  const folder = join(root, 'adapters');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    files.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(folder.length + 1), readFileSync(path, 'utf8')];
    }),
  );
}

/** Bundles a script of the copy and runs it there. */
function run(root: string, entry: string, args: readonly string[], env: Record<string, string> = {}): string {
  const outfile = join(root, 'bundles', `${entry.replaceAll('/', '-')}.cjs`);
  buildSync({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    outfile,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    packages: 'external',
    logLevel: 'error',
  });
  const options = {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...env },
    maxBuffer: 2 ** 26,
  } as const;
  const { stdout, stderr } = spawnSync(process.execPath, [outfile, ...args], options);
  if (stdout === '') throw new Error(stderr);
  return stdout;
}

function certificates(root: string, ids: readonly string[]): Certificate[] {
  return z.array(Certificate).parse(JSON.parse(run(root, 'scripts/adapter-conform.ts', [...ids, '--json'])));
}

describe('a new supplier', () => {
  const root = scratchCopy();
  const before = contents(root);
  let certificate: Certificate;

  beforeAll(() => {
    takeFromThePage(root);
    certificate = certificates(root, ['sandpit'])[0]!;
  });
  afterAll(() => {
    rmSync(root, { recursive: true });
  });

  it('is one folder and one line', () => {
    const changed = [...contents(root)]
      .filter(([file, text]) => before.get(file) !== text)
      .map(([file]) => file);
    expect(changed.filter((file) => !file.startsWith('sandpit/'))).toEqual(['suppliers.ts']);
    const list = contents(root).get('suppliers.ts')!;
    expect(list.replace(before.get('suppliers.ts')!, '').trim().split('\n')).toHaveLength(1);
  });

  it('reaches L4 as the page describes it', () => {
    expect(certificate.results.filter(({ outcome }) => outcome === 'FAILED')).toEqual([]);
    expect(certificate.level).toBe('L4');
    expect(certificate.results.filter(({ outcome, reason }) => outcome !== 'PASSED' && !reason)).toEqual([]);
  });

  it('has its settings without another line', () => {
    writeFileSync(
      join(root, 'settings.ts'),
      `import { readConfig } from './config';
       const { suppliers, simulatorPorts } = readConfig(process.env);
       console.log(JSON.stringify([suppliers.sandpit, simulatorPorts.sandpit]));`,
    );
    const said = run(root, 'settings.ts', [], { SANDPIT_URL: 'https://sandpit.invalid/' });
    expect(JSON.parse(said)).toEqual(['https://sandpit.invalid/', 4199]);
  });

  it('leaves nothing when it is taken away again', () => {
    const copy = scratchCopy();
    takeFromThePage(copy);
    rmSync(join(copy, 'adapters', 'sandpit'), { recursive: true });
    writeFileSync(
      join(copy, 'adapters', 'suppliers.ts'),
      contents(copy)
        .get('suppliers.ts')!
        .replace(/^.*sandpit.*\n/m, ''),
    );
    expect(contents(copy)).toEqual(before);
    rmSync(copy, { recursive: true });
  });
});

describe('npm run adapter:new', () => {
  const root = scratchCopy();
  let made: Certificate[];

  beforeAll(() => {
    for (const [index, [transport, id]] of SCAFFOLDS.entries())
      scaffold({ root, id, transport, port: 4200 + index });
    made = certificates(
      root,
      SCAFFOLDS.map(([, id]) => id),
    );
  });
  afterAll(() => {
    rmSync(root, { recursive: true });
  });

  it.each([...SCAFFOLDS.entries()])(
    'makes a folder that passes L0 and says what to write next (%#)',
    (index) => {
      const { level, results } = made[index]!;
      expect(level).toBe('L0');
      const failed = results.filter(({ outcome }) => outcome === 'FAILED');
      expect(failed.filter(({ reason }) => !/Write \w+ in adapters\//.test(reason ?? ''))).toEqual([]);
      for (const operation of ['searchSlots', 'health'])
        expect(JSON.stringify(failed)).toContain(`Write ${operation}`);
    },
  );

  it('makes code that compiles, as does the code on the page', () => {
    takeFromThePage(root);
    const folders = [...SCAFFOLDS.map(([, id]) => id), 'sandpit'];
    const { compilerOptions } = z
      .object({ compilerOptions: z.looseObject({}) })
      .parse(JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8')));
    const include = folders.map((id) => `adapters/${id}/*.ts`);
    writeFileSync(join(root, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }));
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', root], { encoding: 'utf8' });
    expect(stdout).toBe('');
  });

  it('refuses a name that is taken, with nothing written', () => {
    const list = contents(root);
    expect(() => scaffold({ root, id: 'emis', transport: 'json', port: 1 })).toThrow(
      /adapters\/emis is there already/,
    );
    expect(contents(root)).toEqual(list);
  });
});

test('no supplier is named in gateway or subgraphs', () => {
  const names = [...supplierIds, 'systmone', 'gp.connect'].join('|');
  const { stdout } = spawnSync('grep', ['-rnwiE', '--include=*.ts', names, 'gateway', 'subgraphs'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(
    stdout.split('\n').filter((line) => line !== '' && !line.split(':')[0]!.endsWith('.test.ts')),
  ).toEqual([]);
});
