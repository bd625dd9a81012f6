import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
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
