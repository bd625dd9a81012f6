import { readFileSync } from 'node:fs';
import { getIntrospectionQuery } from 'graphql';
import { demoIssuer } from '../../demo/issuer';
import { CASE_STUDY_PRACTICE, demoFamily, patientClaims } from '../../demo/people';
import { describeInBrowser, openExplorer, type OpenExplorer } from './explorer-page';

/** Answers of a freshly started demo gateway, without a token. */
const RUN_AS_THEY_ARE = {
  FindPathways: {
    findPathways: expect.objectContaining({
      pathways: expect.arrayContaining([expect.objectContaining({ id: 'child-rash' })]) as unknown,
    }) as unknown,
  },
  StartAssessment: { startAssessment: { __typename: 'Assessment', place: { postcode: 'WY1 1AA' } } },
  Dispositions: {
    dispositions: expect.arrayContaining([expect.objectContaining({ id: 'gp-6h' })]) as unknown,
  },
  PracticesNear: { practicesNear: { __typename: 'PracticeNearConnection' } },
  SearchPractices: {
    searchPractices: expect.arrayContaining([
      expect.objectContaining({ name: 'Birch Health Centre' }),
    ]) as unknown,
  },
  PracticeByCode: { practice: { odsCode: CASE_STUDY_PRACTICE } },
};

describeInBrowser('the explorer in a browser', () => {
  let explorer: OpenExplorer;

  beforeAll(async () => {
    explorer = await openExplorer();
  });

  afterAll(() => explorer.close());

  it('lists the operations that need neither token nor id first', async () => {
    const ready = await explorer.page.locator('.examples ul').first().locator('strong').allTextContents();
    expect(ready.sort()).toEqual(Object.keys(RUN_AS_THEY_ARE).sort());
  });

  it.each(Object.entries(RUN_AS_THEY_ARE))('runs %s and shows what came back', async (name, data) => {
    const answer = await explorer.run(name);
    expect(answer).not.toHaveProperty('errors');
    expect(answer).toMatchObject({ data });
    await expectShown(Object.keys(data)[0]!);
  });

  it('sends the token in Headers with every example opened afterwards, and stores it nowhere', async () => {
    const { mother, son } = demoFamily(CASE_STUDY_PRACTICE, 0, new Date());
    const token = await (
      await demoIssuer(explorer.dataDir)
    ).sign('nhs-login', mother.id, patientClaims(mother, [son]));
    await explorer.write('request-headers', JSON.stringify({ authorization: `Bearer ${token}` }));

    expect(await explorer.run('BookablePeople')).toMatchObject({
      data: { bookablePeople: [{ isCaller: true }, { givenName: son.givenName }] },
    });
    expect(await explorer.run('MyBookings')).toMatchObject({ data: { myBookings: { edges: [] } } });
    // GraphiQL writes half a second after the last change.
    await explorer.page.waitForFunction("JSON.stringify(sessionStorage).includes('MyBookings')");
    expect(await explorer.page.evaluate('JSON.stringify([sessionStorage, localStorage])')).not.toContain(
      token,
    );
  });

  it('shows the rows of an answer as a table and hands them out as CSV', async () => {
    await explorer.run('PracticesNear');
    await explorer.showPanel('Table');
    await explorer.page.getByRole('columnheader', { name: 'node.odsCode' }).waitFor();
    const downloaded = explorer.page.waitForEvent('download');
    await explorer.page.getByRole('button', { name: 'Download 10 rows as CSV' }).click();
    const file = await downloaded;
    const [title, rows = ''] = readFileSync(await file.path(), 'utf8').split('\r\n\r\n');
    expect(title?.split('\r\n')).toEqual(
      expect.arrayContaining(['\uFEFF"Query","PracticesNear"', '"practicesNear.precision","UNIT_POSTCODE"']),
    );
    expect(file.suggestedFilename()).toMatch(/^PracticesNear_\d{4}-\d\d-\d\d-\d{4}\.csv$/);
    const lines = rows.split('\r\n');
    expect(lines[0]).toBe(
      '"cursor","distanceMiles","node.odsCode","node.name","node.phone","node.address.lines","node.address.postcode",' +
        '"node.location.latitude","node.location.longitude","node.openNow","node.release.status",' +
        '"node.release.ownPatients","node.release.otherPatients","node.release.dispositionIds"',
    );
    expect(lines[1]).toContain(`"${CASE_STUDY_PRACTICE}"`);
  });

  it('has a column for each dimension of the statistics, under its title', async () => {
    const token = await explorer.token('analyst');
    await explorer.write('request-headers', JSON.stringify({ authorization: `Bearer ${token}` }));
    await explorer.run('Statistics');
    await explorer.showPanel('Table');
    await explorer.page.getByRole('columnheader', { name: 'Complaint: name' }).waitFor();
    const heads = await explorer.page.getByRole('columnheader').allTextContents();
    expect(heads).toEqual([
      'Period',
      'Complaint',
      'Complaint: name',
      'Symptom checks started',
      'Symptom checks with an outcome',
    ]);
    expect(await explorer.page.locator('.table-panel tbody td').allTextContents()).toContain(
      'Rash in a child aged 5 to 15',
    );
  });

  it.each<[string, object, string, string[]]>([
    [
      'data beside an error',
      {
        errors: [
          {
            message: 'Something went wrong.',
            path: ['searchPractices', 1, 'phone'],
            extensions: { code: 'INTERNAL_SERVER_ERROR' },
          },
        ],
        data: { searchPractices: [{ odsCode: 'Z1' }, { odsCode: 'Z2' }] },
      },
      'Error at searchPractices.row 2.phone: Something went wrong.',
      ['Z1', 'Z2'],
    ],
    [
      'a number that is withheld',
      { data: { statistics: { columns: [{ name: 'a' }, { name: 'b' }], rows: [['cough', '*']] } } },
      '* stands for a number that is withheld',
      ['cough', '*'],
    ],
    ['an error alone', { errors: [{ message: 'It failed.' }] }, 'nothing was answered', []],
    ['an empty list', { data: { searchPractices: [] } }, 'searchPractices is an empty list', []],
    [
      'a problem with a list',
      {
        data: {
          searchPractices: {
            __typename: 'InvalidInput',
            code: 'INVALID_INPUT',
            message: 'Check the input.',
            fields: [{ path: 'text', message: 'Too short.' }],
          },
        },
      },
      'searchPractices was not answered: InvalidInput',
      [],
    ],
  ])('tells %s from rows that were answered', async (_name, answer, words, cells) => {
    await explorer.page.route('**/graphql', (route) => route.fulfill({ json: answer }));
    await explorer.run('SearchPractices');
    await explorer.page.unroute('**/graphql');
    await explorer.showPanel('Table');
    await explorer.said(words);
    expect(await explorer.page.locator('.table-panel td').allTextContents()).toEqual(cells);
  });

  it('is sent compressed: the schema and everything of the page that is long', async () => {
    const encodings = await Promise.all(
      [
        `${explorer.url}/graphql?query=${encodeURIComponent(getIntrospectionQuery())}`,
        ...explorer.browser.requests.filter((url) => /\/explorer\/(explorer|chunk)-/.test(url)),
      ].map(async (url) => {
        const headers = { 'accept-encoding': 'gzip', 'apollo-require-preflight': '1' };
        const response = await fetch(url, { headers });
        const { length } = await response.text();
        return length > 20_000 ? response.headers.get('content-encoding') : 'short';
      }),
    );
    expect(encodings[0]).toBe('gzip');
    expect(encodings.filter((encoding) => encoding !== 'gzip' && encoding !== 'short')).toEqual([]);
  });

  it('asks nothing of any other origin and breaks no security policy', () => {
    const elsewhere = explorer.browser.requests.filter(
      (url) => !url.startsWith(`${explorer.url}/`) && !url.startsWith('data:'),
    );
    expect(elsewhere).toEqual([]);
    expect(explorer.browser.requests.length).toBeGreaterThan(10);
    expect(explorer.browser.complaints).toEqual([]);
  });

  /** Monaco draws spaces as no-break spaces, a line at a time. */
  async function expectShown(field: string): Promise<void> {
    await explorer.page.locator('.graphiql-response .view-lines', { hasText: `"${field}"` }).waitFor();
  }
});
