import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { InsertQueryNode, SelectQueryNode, type Kysely, type KyselyPlugin, type QueryId } from 'kysely';
import { pino } from 'pino';
import { manualTimers } from '../../../domain/manual-timers';
import { EMBEDDED, testDatabases } from '../../../tests/databases';
import { eventually } from '../../../domain/eventually';
import { closedGate, type Gate } from '../../../tests/gate';
import { openPlaces } from '..';
import { openPracticesDatabase } from '../database/open-database';
import type { PracticesTables } from '../database/tables';
import { ENGLAND_2024_TO_2027 } from '../../../domain/england-bank-holidays';
import { connectionsIn } from '../candidates/connections';
import { demoFiles } from './demo-directory';
import type { Directory } from './directory';
import { directoryFeed } from './directory-feed';
import { directoryStatus, statusSummary } from './loaded-directory';
import { editionDate, endsEarly } from './edition-date';
import { readPractices, type PracticeReading } from './practice-file';
import { beginEdition, currentEdition, ImportOvertaken, deleteOldEditions } from './edition';
import { importDirectory, type DirectoryFiles } from './import-directory';
import { IMPORT_GUARDS, type ImportGuard } from './import-guards';
import { placeLookup, storedPostcodes } from './places';

const { practices, postcodes, outcodes } = demoFiles();
const DEMO: DirectoryFiles = { practices, postcodes: [postcodes], outcodes };
const SYNTHETIC = syntheticFiles();
const now = () => new Date('2026-01-10T12:00:00Z');
const silent = pino({ level: 'silent' });
const TABLES = [
  'directory_edition',
  'directory_practice',
  'directory_postcode',
  'directory_outcode',
  'directory_gp_system',
  'directory_opening',
  'directory_access',
  'directory_bank_holiday',
] as const;
/** Bank holidays as GOV.UK's feed has them. */
const DAYS_OF_2028 = [
  ...[
    '2028-01-03',
    '2028-04-14',
    '2028-04-17',
    '2028-05-01',
    '2028-05-29',
    '2028-08-28',
    '2028-12-25',
    '2028-12-26',
  ],
];
const noDirectory = () => Promise.reject(new Error('nothing was imported'));

describe.each(testDatabases())('the directory import on $name', (database) => {
  let opened: Awaited<ReturnType<typeof openPracticesDatabase>>;
  let db: Kysely<PracticesTables>;
  beforeAll(async () => {
    opened = await openPracticesDatabase(await database.settings());
    ({ db } = opened);
  });
  beforeEach(async () => {
    for (const table of TABLES) await db.deleteFrom(table).execute();
  });
  afterAll(() => opened.close());

  it('puts a whole directory into use and says how each practice was placed', async () => {
    const report = await importDirectory(db, DEMO, now);
    expect(report).toEqual({
      edition: 1,
      asOf: '2024-04-01',
      practices: {
        loaded: 65,
        byUnitPostcode: 62,
        byOutwardCode: 3,
        notPlaced: [],
        refused: [],
        former: 0,
      },
      postcodes: { loaded: 245, repeated: 0 },
      outcodes: { loaded: 20, repeated: 0 },
      changes: null,
      connections: null,
      openingHours: null,
      accessibility: null,
      bankHolidaysUntil: null,
      leftOut: [],
    });
    const feed = await directoryFeed(db, noDirectory, silent);
    expect(feed.current().size).toBe(65);
    expect(feed.current().practice('Z90001')).toMatchObject({
      postcode: 'WY1 1AA',
      phone: '01632 960001',
      location: { latitude: 53.79787, longitude: -1.5486, placedBy: 'UNIT_POSTCODE' },
    });
    await feed.close();
  });

  it('reports practices that cannot be placed, and repeated postcodes once', async () => {
    const files = { ...DEMO, postcodes: [postcodes, postcodes], outcodes: SYNTHETIC.outcodes };
    const report = await importDirectory(db, files, now);
    expect(report.practices).toMatchObject({ loaded: 65, byUnitPostcode: 62, byOutwardCode: 0 });
    expect(report.practices.notPlaced).toHaveLength(3);
    expect(report.postcodes).toEqual({ loaded: 245, repeated: 245 });
  });

  it('leaves the old directory in use wherever it is broken off, and the next import clears up', async () => {
    await importDirectory(db, DEMO, now);
    for (const moment of [0, 0.3, 0.7, 1]) {
      await expect(importDirectory(db, SYNTHETIC, now, { onProgress: breakOffAt(moment) })).rejects.toThrow(
        'broken off',
      );
      expect((await currentEdition(db))?.id).toBe(1);
      expect(await practiceCodes(db, 'Z90001')).toEqual(['Z90001']);
    }
    const report = await importDirectory(db, SYNTHETIC, now);
    expect(await practiceCodes(db, 'z')).toEqual(['Z10001', 'Z10002']);
    expect(await rowsOfOthers(db, report.edition)).toEqual([1]);
    await deleteOldEditions(db);
    expect(await rowsOfOthers(db, report.edition)).toEqual([]);
  });

  it('tells a newer release from the one before: added, changed and closed', async () => {
    const older = write('older.csv', [row('Z10001', 'LS1 1AA'), row('Z10002', 'LS2 1AA')].join('\n'));
    const newer = write(
      'newer.csv',
      [
        row('Z10001', 'LS1 1AA').replace('Z10001 Surgery', 'Another Surgery'),
        row('Z10002', 'LS2 1AA').replace('"A"', '"C"'),
        row('Z10003', 'LS2 1AA'),
      ].join('\n'),
    );
    expect((await importDirectory(db, { ...SYNTHETIC, practices: older }, now)).changes).toBeNull();
    const { changes } = await importDirectory(db, { ...SYNTHETIC, practices: newer }, now);
    expect(changes).toEqual({ added: 1, changed: 1, closed: ['Z10002'], returned: [] });
    const again = await importDirectory(db, { ...SYNTHETIC, practices: newer }, now);
    expect(again.changes).toEqual({ added: 0, changed: 0, closed: [], returned: [] });
  });

  it('loads connections, opening hours and bank holidays, and keeps them for the next release', async () => {
    const connections = write(
      'connections.csv',
      [
        'ods_code,clinical_system,patient_session,network,registered_patients',
        'Z10001,System One,one,net,9027',
        'Z10002,,,net,',
        'Z10002,,,net,',
        'Z10003,,,net,',
        'Z1,,,,',
        'Z10001x,,,nonsense,',
      ].join('\n'),
    );
    const openingHours = write(
      'hours.csv',
      [
        'ods_code,day,opens,closes',
        'Z10001,MONDAY,08:00,18:30',
        'Z10001,MONDAY,08:00,12:00',
        'Z10001,MOONDAY,08:00,18:30',
        'Z10001,TUESDAY,8:00,18:30',
        'Z10001,TUESDAY,08:00,08:00',
        'Z10002,BANK_HOLIDAY,20:00,24:00',
      ].join('\n'),
    );
    const events = [...ENGLAND_2024_TO_2027.days, ...DAYS_OF_2028].map((date) => ({ date }));
    const feed = { 'england-and-wales': { events } };
    const bankHolidays = write('bank-holidays.json', JSON.stringify(feed));
    const limits = { suppliers: new Set(['one', 'net']), accepted: new Set(IMPORT_GUARDS) };
    const files = { ...SYNTHETIC, connections, openingHours, bankHolidays };
    const report = await importDirectory(db, files, now, { limits });
    expect(report).toMatchObject({ connections: 2, openingHours: 2, bankHolidaysUntil: '2028-12-31' });
    const refused = report.leftOut.map(({ file, reason, at }) => `${at.join()} ${file}: ${reason}`).sort();
    expect(refused).toEqual([
      'connections.csv:4 connections: the code was there before',
      'connections.csv:5,connections.csv:7 connections: there is no such active GP practice in England',
      'connections.csv:6 connections: the code is not an ODS code',
      'hours.csv:3 opening-hours: the period was there before',
      expect.stringMatching(/^hours\.csv:4 opening-hours: the day is none of MONDAY, /),
      'hours.csv:5 opening-hours: a time is not of the form 08:00',
      'hours.csv:6 opening-hours: it opens and closes at the same time',
    ]);
    expect(await importDirectory(db, SYNTHETIC, now)).toMatchObject({
      connections: null,
      openingHours: null,
    });
    const loaded = await directoryFeed(db, noDirectory, silent);
    const directory = loaded.current();
    expect(directory.gpSystem('Z10001')).toEqual({
      odsCode: 'Z10001',
      clinicalSystem: 'System One',
      patientSession: 'one',
      network: 'net',
      registeredPatients: 9027,
    });
    expect(connectionsIn(loaded, { connectionsOf: () => [] }).of('Z10002')).toEqual([
      { supplier: 'net', route: 'NETWORK' },
    ]);
    expect(directory.openingHours('Z10002')).toEqual([
      { day: 'BANK_HOLIDAY', opens: '20:00', closes: '24:00' },
    ]);
    expect(directory.bankHolidays.until).toBe('2028-12-31');
    const status = await directoryStatus(db, noDirectory, now());
    expect(status).toMatchObject({
      edition: 2,
      practices: 2,
      connected: 2,
      withOpeningHours: 2,
      former: 0,
      refusedPractices: [],
      refused: [],
    });
    expect(statusSummary(status)).toContain('bank holidays  until 2028-12-31');
    await loaded.close();
  });

  it('loads what practices have for people with access needs, where "not known" is not "no"', async () => {
    const accessibility = write(
      'accessibility.csv',
      [
        'ods_code,step_free_access,hearing_loop,bsl_interpreter,language_interpreter',
        'Z10001,yes,No,,',
        'Z10001,no,no,no,no',
        'Z10002,,,,',
        'Z10003,yes,,,',
        'Z1,yes,,,',
      ].join('\n'),
    );
    const report = await importDirectory(db, { ...SYNTHETIC, accessibility }, now);
    expect(report).toMatchObject({ accessibility: 1 });
    const leftOut = report.leftOut.map(({ kind, at, reason }) => `${kind} ${at.join()} ${reason}`).sort();
    expect(leftOut).toEqual([
      'refused accessibility.csv:3 the code was there before',
      'refused accessibility.csv:5 there is no such active GP practice in England',
      'refused accessibility.csv:6 the code is not an ODS code',
      'skipped accessibility.csv:4 nothing is known of the practice',
    ]);
    expect(await importDirectory(db, SYNTHETIC, now)).toMatchObject({ accessibility: null });
    const loaded = await directoryFeed(db, noDirectory, silent);
    expect(loaded.current().access('Z10001')).toEqual({
      met: ['STEP_FREE_ACCESS'],
      notMet: ['HEARING_LOOP'],
    });
    expect(loaded.current().access('Z10002')).toBeUndefined();
    expect(await directoryStatus(db, noDirectory, now())).toMatchObject({ withAccess: 1 });
    await loaded.close();
  });

  it('does not put a directory into use that has no practice', async () => {
    await importDirectory(db, DEMO, now);
    const empty = write('empty.csv', `${row('Z10001', 'QQ1 1AA').replace('"A"', '"C"')}\n`);
    await expect(importDirectory(db, { ...SYNTHETIC, practices: empty }, now)).rejects.toThrow(
      'has no active GP practice in England',
    );
    expect((await currentEdition(db))?.id).toBe(1);
  });

  it('stops an import that another one has overtaken', async () => {
    const gate = closedGate();
    const importing = importDirectory(db.withPlugin(heldUpOnceBegun(gate)), SYNTHETIC, now);
    await gate.reached;
    expect(await beginEdition(db, now())).toBe(2);
    gate.open();
    await expect(importing).rejects.toThrow(ImportOvertaken);
    expect(await currentEdition(db)).toBeUndefined();
  });

  it('is looked for every second by a running process, which serves the old one meanwhile', async () => {
    await importDirectory(db, DEMO, now);
    const timers = manualTimers();
    const feed = await directoryFeed(db, noDirectory, silent, { timers });
    await importDirectory(db, SYNTHETIC, now);
    timers.advance(999);
    expect(timers.waiting).toBe(1);
    expect(feed.current().practice('Z90001')).toBeDefined();
    timers.advance(1);
    await eventually('the new directory is in use', () => feed.current().size === 2);
    expect(feed.current().practice('Z90001')).toBeUndefined();
    await feed.close();
    expect(timers.waiting).toBe(0);
  });

  it('puts a later edition into use once the books follow it, and tries again until they do', async () => {
    await importDirectory(db, DEMO, now);
    const timers = manualTimers();
    const followed: string[][] = [];
    const onChange = (before: Directory, after: Directory) => {
      followed.push([before, after].map(({ size }) => String(size)));
      return followed.length === 1 ? Promise.reject(new Error('the ledger is away')) : Promise.resolve();
    };
    const feed = await directoryFeed(db, noDirectory, silent, { timers, onChange });
    await importDirectory(db, SYNTHETIC, now);
    timers.advance(1_000);
    await eventually('it was tried, and failed', () => followed.length === 1 && timers.waiting === 1);
    expect(feed.current().size).toBe(65);
    timers.advance(1_000);
    await eventually('the new directory is in use', () => feed.current().size === 2);
    expect(followed).toEqual([
      ['65', '2'],
      ['65', '2'],
    ]);
    await feed.close();
  });

  it('answers where a postcode is, and how exactly', async () => {
    await importDirectory(db, DEMO, now);
    const places = placeLookup(storedPostcodes(db, noDirectory));
    await expect(places.find('wy11aa')).resolves.toEqual({
      kind: 'found',
      place: { postcode: 'WY1 1AA', latitude: 53.79787, longitude: -1.5486, precision: 'UNIT_POSTCODE' },
    });
    await expect(places.find('WY1 9ZZ')).resolves.toMatchObject({
      kind: 'found',
      place: { postcode: 'WY1 9ZZ', latitude: 53.79861, precision: 'OUTWARD_CODE' },
    });
    await expect(places.find('wy1')).resolves.toMatchObject({
      place: { postcode: 'WY1', precision: 'OUTWARD_CODE' },
    });
    await expect(places.find('wy1 9')).resolves.toMatchObject({
      place: { postcode: 'WY1', latitude: 53.79861, precision: 'OUTWARD_CODE' },
    });
    // There is an outward code WY19, and none WY25 to WY29.
    await expect(places.find('wy19')).resolves.toMatchObject({ place: { postcode: 'WY19' } });
    await expect(places.find('wy29')).resolves.toMatchObject({ place: { postcode: 'WY2' } });
    await expect(places.find('WY99 1AA')).resolves.toEqual({ kind: 'unknown' });
    await expect(places.find('GIR 0AA')).resolves.toEqual({ kind: 'unknown' });
    await expect(places.find('nonsense')).resolves.toEqual({ kind: 'malformed' });
  });
});

describe('the middle of a district whose outward codes end in a letter', () => {
  it('is that of its outward codes, under its own name', async () => {
    const { db, close } = await openPracticesDatabase(await EMBEDDED.settings());
    const divided = 'EC1A,51.5,-0.1,9\nEC1Y,51.7,-0.3,9\nEC10,50,1,9\nEC2A,50,1,9\nLS1,53.8,-1.5,1000\n';
    const outcodes = write('divided.csv', `outcode,lat,long,unit_postcodes\n${divided}`);
    await importDirectory(db, { ...SYNTHETIC, outcodes }, now);
    const places = placeLookup(storedPostcodes(db, noDirectory));
    const found = await Promise.all(
      ['EC1', 'ec1 3', 'EC1 1AA', 'ec1a', 'EC3'].map((text) => places.find(text)),
    );
    expect(found).toEqual([
      ...['EC1', 'EC1', 'EC1 1AA'].map((postcode) => ({
        kind: 'found',
        place: {
          postcode,
          latitude: expect.closeTo(51.6) as number,
          longitude: expect.closeTo(-0.2) as number,
          precision: 'OUTWARD_CODE',
        },
      })),
      expect.objectContaining({ place: expect.objectContaining({ postcode: 'EC1A' }) as object }),
      { kind: 'unknown' },
    ]);
    await close();
  });
});

describe('openPlaces', () => {
  it('answers from the demo directory until one has been imported', async () => {
    const database = await EMBEDDED.settings();
    const opened = await openPlaces(database);
    const { places } = opened;
    await expect(places.find('WY1 1AA')).resolves.toMatchObject({ kind: 'found' });
    const { db, close } = await openPracticesDatabase(database);
    await importDirectory(db, SYNTHETIC, now);
    await expect(places.find('WY1 1AA')).resolves.toEqual({ kind: 'unknown' });
    await expect(places.find('LS1 1AA')).resolves.toMatchObject({ kind: 'found' });
    await close();
    await opened.close();
  });
});

const REAL = resolve(__dirname, '../../../../shared/data');
const withRealData = existsSync(REAL) ? it : it.skip;
if (!existsSync(REAL))
  process.stderr.write('\n../shared/data is not there: the import was tested on synthetic files only.\n');

describe('the real directory', () => {
  withRealData('has 6,253 active GP practices in England, all of them placed, and loads', async () => {
    const { db, close } = await openPracticesDatabase(await EMBEDDED.settings());
    const files = {
      practices: join(REAL, 'epraccur-2025-05.csv'),
      postcodes: ['BD', 'HD', 'HG', 'HX', 'LS', 'WF'].map((area) => join(REAL, `postcodes/${area}.csv`)),
      outcodes: join(REAL, 'outcode-centroids-nspl-2025-05.csv'),
    };
    const limits = { suppliers: new Set<string>(), accepted: new Set<ImportGuard>() };
    const report = await importDirectory(db, files, now, { limits });
    expect(report.practices).toMatchObject({ loaded: 6253, notPlaced: [] });
    expect(report.practices).toMatchObject({ byUnitPostcode: 280, byOutwardCode: 5973 });
    expect(report.postcodes).toEqual({ loaded: 100_088, repeated: 0 });
    expect(report.asOf).toBe('2025-04-23');
    expect(report.leftOut.filter(({ kind, file }) => kind === 'refused' && file !== 'outcodes')).toEqual([]);
    const feed = await directoryFeed(db, noDirectory, silent);
    expect(feed.current().size).toBe(6253);
    await feed.close();
    await close();
  });

  withRealData(
    'is told from the same cut short at any row but the last few, also by a first import',
    async () => {
      const readings: PracticeReading[] = [];
      const file = join(REAL, 'epraccur-2025-05.csv');
      for await (const reading of readPractices(file, () => undefined, '2026-01-10')) readings.push(reading);
      const isCut = (share: number) => {
        const rows = readings.slice(0, Math.floor(readings.length * share));
        return endsEarly(rows, editionDate(rows, '2026-01-10') ?? '');
      };
      const shares = [0.02, 0.1, 0.25, 0.5, 0.6, 0.75, 0.9, 0.95, 0.97, 0.98];
      expect(shares.filter((share) => !isCut(share))).toEqual([]);
      expect(isCut(1)).toBe(false);
    },
  );
});

function breakOffAt(share: number) {
  return (read: number, inAll: number) => {
    if (read / inAll >= share) throw new Error('broken off');
  };
}

/** Holds an import up between its beginning and its first batch. */
function heldUpOnceBegun(gate: Gate): KyselyPlugin {
  let isBegun = false;
  const held = new WeakSet<QueryId>();
  return {
    transformQuery({ node, queryId }) {
      if (InsertQueryNode.is(node)) isBegun = true;
      else if (isBegun && SelectQueryNode.is(node)) held.add(queryId);
      return node;
    },
    async transformResult({ result, queryId }) {
      if (held.has(queryId)) await gate.pass();
      return result;
    },
  };
}

async function practiceCodes(db: Kysely<PracticesTables>, text: string): Promise<string[]> {
  const feed = await directoryFeed(db, noDirectory, silent);
  const codes = feed
    .current()
    .search(text, 10)
    .map(({ odsCode }) => odsCode);
  await feed.close();
  return codes;
}

async function rowsOfOthers(db: Kysely<PracticesTables>, edition: number): Promise<number[]> {
  const rows = await db
    .selectFrom('directory_postcode')
    .select('edition')
    .distinct()
    .where('edition', '!=', edition)
    .execute();
  return rows.map((other) => other.edition);
}

/** Two practices, and postcodes for several batches: codes shaped like real ones, at invented coordinates. */
function syntheticFiles(): DirectoryFiles {
  const letters = 'ABDEFGHJLN';
  const lines = Array.from({ length: 2_500 }, (_, serial) => {
    const [a = 0, b = 0, c = 0, d = 0] = Array.from(String(serial).padStart(4, '0'), Number);
    return `LS${a + 1} ${b}${letters[c]}${letters[d]},53.8,-1.5`;
  });
  return {
    practices: write('practices.csv', `${row('Z10001', 'LS1 1AA')}\n${row('Z10002', 'LS2 1AA')}\n`),
    postcodes: [write('LS.csv', `Postcode,lat,long\n${lines.join('\n')}\n`)],
    outcodes: write('outcodes.csv', 'outcode,lat,long,unit_postcodes\nLS1,53.8,-1.5,1000\n'),
  };
}

function row(odsCode: string, postcode: string): string {
  const cells: Record<number, string> = {
    0: odsCode,
    1: `${odsCode} Surgery`,
    2: 'Y63',
    9: postcode,
    10: '20200401',
    12: 'A',
    25: '4',
  };
  return Array.from({ length: 27 }, (_, column) => `"${cells[column] ?? ''}"`).join();
}

function write(name: string, text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'directory-import-')), name);
  writeFileSync(file, text);
  return file;
}
