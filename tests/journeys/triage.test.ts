import { randomUUID } from 'node:crypto';
import { demoIssuer } from '../../demo/issuer';
import { CASE_STUDY_PRACTICE, staffClaims } from '../../demo/people';
import { inOneProcess, type GatewayUnderTest } from '../gateway-under-test';
import { asker, BOOKABLE, checkSymptoms, newFamily, OPTIONS, type Ask } from '../patient-journey';

/** Checks triage beyond the case study, through the gateway: for clinicians, operators and guessers. */

let gateway: GatewayUnderTest;
let family: Awaited<ReturnType<typeof newFamily>>;
let staff: Ask;
let operator: Ask;

beforeAll(async () => {
  gateway = await inOneProcess();
  family = await newFamily(gateway);
  const issuer = await demoIssuer(gateway.config.dataDir);
  const as = async (...signed: Parameters<typeof issuer.sign>) =>
    asker(gateway.url, await issuer.sign(...signed));
  staff = await as('cis2', 'a-clinician', staffClaims(CASE_STUDY_PRACTICE));
  operator = await as('client', 'an-operator', { scope: 'operator' });
});
afterAll(() => gateway.close());

const SWITCH = `mutation ($input: SwitchTriageInput!) { setPathwayAvailability(input: $input) { __typename } }`;
const off = (pathwayId: string | null, is: boolean) => ({ input: { pathwayId, off: is, reason: 'a test' } });

test('a clinician reads the whole trace, the patient the export and the more urgent alternatives', async () => {
  const { id } = await checkSymptoms(family.ask, family.son, BOOKABLE);
  const trace = 'query ($id: ID!) { assessment(id: $id) { trace { decidedBy steps { kind } } } }';
  expect((await staff(trace, { id })).data).toMatchObject({
    assessment: { trace: { decidedBy: 'child-rash.urgent-signs', steps: [{}, {}, {}] } },
  });
  expect((await family.ask(trace, { id })).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  const explained = await family.ask(
    `query ($id: ID!) { assessment(id: $id) { questionnaireResponse outcome { moreUrgentAnswers { disposition { id } } } } }`,
    { id },
  );
  expect(explained.errors).toEqual([]);
  expect(explained.data).toMatchObject({
    assessment: {
      questionnaireResponse: { resourceType: 'QuestionnaireResponse', status: 'completed' },
      outcome: { moreUrgentAnswers: expect.arrayContaining([{ disposition: { id: 'ed-1h' } }]) as unknown },
    },
  });
});

test('a pathway that is switched off offers no slots any more, until it is on again', async () => {
  const { id } = await checkSymptoms(family.ask, family.son, BOOKABLE);
  const offered = async () => (await family.ask(OPTIONS, { id, because: null })).data;
  expect(await offered()).toMatchObject({
    assessment: { appointmentOptions: { __typename: 'AppointmentOptions' } },
  });
  await operator(SWITCH, off('child-rash', true));
  expect(await offered()).toEqual({ assessment: { appointmentOptions: null } });
  const start = {
    pathwayId: 'child-rash',
    subject: { relationship: 'CHILD', dateOfBirth: family.son.birthDate, sex: 'MALE' },
    idempotencyKey: randomUUID(),
  };
  const refused = await family.ask(
    `mutation ($input: StartAssessmentInput!) { startAssessment(input: $input) {
      ... on NotSuitableOnline { message disposition { id } } } }`,
    { input: start },
  );
  expect(refused.data?.startAssessment).toMatchObject({ disposition: { id: 'call-111' } });
  await operator(SWITCH, off('child-rash', false));
  expect(await offered()).toMatchObject({
    assessment: { appointmentOptions: { __typename: 'AppointmentOptions' } },
  });
});

test('guessing ids is limited by address, and signed-in callers are not affected', async () => {
  const { id } = await checkSymptoms(family.ask, family.son, BOOKABLE);
  const anybody = asker(gateway.url);
  const query = 'query ($id: ID!) { assessment(id: $id) { id } }';
  for (let guess = 0; guess < 60; guess++) await anybody(query, { id: 'A'.repeat(32) });
  const stopped = await anybody(query, { id });
  expect(stopped.data).toEqual({ assessment: null });
  expect(stopped.errors).toMatchObject([{ extensions: { code: 'LIMIT_REACHED' } }]);
  expect((await family.ask(query, { id })).data).toEqual({ assessment: { id } });
});
