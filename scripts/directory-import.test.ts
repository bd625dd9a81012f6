import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { openPracticesDatabase } from '../subgraphs/practices';
import { demoFiles } from '../subgraphs/practices/directory/demo-directory';

const ROOT = resolve(__dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'directory-import-script-'));
const script = join(folder, 'directory-import.cjs');
const { practices, postcodes, outcodes } = demoFiles();
/** Every .csv file of the folder is read as postcodes. */
const postcodesFolder = join(folder, 'postcodes');

beforeAll(() => {
  mkdirSync(postcodesFolder);
  copyFileSync(postcodes, join(postcodesFolder, 'WY.csv'));
  buildSync({
    entryPoints: [join(ROOT, 'scripts/directory-import.ts')],
    outfile: script,
    bundle: true,
    platform: 'node',
    packages: 'external',
    logLevel: 'error',
  });
});

function run(...args: string[]) {
  const env = {
    PATH: process.env.PATH,
    DATA_DIR: join(folder, 'data'),
    NODE_PATH: join(ROOT, 'node_modules'),
  };
  return spawnSync(process.execPath, [script, ...args], { env, encoding: 'utf8' });
}

describe('npm run directory:import', () => {
  it.each([
    ['no arguments', [], /^Usage: npm run directory:import .*\n$/],
    ['an argument it does not have', ['--postcode', 'x'], /^Unknown option '--postcode'.*\n$/],
    [
      'a folder that is not there',
      files({ postcodes: '/nowhere' }),
      /^\/nowhere cannot be read \(ENOENT\)\.\n$/,
    ],
    [
      'a file that is not there',
      files({ practices: '/nowhere.csv' }),
      /^\/nowhere\.csv cannot be read \(ENOENT\)\.\n$/,
    ],
    ['a folder for a file', files({ practices: folder }), /^\S+ is not a file\.\n$/],
    ['a file of other columns', files({ outcodes: practices }), /^\S+ must begin with the columns [^\n]+\n$/],
  ])('answers %s with one sentence and exit code 1', (_, args, sentence) => {
    const { status, stdout, stderr } = run(...args);
    expect(stderr).toMatch(sentence);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  });

  it('says what it has loaded, and the same as JSON', () => {
    const words = run(...files({}));
    expect(words).toMatchObject({ status: 0, stderr: '' });
    expect(words.stdout).toMatch(/practices +65\n/);
    expect(words.stdout).toMatch(/placed by outward code +3\n/);
    const json = run(...files({}), '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      practices: { loaded: 65, byOutwardCode: 3 },
      leftOut: [],
    });
  });
});

function files(changes: { practices?: string; postcodes?: string; outcodes?: string }): string[] {
  const all = { practices, postcodes: postcodesFolder, outcodes, ...changes };
  return Object.entries(all).flatMap(([name, file]) => [`--${name}`, file]);
}

describe('an import that is killed', () => {
  const dataDir = join(folder, 'killed');
  const editionOf = async () => {
    const database = await openPracticesDatabase({ kind: 'embedded', file: join(dataDir, 'practices.db') });
    const names = await database.db
      .selectFrom('directory_edition')
      .innerJoin('directory_practice', 'directory_practice.edition', 'directory_edition.id')
      .where('state', '=', 'CURRENT')
      .select('directory_practice.name')
      .execute();
    await database.close();
    return { practices: names.length, releases: new Set(names.map(({ name }) => name.split(' ')[0])) };
  };
  /** The same practices, named after their release, and postcodes enough to take a while. */
  const releaseOf = (name: string) => {
    const file = join(folder, `${name}.csv`);
    writeFileSync(file, readFileSync(practices, 'utf8').replace(/^("Z[0-9]+",")/gm, `$1${name} `));
    return file;
  };
  const many = join(folder, 'many');

  it('leaves the old directory or the new one, at ten random moments', async () => {
    mkdirSync(many);
    copyFileSync(postcodes, join(many, 'WY.csv'));
    writeFileSync(join(many, 'ZZ.csv'), manyPostcodes());
    const [older, newer] = [releaseOf('Older'), releaseOf('Newer')];
    const args = (file: string) => [script, ...files({ practices: file, postcodes: many })];
    const env = { PATH: process.env.PATH, DATA_DIR: dataDir, NODE_PATH: join(ROOT, 'node_modules') };
    const began = performance.now();
    expect(spawnSync(process.execPath, args(older), { env }).status).toBe(0);
    const whole = performance.now() - began;
    for (let kill = 0; kill < 10; kill++) {
      const child = spawn(process.execPath, args(newer), { env, stdio: 'ignore' });
      const ended = once(child, 'exit');
      await pause(whole * Math.random());
      child.kill('SIGKILL');
      await ended;
      const { practices: count, releases } = await editionOf();
      expect(count).toBe(65);
      expect(releases.size).toBe(1);
    }
    expect(spawnSync(process.execPath, args(newer), { env }).status).toBe(0);
    expect((await editionOf()).releases).toEqual(new Set(['Newer']));
  }, 60_000);
});

/** Shaped like real ones, at invented coordinates. */
function manyPostcodes(): string {
  const letters = 'ABDEFGHJLN';
  const rows = Array.from({ length: 5_000 }, (_, serial) => {
    const [a = 0, b = 0, c = 0, d = 0] = Array.from(String(serial).padStart(4, '0'), Number);
    return `LS${a + 1} ${b}${letters[c]}${letters[d]},53.8,-1.5`;
  });
  return `Postcode,lat,long\n${rows.join('\n')}\n`;
}
