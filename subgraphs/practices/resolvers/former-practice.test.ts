import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Caller } from '../../../domain/caller';
import { OdsCode } from '../../../domain/ods-code';
import { EMBEDDED } from '../../../tests/databases';
import { NOON, practicesUnderTest, type PracticesUnderTest } from '../../../tests/practices-under-test';
import { openPracticesDatabase } from '../database/open-database';
import { demoFiles } from '../directory/demo-directory';
import { importDirectory } from '../directory/import-directory';

const LEFT = 'Z90002';
/** For some of its patients only, but in the directory. */
const SPECIAL = 'Z90003';
const STAFF: Caller = {
  kind: 'practice-staff',
  id: 'caller-0123456789abcdef',
  practice: OdsCode.parse(LEFT),
  roleCode: 'R8010',
};

describe('a practice that has left the directory', () => {
  let practices: PracticesUnderTest;

  beforeAll(async () => {
    const settings = await EMBEDDED.settings();
    const { db, close } = await openPracticesDatabase(settings);
    const { practices: file, postcodes, outcodes, openingHours } = demoFiles();
    const files = { practices: file, postcodes: [postcodes], outcodes, openingHours };
    const later = join(mkdtempSync(join(tmpdir(), 'former-practice-')), 'later.csv');
    const text = readFileSync(file, 'utf8')
      .replace(/^("Z90002".*)"","A"/m, '$1"20260331","C"')
      .replace('Aspen Family Practice', 'Aspen Homeless Service');
    writeFileSync(later, text);
    await importDirectory(db, files, () => NOON);
    await importDirectory(db, { ...files, practices: later }, () => NOON);
    await close();
    practices = await practicesUnderTest(() => NOON, Promise.resolve(settings));
  });
  afterAll(() => practices.close());

  const KNOWN = {
    odsCode: LEFT,
    name: 'Birch Health Centre',
    address: { lines: ['64 Heddle Road', 'Leeds', 'West Yorkshire'], postcode: 'WY1 5HX' },
    phone: '01632 960002',
    leftDirectoryOn: '2026-03-31',
    openNow: null,
    nextOpening: null,
    openingHours: [],
    release: { status: 'CLOSED', closedTo: 'EVERYBODY' },
  };
  const FIELDS = `odsCode name address { lines postcode } phone leftDirectoryOn openNow nextOpening { opens }
    openingHours { opens } release { status closedTo }`;

  it('is answered as it was known last, by its code and to other subgraphs', async () => {
    const { data, errors } = await practices.ask(
      `{ practice(odsCode: "${LEFT}") { ${FIELDS} }
         _entities(representations: [{ __typename: "Practice", odsCode: "${LEFT}" }]) { ... on Practice { ${FIELDS} } } }`,
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({ practice: KNOWN, _entities: [KNOWN] });
  });

  it('is reached by its staff, who see its history and close its book, and cannot open it', async () => {
    const { data, errors } = await practices.ask(
      '{ myPractice { odsCode releaseHistory { action reason } } }',
      {},
      STAFF,
    );
    expect(errors).toEqual([]);
    expect(data.myPractice).toMatchObject({
      releaseHistory: [{ action: 'CLOSE', reason: 'The practice is not in the NHS directory any more.' }],
    });
    const answers = await practices.ask(
      `mutation { closeBook(input: { odsCode: "${LEFT}", to: EVERYBODY, reason: "We have closed." }) { __typename }
        reopenBook(input: { odsCode: "${LEFT}" }) { __typename } }`,
      {},
      STAFF,
    );
    expect(answers.data).toEqual({
      closeBook: { __typename: 'Practice' },
      reopenBook: { __typename: 'PracticeNotFound' },
    });
  });

  it('is offered by no search, nor is a service for some patients only, which is found by its name', async () => {
    const { data } = await practices.ask(
      `{ searchPractices(text: "birch") { odsCode }
         special: searchPractices(text: "aspen homeless") { odsCode leftDirectoryOn }
         practicesNear(near: { postcode: "WY1" }, withinMiles: 50, first: 100) {
           ... on PracticeNearConnection { totalCount edges { node { odsCode } } } } }`,
    );
    expect(JSON.stringify(data)).not.toContain(LEFT);
    expect(data).toMatchObject({
      special: [{ odsCode: SPECIAL, leftDirectoryOn: null }],
      practicesNear: { totalCount: 63 },
    });
    expect(JSON.stringify(data.practicesNear)).not.toContain(SPECIAL);
  });
});
