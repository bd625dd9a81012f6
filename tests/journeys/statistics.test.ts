import { londonDate } from '../../domain/london-time';
import { periodOf } from '../../domain/insight/periods';
import { TWENTY_QUESTIONS } from '../../domain/insight/twenty-questions';
import { demoIssuer } from '../../demo/issuer';
import { CASE_STUDY_PRACTICE, staffClaims } from '../../demo/people';
import { openDatabase } from '../../platform/database/database';
import { ledgerMigrations } from '../../subgraphs/appointments/database/migrations';
import type { LedgerTables } from '../../subgraphs/appointments/database/tables';
import { openTriageDatabase } from '../../subgraphs/triage/database/open-database';
import { inOneProcess, type GatewayUnderTest } from '../gateway-under-test';
import { asker, BOOKABLE, checkSymptoms, newFamily, OPTIONS, type Ask } from '../patient-journey';

/** An analyst's question through the gateway, from the person's check on. */

let gateway: GatewayUnderTest;
let family: Awaited<ReturnType<typeof newFamily>>;
let analyst: Ask;
let staff: Ask;
let operator: Ask;

beforeAll(async () => {
  gateway = await inOneProcess({}, undefined, () => new Date());
  family = await newFamily(gateway);
  const issuer = await demoIssuer(gateway.config.dataDir);
  const as = async (...signed: Parameters<typeof issuer.sign>) =>
    asker(gateway.url, await issuer.sign(...signed));
  staff = await as('cis2', 'a-clinician', staffClaims(CASE_STUDY_PRACTICE));
  analyst = await as('client', 'an-analyst', { scope: 'analyst' });
  operator = await as('client', 'an-operator', { scope: 'operator' });
});
afterAll(() => gateway.close());

const STATISTICS = `query ($input: StatisticsInput!) { statistics(input: $input) { __typename
  ... on StatisticsTable { columns { name kind } rows rule dataUpTo link }
  ... on TooFine { code drop } ... on InvalidInput { fields { path code } } ... on NotAllowed { code } } }`;

test('a check, its search and its facts: nothing names the person, and a closed day is published', async () => {
  const at = new Date();
  const day = londonDate(at);
  const { id } = await checkSymptoms(family.ask, family.son, BOOKABLE);
  await family.ask(OPTIONS, { id, because: null });
  // A page searches again by itself: it is one need.
  await family.ask(OPTIONS, { id, because: 'AWAY_FROM_HOME' });
  const own = await facts(gateway);
  expect(own.checks).toMatchObject([
    {
      pathway: 'child-rash',
      sex: 'Male',
      outcode: 'WY1',
      practice: CASE_STUDY_PRACTICE,
      disposition: 'gp-2h',
      result: 'COMPLETED',
    },
  ]);
  expect(own.searches).toMatchObject([
    {
      pathway: 'child-rash',
      sex: 'Male',
      outcode: 'WY1',
      practice: CASE_STUDY_PRACTICE,
      disposition: 'gp-2h',
    },
  ]);
  expect(JSON.stringify(own)).not.toContain(id);
  expect(JSON.stringify(own)).not.toContain(family.son.nhsNumber);
  expect(JSON.stringify(own)).not.toContain(family.son.birthDate);

  const input = {
    measures: ['CHECKS_STARTED', 'SEARCHES'],
    by: ['PERIOD'],
    period: { grain: 'DAY', from: day, to: day },
  };
  const today = await analyst(STATISTICS, { input });
  expect(today.data?.statistics).toMatchObject({
    __typename: 'InvalidInput',
    fields: [{ path: 'input.period.to', code: 'PERIOD_NOT_CLOSED' }],
  });
  await moveClock(2 * 24 * 60);
  const later = await analyst(STATISTICS, { input });
  expect(later.errors).toEqual([]);
  expect(later.data?.statistics).toMatchObject({
    __typename: 'StatisticsTable',
    columns: [
      { name: 'period', kind: 'DIMENSION' },
      { name: 'checksStarted', kind: 'COUNT' },
      { name: 'searches', kind: 'COUNT' },
    ],
    rows: [[day, expect.stringMatching(/^[*0]$/), expect.stringMatching(/^[*0]$/)]],
  });
  expect((await facts(gateway)).questions.map(({ question }) => JSON.parse(question) as object)).toEqual([
    { ...input, where: [], fill: true },
  ]);
});

test('what cannot be asked is refused in words, and nobody but analysts may ask', async () => {
  const month = periodOf('MONTH', '2024-05-10');
  const input = {
    measures: ['CHECKS_STARTED'],
    by: ['PRACTICE'],
    period: { grain: 'DAY', from: '2024-05-10', to: '2024-05-10' },
  };
  expect((await analyst(STATISTICS, { input })).data?.statistics).toEqual({
    __typename: 'TooFine',
    code: 'TOO_FINE',
    drop: ['PRACTICE'],
  });
  const wrong = {
    measures: ['CHECKS_STARTED'],
    by: ['MODE'],
    period: { grain: 'MONTH', from: month, to: '2024-5' },
  };
  expect((await analyst(STATISTICS, { input: wrong })).data?.statistics).toMatchObject({
    fields: [
      { path: 'input.by', code: 'NOT_COUNTED_BY' },
      { path: 'input.period.to', code: 'NOT_A_PERIOD' },
    ],
  });
  for (const ask of [family.ask, staff, operator])
    expect((await ask(STATISTICS, { input })).data?.statistics).toMatchObject({ __typename: 'NotAllowed' });
  const catalogue =
    '{ statisticsCatalogue { lastDay measures { measure title dimensions } dimensions { dimension title } questions { number title measures by grain } } }';
  const known = await analyst(catalogue);
  expect(known.data?.statisticsCatalogue).toMatchObject({
    measures: expect.arrayContaining([expect.objectContaining({ measure: 'BOOKINGS' })]) as unknown,
    questions: TWENTY_QUESTIONS,
  });
  expect((await family.ask(catalogue)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});

async function moveClock(minutes: number): Promise<void> {
  const moved = await fetch(`${gateway.simulators.controlUrl}/clock`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ minutes }),
  });
  expect(moved.status).toBe(200);
}

/** Every fact and question that the product has on disk. */
async function facts({ config }: GatewayUnderTest) {
  const triage = await openTriageDatabase(config.databases.triage);
  const ledger = await openDatabase<LedgerTables>(
    config.databases.appointments,
    'appointments',
    ledgerMigrations,
  );
  try {
    return {
      checks: await triage.db.selectFrom('triage_check_fact').selectAll().execute(),
      searches: await ledger.db.selectFrom('search_fact').selectAll().execute(),
      questions: await ledger.db.selectFrom('statistics_question').selectAll().execute(),
    };
  } finally {
    await triage.close();
    await ledger.close();
  }
}
