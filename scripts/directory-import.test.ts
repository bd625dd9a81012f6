import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { openPracticesDatabase } from '../subgraphs/practices/database/open-database';
import { demoFiles } from '../subgraphs/practices/directory/demo-directory';
import { currentEdition } from '../subgraphs/practices/directory/edition';
import { editionDirectory } from '../subgraphs/practices/directory/edition-directory';

const ROOT = resolve(__dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'directory-import-script-'));
const script = join(folder, 'directory-import.cjs');
const killedScript = join(folder, 'killed-import.cjs');
const { practices, postcodes, outcodes } = demoFiles();
/** Every .csv file of the folder is read as postcodes. */
const postcodesFolder = join(folder, 'postcodes');

beforeAll(() => {
  mkdirSync(postcodesFolder);
  copyFileSync(postcodes, join(postcodesFolder, 'WY.csv'));
  // As the build does, for the practices that a first import replaces.
  cpSync(dirname(practices), join(folder, 'demo'), { recursive: true });
  bundle('scripts/directory-import.ts', script);
  bundle('tests/killed-import.ts', killedScript);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Into one file, so that it starts quickly. */
function bundle(file: string, outfile: string): void {
  buildSync({
    entryPoints: [join(ROOT, file)],
    outfile,
    bundle: true,
    platform: 'node',
    external: ['libsql', 'pg-native', 'class-validator'],
    logLevel: 'error',
  });
}

function run(args: string[], env: Record<string, string> = {}, program = script) {
  return spawnSync(process.execPath, [program, ...args], {
    env: {
      PATH: process.env.PATH,
      DATA_DIR: join(folder, 'data'),
      NODE_PATH: join(ROOT, 'node_modules'),
      ...env,
    },
    encoding: 'utf8',
  });
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
    [
      'a guard that there is not',
      [...files({}), '--accept', 'everything'],
      /^--accept knows older, [^\n]+, not everything\.\n$/,
    ],
  ])('answers %s with one sentence and exit code 1', (_, args, sentence) => {
    const { status, stdout, stderr } = run(args);
    expect(stderr).toMatch(sentence);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  });

  it('says what it has loaded, and the same as JSON', () => {
    const words = run(files({}));
    expect(words).toMatchObject({ status: 0, stderr: '' });
    expect(words.stdout).toMatch(/practices +65\n/);
    expect(words.stdout).toMatch(/placed by outward code +3\n/);
    const json = run([...files({}), '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      practices: { loaded: 65, byOutwardCode: 3 },
      leftOut: [],
    });
  });
});

const without = join(folder, 'without.csv');

describe('an import that trips a guard', () => {
  const DATA_DIR = join(folder, 'guarded');

  it('is refused in one sentence that names the override, which accepts that alone', () => {
    expect(run(files({}), { DATA_DIR })).toMatchObject({ status: 0 });
    writeFileSync(without, readFileSync(practices, 'utf8').replace(/^"Z90002".*\n/m, ''));
    const refused = run(files({ practices: without }), { DATA_DIR });
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.stderr).toBe(
      'The import was refused and changed nothing: the file has no row any more, not even a closed one, for 1 of 65 practices (Z90002); check that the files are whole and of one date, or say --accept missing-practices.\n',
    );
    expect(run([...files({ practices: without }), '--accept', 'closures'], { DATA_DIR })).toMatchObject({
      status: 1,
    });
    const accepted = run([...files({ practices: without }), '--accept', 'missing-practices'], { DATA_DIR });
    expect(accepted.stdout).toContain('closed, with their books 1 (Z90002)\n');
    expect(run(files({}), { DATA_DIR }).stdout).toContain('back, with their books   1 (Z90002)\n');
  });
});

describe('a first import', () => {
  it('keeps the practices of the demo directory as such that have left: they may have bookings', async () => {
    const DATA_DIR = join(folder, 'first');
    writeFileSync(without, readFileSync(practices, 'utf8').replace(/^"Z90002".*\n/m, ''));
    expect(run(files({ practices: without }), { DATA_DIR }).stdout).toContain('former, kept on record   1\n');
    const { db, close } = await openPracticesDatabase({
      kind: 'embedded',
      file: join(DATA_DIR, 'practices.db'),
    });
    const directory = await editionDirectory(db, (await currentEdition(db))!);
    expect(directory.formerPractice('Z90002')).toMatchObject({ name: 'Birch Health Centre' });
    await close();
  });
});

function files(changes: { practices?: string; postcodes?: string; outcodes?: string }): string[] {
  const all = { practices, postcodes: postcodesFolder, outcodes, ...changes };
  return Object.entries(all).flatMap(([name, file]) => [`--${name}`, file]);
}

describe('an import that is killed', () => {
  const many = join(folder, 'many');

  it('leaves the old directory until it has published the new one, whichever of its commits it is killed before', async () => {
    mkdirSync(many);
    copyFileSync(postcodes, join(many, 'WY.csv'));
    writeFileSync(join(many, 'ZZ.csv'), manyPostcodes());
    const [older, newer] = [releaseOf('Older'), releaseOf('Newer')];
    const DATA_DIR = join(folder, 'killed');
    // Twice, so that there is an edition to be swept as well.
    for (let times = 0; times < 2; times++) expect(run(older, { DATA_DIR })).toMatchObject({ status: 0 });
    const before = join(folder, 'before');
    cpSync(DATA_DIR, before, { recursive: true });

    const images = join(folder, 'images');
    expect(run(newer, { DATA_DIR, IMAGES: images }, killedScript)).toMatchObject({ status: 0 });
    const commits = readdirSync(images).length;
    const found: string[] = [];
    for (let commit = 1; commit <= commits; commit++)
      found.push(await directoryIn(join(images, String(commit))));
    // The edition is published by the last commit but one: the last is that of closing the database.
    const publishing = commits - 1;
    expect(found).toEqual([...Array.from({ length: publishing }, () => '65 Older'), '65 Newer']);
    // Beginning the edition, outward codes, four batches of postcodes, practices and publishing, and what was swept.
    expect(publishing).toBeGreaterThan(8);

    for (const killAt of [publishing, commits]) {
      const killed = { DATA_DIR: join(folder, `killed-${killAt}`), KILL_AT: String(killAt) };
      cpSync(before, killed.DATA_DIR, { recursive: true });
      expect(run(newer, killed, killedScript)).toMatchObject({ signal: 'SIGKILL', stderr: '' });
      expect(await directoryIn(killed.DATA_DIR)).toBe(found[killAt - 1]);
      expect(run(newer, { DATA_DIR: killed.DATA_DIR })).toMatchObject({ status: 0 });
      expect(await directoryIn(killed.DATA_DIR)).toBe('65 Newer');
    }
  }, 120_000);

  /** Arguments for the same practices, named after their release, and postcodes for several batches. */
  function releaseOf(name: string): string[] {
    const file = join(folder, `${name}.csv`);
    writeFileSync(file, readFileSync(practices, 'utf8').replace(/^("Z[0-9]+",")/gm, `$1${name} `));
    // The invented postcodes are of outward codes that the demo does not have.
    return [...files({ practices: file, postcodes: many }), '--accept', 'missing-outcodes'];
  }

  /** Counts the practices in use, and names their release. */
  async function directoryIn(dataDir: string): Promise<string> {
    const database = await openPracticesDatabase({ kind: 'embedded', file: join(dataDir, 'practices.db') });
    const names = await database.db
      .selectFrom('directory_edition')
      .innerJoin('directory_practice', 'directory_practice.edition', 'directory_edition.id')
      .where('state', '=', 'CURRENT')
      .select('directory_practice.name')
      .execute();
    await database.close();
    const releases = new Set(names.map(({ name }) => name.split(' ')[0]));
    return [names.length, ...releases].join(' ');
  }
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
