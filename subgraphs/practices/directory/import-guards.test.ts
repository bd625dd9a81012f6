import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kysely } from 'kysely';
import { EMBEDDED } from '../../../tests/databases';
import { openPracticesDatabase } from '../database/open-database';
import type { PracticesTables } from '../database/tables';
import { DirectoryFileError } from './directory-file-error';
import { currentEdition } from './edition';
import { editionDirectory } from './edition-directory';
import { importDirectory, type DirectoryFiles, type ImportReport } from './import-directory';
import { IMPORT_GUARDS, type ImportGuard } from './import-guards';
import { importSummary } from './import-summary';

const now = () => new Date('2026-01-10T12:00:00Z');
const folder = mkdtempSync(join(tmpdir(), 'import-guards-'));
const FILES = [
  'practices.csv',
  'outcodes.csv',
  'LS.csv',
  'WF.csv',
  'connections.csv',
  'hours.csv',
  'access.csv',
] as const;
type FileName = (typeof FILES)[number];
const OUTCODES = ['LS', 'WF'].flatMap((area) => Array.from({ length: 12 }, (_, at) => `${area}${at + 1}`));
const PRACTICES = Array.from({ length: 400 }, (_, serial) => {
  const day = new Date(Date.UTC(2020, 0, 1) + serial * 5 * 24 * 60 * 60_000);
  return practiceRow(
    codeOf(serial),
    day.toISOString().slice(0, 10).replaceAll('-', ''),
    unitsOf(OUTCODES[serial % 24]!)[serial % 40]!,
  );
});

let opened: Awaited<ReturnType<typeof openPracticesDatabase>>;
let fresh: Awaited<ReturnType<typeof openPracticesDatabase>>;

beforeAll(async () => {
  mkdirSync(join(folder, 'whole'));
  const whole: Record<FileName, string> = {
    'practices.csv': PRACTICES.join(''),
    'outcodes.csv': `outcode,lat,long,unit_postcodes\n${OUTCODES.map((code) => `${code},53.8,-1.5,40\n`).join('')}`,
    'LS.csv': postcodes('LS'),
    'WF.csv': postcodes('WF'),
    'connections.csv': `ods_code,clinical_system,patient_session,network,registered_patients\n${PRACTICES.map((_, serial) => `${codeOf(serial)},Some System,emis,emis,9000\n`).join('')}`,
    'hours.csv': `ods_code,day,opens,closes\n${PRACTICES.map((_, serial) => `${codeOf(serial)},MONDAY,08:00,18:30\n`).join('')}`,
    'access.csv': `ods_code,step_free_access,hearing_loop,bsl_interpreter,language_interpreter\n${PRACTICES.map((_, serial) => `${codeOf(serial)},yes,no,,yes\n`).join('')}`,
  };
  for (const name of FILES) writeFileSync(join(folder, 'whole', name), whole[name]);
  opened = await openPracticesDatabase(await EMBEDDED.settings());
  fresh = await openPracticesDatabase(await EMBEDDED.settings());
  await judged(opened.db, folderOf({}));
});
afterAll(async () => {
  await opened.close();
  await fresh.close();
});

const NO_DETAILS = { connections: undefined, openingHours: undefined, accessibility: undefined };

type Change = (text: string) => string | Buffer;

/** Changes of one file that a download, a spreadsheet or a mix-up makes, and the guards that they trip. */
type Damage = [what: string, file: FileName, change: Change, guards: ImportGuard[] | RegExp];

const DAMAGED: Damage[] = [
  // Files of postcodes are read alike.
  ...FILES.filter((file) => file !== 'WF.csv').flatMap((file): Damage[] => [
    ['empty', file, () => '', /is empty/],
    [
      'of another layout',
      file,
      (text) => text.replaceAll(',', ';'),
      /must begin with|CSV_INVALID_CLOSING_QUOTE at line 1/,
    ],
    [
      'in Windows-1252',
      file,
      (text) => Buffer.from(`${text}é`, 'latin1'),
      /is not text in UTF-8 at line \d+/,
    ],
  ]),
  ['cut at a row', 'practices.csv', (text) => rows(text, 200), ['cut-file', 'missing-practices']],
  [
    'cut at a row near its end',
    'practices.csv',
    (text) => rows(text, 360),
    ['cut-file', 'missing-practices'],
  ],
  ['cut inside a row', 'practices.csv', (text) => `${rows(text, 399)}"A97024","Surgery"`, ['cut-file']],
  ['without five rows', 'practices.csv', (text) => rows(text, 395), ['missing-practices']],
  ['without one row', 'practices.csv', (text) => text.replace(/^"A81005".*\n/m, ''), ['missing-practices']],
  ['with many closed', 'practices.csv', (text) => closing(text, 40), ['closures']],
  ['with many refused', 'practices.csv', (text) => text.replaceAll(/"(LS|WF)1 /g, '"x '), ['refused-rows']],
  ['older', 'practices.csv', (text) => text.replaceAll(/"2025(....)"/g, '"2023$1"'), ['older']],
  ['halved', 'outcodes.csv', (text) => rows(text, 13), ['missing-outcodes', 'fewer-outcodes']],
  ['with one row', 'outcodes.csv', (text) => rows(text, 2), ['missing-outcodes', 'fewer-outcodes']],
  ['without its last row', 'outcodes.csv', (text) => rows(text, 24), ['missing-outcodes', 'fewer-outcodes']],
  ['cut inside a row', 'outcodes.csv', (text) => text.slice(0, -12), ['cut-file', 'missing-outcodes']],
  ['cut inside its last cell', 'outcodes.csv', (text) => text.slice(0, -2), ['cut-file', 'missing-outcodes']],
  [
    'with its columns exchanged',
    'outcodes.csv',
    (text) => exchanged(text),
    ['refused-rows', 'missing-outcodes'],
  ],
  ['halved', 'LS.csv', (text) => rows(text, 240), ['missing-postcodes', 'coarser-places', 'fewer-postcodes']],
  ['without 5 rows', 'LS.csv', (text) => rows(text, 476), ['missing-postcodes', 'fewer-postcodes']],
  ['with a header alone', 'LS.csv', (text) => rows(text, 1), /has no row below its header/],
  ['cut inside a row', 'LS.csv', (text) => text.slice(0, -5), ['cut-file']],
  ['cut inside its last cell', 'LS.csv', (text) => text.slice(0, -2), ['cut-file']],
  ['with its columns exchanged', 'LS.csv', (text) => exchanged(text), ['refused-rows']],
  ['at other places', 'LS.csv', (text) => text.replaceAll('53.8', '54.8'), ['moved-practices']],
  ['halved', 'connections.csv', (text) => rows(text, 201), ['fewer-connections']],
  [
    'with many refused',
    'connections.csv',
    (text) => text.replaceAll(/^(A81.*)emis,emis/gm, '$1nobody,emis'),
    ['refused-rows'],
  ],
  ['halved', 'hours.csv', (text) => rows(text, 201), ['fewer-opening-hours']],
  [
    'with many refused',
    'hours.csv',
    (text) => text.replaceAll(/^(A81.*)08:00/gm, '$18:00'),
    ['refused-rows'],
  ],
  ['halved', 'access.csv', (text) => rows(text, 201), ['fewer-access-facts']],
  ['cut inside a row', 'access.csv', (text) => text.slice(0, -6), ['cut-file']],
  ['with no answers', 'access.csv', (text) => text.replaceAll(/yes|no/g, ''), /has no row that can be used/],
  [
    'with many answers emptied',
    'access.csv',
    (text) => text.replaceAll(/^(A8[1-5]\d+),.*$/gm, '$1,,,,'),
    ['fewer-access-facts'],
  ],
  [
    'with other words',
    'access.csv',
    (text) => text.replaceAll(/^(A81\d+),yes/gm, '$1,maybe'),
    ['refused-rows'],
  ],
];

describe('an import of damaged files is refused in one sentence, and the edition before stays', () => {
  it.each(DAMAGED)('%s: %s', async (_, file, change, guards) => {
    const before = await currentEdition(opened.db);
    const files = folderOf({ [file]: change });
    const refusal = await refusalOf(opened.db, files);
    expect(refusal).toMatch(
      guards instanceof RegExp ? guards : /^The import was refused and changed nothing: .*\.$/,
    );
    if (!(guards instanceof RegExp)) expect(overridesIn(refusal)).toEqual(expect.arrayContaining(guards));
    expect(await currentEdition(opened.db)).toEqual(before);
  });
});

describe('a first import, with no edition to compare with,', () => {
  const OF_ITSELF: readonly string[] = [
    'cut-file',
    'refused-rows',
    'unplaced-practices',
    'missing-outcodes',
    'missing-postcodes',
  ];
  const alone = DAMAGED.flatMap(([what, file, change, guards]) => {
    const tripped = guards instanceof RegExp ? [] : guards.filter((guard) => OF_ITSELF.includes(guard));
    return tripped.length === 0 ? [] : [{ what, file, change, tripped }];
  });

  it.each(alone)('is refused of files $what: $file', async ({ file, change, tripped }) => {
    const refusal = await refusalOf(fresh.db, folderOf({ [file]: change }));
    expect(overridesIn(refusal)).toEqual(expect.arrayContaining(tripped));
    expect(await currentEdition(fresh.db)).toBeUndefined();
  });

  it('takes an extract of one area for what it is', async () => {
    const extract = folderOf({ 'practices.csv': (text) => rows(text, 20) });
    await expect(judged(fresh.db, { ...extract, ...NO_DETAILS })).resolves.toMatchObject({
      practices: { loaded: 20 },
    });
  });
});

describe('each guard', () => {
  it('is accepted by its own name, and by no other', async () => {
    const database = await openPracticesDatabase(await EMBEDDED.settings());
    await judged(database.db, folderOf({}));
    const halved = folderOf({ 'LS.csv': (text) => rows(text, 240) });
    const tripped = overridesIn(await refusalOf(database.db, halved));
    expect(tripped).toEqual(['coarser-places', 'missing-postcodes', 'fewer-postcodes']);
    for (const left of tripped) {
      const others = IMPORT_GUARDS.filter((guard) => guard !== left);
      expect(overridesIn(await refusalOf(database.db, halved, others))).toEqual([left]);
    }
    await expect(judged(database.db, halved, tripped)).resolves.toMatchObject({ postcodes: { loaded: 719 } });
    await database.close();
  });
});

describe('a row that is refused', () => {
  const DAMAGES: [string, (row: string) => string][] = [
    ['the postcode is not a full postcode', (row) => row.replace(/"LS7 [^"]+"/, '"LS1 4IP"')],
    ['the region is none of England or Wales', (row) => row.replace('"Y63"', '""')],
    ['the status is none of A, C, D, P', (row) => row.replace('"A"', '""')],
    ['the prescribing setting is no number', (row) => row.replace('"4"', '""')],
    ['a date is not of the form 20250423', (row) => row.replace(/"2020....",""/, '"1.1.20",""')],
    ['the name is missing', (row) => row.replace(/"The [^"]+"/, '""')],
    ['the number of columns is wrong', (row) => row.replace(',"4",', ',')],
  ];

  it.each(DAMAGES)(
    'leaves the practice as it was, and reports it by name and line: %s',
    async (reason, damage) => {
      const line = PRACTICES.findIndex((row) => row.startsWith('"A81006"'));
      const damaged = damage(PRACTICES[line]!);
      expect(damaged).not.toBe(PRACTICES[line]);
      const was = (await directoryIn(opened.db)).practice('A81006');
      const report = await judged(
        opened.db,
        folderOf({ 'practices.csv': (text) => text.replace(PRACTICES[line]!, damaged) }),
      );
      expect(report.changes).toMatchObject({ changed: 0, closed: [] });
      expect(report.practices.refused).toEqual([
        {
          odsCode: 'A81006',
          name: 'The A81006 Surgery',
          at: `practices.csv:${line + 1}`,
          reason,
          inUse: 'AS_BEFORE',
        },
      ]);
      expect(importSummary(report)).toContain(
        `  A81006 The A81006 Surgery (practices.csv:${line + 1}): ${reason}; it stays as it was\n`,
      );
      expect((await directoryIn(opened.db)).practice('A81006')).toEqual(was);
    },
  );

  it('of a new practice is loaded by the first half of its postcode, where that can be read', async () => {
    const unread =
      practiceRow('A99001', '20250601', 'LS6 2IB') + practiceRow('A99002', '20250601', 'nowhere');
    const report = await judged(opened.db, folderOf({ 'practices.csv': (text) => text + unread }));
    expect(report.practices.refused).toMatchObject([
      { odsCode: 'A99001', inUse: 'BY_OUTWARD_CODE' },
      { odsCode: 'A99002', inUse: 'NOTHING' },
    ]);
    expect((await directoryIn(opened.db)).practice('A99001')).toMatchObject({
      postcode: 'LS6 2IB',
      location: { placedBy: 'OUTWARD_CODE' },
    });
    await judged(opened.db, folderOf({}), ['missing-practices']);
  });

  it('of connections, opening hours or access leaves those of the practice as they were', async () => {
    await judged(
      opened.db,
      folderOf({
        'connections.csv': (text) => text.replace('A81006,Some System,emis', 'A81006,Some System,nonsense'),
        'hours.csv': (text) =>
          text.replace('A81006,MONDAY,08:00', 'A81006,TUESDAY,09:00,12:00\nA81006,MONDAY,8'),
        'access.csv': (text) => text.replace('A81006,yes,no', 'A81006,no,perhaps'),
      }),
    );
    const directory = await directoryIn(opened.db);
    expect(directory.gpSystem('A81006')).toMatchObject({ patientSession: 'emis', network: 'emis' });
    expect(directory.openingHours('A81006')).toEqual([{ day: 'MONDAY', opens: '08:00', closes: '18:30' }]);
    expect(directory.access('A81006')).toEqual({
      met: ['LANGUAGE_INTERPRETER', 'STEP_FREE_ACCESS'],
      notMet: ['HEARING_LOOP'],
    });
  });

  it('only drops the telephone number where that alone cannot be read, and keeps the one before', async () => {
    const report = await judged(
      opened.db,
      folderOf({ 'practices.csv': (text) => text.replace('"01632 96006"', '"see web"') }),
    );
    expect(report.leftOut).toContainEqual(
      expect.objectContaining({ kind: 'doubtful', reason: 'the telephone number is none' }),
    );
    expect((await directoryIn(opened.db)).practice('A81006')).toMatchObject({ phone: '01632 96006' });
  });
});

describe('a practice that leaves the directory', () => {
  it('is known by its last record, found by no search, and back with what it had', async () => {
    const was = await directoryIn(opened.db);
    const gone = folderOf({
      'practices.csv': (text) =>
        text.replace(/^"A81006".*$/m, (row) => row.replace('"","A"', '"20251231","C"')),
    });
    const left = await judged(opened.db, { ...gone, ...NO_DETAILS });
    expect(left.changes).toMatchObject({ closed: ['A81006'] });
    const without = await directoryIn(opened.db);
    expect(without.practice('A81006')).toBeUndefined();
    expect(without.formerPractice('A81006')).toEqual({ ...was.practice('A81006'), leftOn: '2025-12-31' });
    expect(without.search('A81006', 5)).toEqual([]);
    expect(
      without.within({ latitude: 53.8, longitude: -1.5 }, 50).map(({ practice }) => practice.odsCode),
    ).not.toContain('A81006');
    expect([without.gpSystem('A81006'), without.access('A81006')]).toEqual([undefined, undefined]);
    expect(without.openingHours('A81006')).toEqual([]);

    // Editions later, also with files of connections and hours that do not name it, it comes back.
    const others = folderOf({
      'connections.csv': (text) => text.replace(/^A81006.*\n/m, ''),
      'hours.csv': (text) => text.replace(/^A81006.*\n/m, ''),
      'access.csv': (text) => text.replace(/^A81006.*\n/m, ''),
    });
    await judged(opened.db, { ...others, practices: gone.practices });
    expect((await directoryIn(opened.db)).formerPractice('A81006')?.leftOn).toBe('2025-12-31');
    const back = await judged(opened.db, { ...folderOf({}), ...NO_DETAILS });
    expect(back.changes).toMatchObject({ closed: [], returned: ['A81006'] });
    const again = await directoryIn(opened.db);
    expect(again.practice('A81006')).toEqual(was.practice('A81006'));
    expect(again.gpSystem('A81006')).toEqual(was.gpSystem('A81006'));
    expect(again.openingHours('A81006')).toEqual(was.openingHours('A81006'));
    expect(again.access('A81006')).toEqual(was.access('A81006'));
    expect(again.formerPractice('A81006')).toBeUndefined();
  });
});

describe('the date of an edition', () => {
  it('is not that of one row with a mistyped year', async () => {
    const report = await judged(
      opened.db,
      folderOf({ 'practices.csv': (text) => text.replace(/"2020....",""/, '"20260109",""') }),
    );
    expect(report.asOf).toBe('2025-06-18');
  });
});

function judged(
  db: Kysely<PracticesTables>,
  files: DirectoryFiles,
  accepted: readonly ImportGuard[] = [],
): Promise<ImportReport> {
  const limits = { suppliers: new Set(['emis']), accepted: new Set(accepted) };
  return importDirectory(db, files, now, { limits });
}

async function refusalOf(
  db: Kysely<PracticesTables>,
  files: DirectoryFiles,
  accepted: readonly ImportGuard[] = [],
): Promise<string> {
  const refusal: unknown = await judged(db, files, accepted).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(DirectoryFileError);
  return refusal instanceof DirectoryFileError ? refusal.message : '';
}

function overridesIn(refusal: string): ImportGuard[] {
  return IMPORT_GUARDS.filter((guard) => refusal.includes(`--accept ${guard}`));
}

async function directoryIn(db: Kysely<PracticesTables>) {
  return editionDirectory(db, (await currentEdition(db))!);
}

/** A copy of the whole files, with some of them changed. */
function folderOf(changes: Partial<Record<FileName, Change>>): DirectoryFiles {
  const copy = mkdtempSync(join(folder, 'copy-'));
  cpSync(join(folder, 'whole'), copy, { recursive: true });
  for (const name of FILES) {
    const change = changes[name];
    if (change !== undefined) writeFileSync(join(copy, name), change(readFileSync(join(copy, name), 'utf8')));
  }
  const file = (name: FileName) => join(copy, name);
  return {
    practices: file('practices.csv'),
    postcodes: [file('LS.csv'), file('WF.csv')],
    outcodes: file('outcodes.csv'),
    connections: file('connections.csv'),
    openingHours: file('hours.csv'),
    accessibility: file('access.csv'),
  };
}

/** A81000 and on: 25 of an area, as the ODS gives them out. */
function codeOf(serial: number): string {
  return `A${81 + Math.floor(serial / 25)}${String(serial % 25).padStart(3, '0')}`;
}

function practiceRow(odsCode: string, openedOn: string, postcode: string): string {
  const cells: Record<number, string> = {
    ...{ 0: odsCode, 1: `The ${odsCode} Surgery`, 2: 'Y63', 4: '1 Weaver Street', 9: postcode, 10: openedOn },
    ...{
      12: 'A',
      15: odsCode.endsWith('5') ? '20250610' : openedOn,
      17: `01632 96${odsCode.slice(-3)}`,
      25: '4',
    },
  };
  return `${Array.from({ length: 27 }, (_, column) => `"${cells[column] ?? ''}"`).join()}\n`;
}

function unitsOf(outcode: string): string[] {
  return Array.from({ length: 40 }, (_, at) => `${outcode} ${Math.floor(at / 10)}A${'ABDEFGHJLN'[at % 10]}`);
}

function postcodes(area: string): string {
  const units = OUTCODES.filter((code) => code.startsWith(area)).flatMap(unitsOf);
  return `Postcode,lat,long\n${units.map((unit) => `${unit},53.8,-1.5\n`).join('')}`;
}

function rows(text: string, count: number): string {
  return text
    .split('\n')
    .slice(0, count)
    .map((row) => `${row}\n`)
    .join('');
}

function exchanged(text: string): string {
  return text.replaceAll('53.8,-1.5', '-1.5,53.8');
}

function closing(text: string, count: number): string {
  return text
    .split('\n')
    .map((row, at) => (at < count ? row.replace('"A"', '"C"') : row))
    .join('\n');
}
