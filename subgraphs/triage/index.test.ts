import { randomUUID } from 'node:crypto';
import { graphql } from 'graphql';
import pino from 'pino';
import { z } from 'zod';
import { ANONYMOUS, type Caller } from '../../domain/caller';
import { CalendarDate } from '../../domain/london-time';
import { syntheticNhsNumber } from '../../domain/nhs-number';
import { OdsCode } from '../../domain/ods-code';
import { EMBEDDED } from '../../tests/databases';
import type { Subgraph } from '../../platform/graphql/federated-schema';
import { CASE_STUDY } from '../../tests/triage-case-study';
import { createTriageSubgraph, type TriageDeps } from './index';
import { triageSchema } from './schema';

const START = `mutation ($input: StartAssessmentInput!) {
  startAssessment(input: $input) {
    __typename
    ... on Assessment {
      id revision expiresAt contentVersion contentStatus contentBanner
      pathway { id title version contentStatus contentBanner }
      subject { relationship ageInMonths sex registeredPracticeOdsCode }
      place { postcode latitude longitude precision }
      question { key text why kind options { key text detail } }
      outcome { reachedAt }
    }
    ... on NotSuitableOnline { contentStatus contentBanner disposition { id careLevel contentStatus contentBanner } }
    ... on InvalidInput { fields { path code message } }
    ... on Problem { code message }
  }
}`;

const ANSWER = `mutation ($input: AnswerQuestionInput!) {
  answerQuestion(input: $input) {
    __typename
    ... on Assessment {
      id revision
      answers { question { key text } options { key text } answeredAt }
      droppedAnswers { question { key } options { key } answeredAt }
      question { key text }
      outcome {
        reachedAt deadline reasons careAdvice worseningAdvice
        disposition { id title careLevel withinMinutes withinWorkingDays bookable modes externalCodes { system code } }
      }
    }
    ... on StaleRevision { current { id revision question { key } } }
    ... on AssessmentExpired { expiredAt }
    ... on InvalidInput { fields { path code message } }
    ... on Problem { code message }
  }
}`;

const SWITCH = `mutation ($input: SwitchTriageInput!) {
  setPathwayAvailability(input: $input) {
    __typename
    ... on TriageSwitches { switches { pathwayId off reason } }
    ... on InvalidInput { fields { path code } }
    ... on Problem { code }
  }
}`;

const OPERATOR = { kind: 'operator', id: 'operator-0123456789' } as const;
const ANALYST: Caller = { kind: 'analyst', id: 'analyst-0123456789' };
const STAFF: Caller = {
  kind: 'practice-staff',
  id: 'staff-0123456789abcdef',
  practice: OdsCode.parse('Z90001'),
  roleCode: 'R8001',
};

const SON = { relationship: 'CHILD', dateOfBirth: '2020-03-02', sex: 'MALE' };
const BANNER = expect.stringMatching(/^Demonstration content\. Not clinically assured\./) as string;

const Started = z.object({ startAssessment: z.object({ id: z.string() }) });

let subgraph: Subgraph;
let now = new Date('2026-03-02T14:10:00Z');
const logged: string[] = [];

beforeAll(async () => {
  subgraph = await createTriageSubgraph(await deps());
});
beforeEach(() => {
  now = new Date('2026-03-02T14:10:00Z');
});
afterAll(() => subgraph.close());

describe('startAssessment', () => {
  it('begins with the emergency screen, in words for a parent, under the banner', async () => {
    const place = { coordinates: { latitude: 53.795, longitude: -1.548 } };
    expect(await start({ place, registeredPracticeOdsCode: 'B86030' })).toMatchObject({
      __typename: 'Assessment',
      revision: 1,
      expiresAt: '2026-03-02T18:10:00.000Z',
      contentVersion: expect.stringMatching(/^1\.2\.0\+sha256\.[0-9a-f]{16}$/) as string,
      contentStatus: 'DEMO',
      contentBanner: BANNER,
      pathway: { id: 'child-rash', version: '1.2.0', contentStatus: 'DEMO', contentBanner: BANNER },
      subject: { relationship: 'CHILD', ageInMonths: 72, sex: 'MALE', registeredPracticeOdsCode: 'B86030' },
      place: { postcode: null, latitude: 53.795, longitude: -1.548, precision: 'COORDINATES' },
      question: {
        key: 'emergency.screen',
        kind: 'TICK_ANY',
        text: 'Does your child have any of these right now?',
      },
      outcome: null,
    });
  });

  it('tells a parent of a child under 5 to call 111', async () => {
    const subject = { ...SON, dateOfBirth: '2022-03-02' };
    expect(await start({ subject })).toEqual({
      __typename: 'NotSuitableOnline',
      code: 'NOT_SUITABLE_ONLINE',
      message: expect.stringMatching(/call 111 now.*Call 999 if/s) as string,
      contentStatus: 'DEMO',
      contentBanner: BANNER,
      disposition: {
        id: 'call-111',
        careLevel: 'URGENT_CALLBACK',
        contentStatus: 'DEMO',
        contentBanner: BANNER,
      },
    });
  });

  it('names what it cannot use', async () => {
    expect(await start({ pathwayId: 'toothache' })).toMatchObject({
      __typename: 'InvalidInput',
      code: 'INVALID_INPUT',
      fields: [{ path: 'input.pathwayId', code: 'UNKNOWN_PATHWAY', message: expect.any(String) as string }],
    });
  });
});

describe('answerQuestion', () => {
  it('leads the case study to a GP within 6 hours of the last answer', async () => {
    const id = await startedId();
    for (const [index, answer] of CASE_STUDY.slice(0, -1).entries())
      expect(await answerAt(id, index + 1, answer)).toMatchObject({
        question: { key: CASE_STUDY[index + 1]!.questionId },
        outcome: null,
      });
    now = new Date('2026-03-02T14:20:00Z');
    expect(await answerAt(id, CASE_STUDY.length, CASE_STUDY.at(-1)!)).toMatchObject({
      question: null,
      droppedAnswers: [],
      outcome: {
        reachedAt: '2026-03-02T14:20:00.000Z',
        deadline: '2026-03-02T20:20:00.000Z',
        reasons: ['Compared with normal, how is your child? Much less active, miserable or not themselves'],
        careAdvice: expect.arrayContaining([expect.stringMatching(/Let your child rest/)]) as string[],
        worseningAdvice: expect.arrayContaining([
          expect.stringMatching(/glass test/),
          expect.stringMatching(/Call 999 if your child/),
        ]) as string[],
        disposition: {
          id: 'gp-6h',
          careLevel: 'PRIMARY_CARE',
          withinMinutes: 360,
          withinWorkingDays: null,
          bookable: 'NETWORK',
          modes: ['IN_PERSON', 'TELEPHONE', 'VIDEO'],
          externalCodes: [{ system: 'nhs-pathways', code: 'Dx06' }],
        },
      },
    });
  });

  it('gives every decisive tick as a reason, and only those', async () => {
    const id = await startedId();
    await answerAt(id, 1, CASE_STUDY[0]!);
    await answerAt(id, 2, CASE_STUDY[1]!);
    const ticks = {
      questionId: 'child-rash.urgent-signs',
      optionIds: ['weak-immune-system', 'hardly-drinking'],
    };
    expect(await answerAt(id, 3, ticks)).toMatchObject({
      outcome: {
        disposition: { id: 'gp-2h' },
        reasons: ['Hardly drinking, or no urine for 12 hours', 'A weakened immune system'],
      },
    });
    const graver = { ...ticks, optionIds: [...ticks.optionIds, 'spreading-or-very-painful'] };
    expect(await answerAt(id, 4, graver)).toMatchObject({
      outcome: {
        disposition: { id: 'ed-1h', bookable: 'NONE', modes: [] },
        reasons: ['Skin that is hot, swollen, spreading fast or far more painful than it looks'],
      },
    });
  });

  it('lists what a changed answer drops, with its question', async () => {
    const id = await startedId();
    for (const [index, answer] of CASE_STUDY.entries()) await answerAt(id, index + 1, answer);
    const changed = await answerAt(id, 9, { questionId: 'child-rash.chickenpox', optionIds: ['yes'] });
    expect(changed).toMatchObject({
      revision: 10,
      droppedAnswers: [
        { question: { key: 'child-rash.compared-with-normal' }, options: [{ key: 'much-less' }] },
      ],
      question: { key: 'child-rash.infected-chickenpox' },
      outcome: null,
    });
  });

  it('shows the current state to a caller with an old revision', async () => {
    const id = await startedId();
    await answerAt(id, 1, CASE_STUDY[0]!);
    expect(await answerAt(id, 1, CASE_STUDY[0]!)).toMatchObject({
      __typename: 'StaleRevision',
      code: 'SYMPTOM_CHECK_CHANGED',
      current: { id, revision: 2, question: { key: 'child-rash.red-flags' } },
    });
  });

  it('says that an assessment has expired, or is not there, without its id', async () => {
    const id = await startedId();
    now = new Date('2026-03-02T18:10:00Z');
    const expired = await answerAt(id, 1, CASE_STUDY[0]!);
    expect(expired).toEqual({
      __typename: 'AssessmentExpired',
      code: 'SYMPTOM_CHECK_EXPIRED',
      message: 'You started this symptom check more than 4 hours ago. Start a new one.',
      expiredAt: '2026-03-02T18:10:00.000Z',
    });
    const unknown = id.split('').reverse().join('');
    const missing = await answerAt(unknown, 1, CASE_STUDY[0]!);
    expect(missing).toEqual({
      __typename: 'AssessmentNotFound',
      code: 'SYMPTOM_CHECK_NOT_FOUND',
      message: 'We cannot find this symptom check. Start a new one.',
    });
  });

  it('names the option that it cannot use', async () => {
    const both = { questionId: 'emergency.screen', optionIds: ['none', 'fitting'] };
    expect(await answerAt(await startedId(), 1, both)).toMatchObject({
      __typename: 'InvalidInput',
      fields: [{ path: 'input.optionIds', code: 'OPTION_STANDS_ALONE' }],
    });
  });
});

describe('assessment', () => {
  it('is found again by its id alone, and null for any other', async () => {
    const id = await startedId();
    const query = 'query ($id: ID!) { assessment(id: $id) { id question { key } } }';
    expect(await ask(query, { id })).toEqual({ assessment: { id, question: { key: 'emergency.screen' } } });
    expect(await ask(query, { id: 'A'.repeat(32) })).toEqual({ assessment: null });
  });

  it('shows the practice of the verified identity to a person who has logged in since', async () => {
    const id = await startedId({ registeredPracticeOdsCode: 'B86030' });
    const query = 'query ($id: ID!) { assessment(id: $id) { subject { registeredPracticeOdsCode } } }';
    const mother: Caller = {
      kind: 'patient',
      id: 'caller-0123456789abcdef',
      proofing: 'P9',
      actsFor: [
        {
          id: 'son',
          nhsNumber: syntheticNhsNumber(1),
          familyName: 'Synthetic',
          givenName: 'Son',
          birthDate: CalendarDate.parse('2020-03-02'),
          registeredPractice: OdsCode.parse('B86011'),
        },
      ],
    };
    expect(await ask(query, { id }, mother)).toEqual({
      assessment: { subject: { registeredPracticeOdsCode: 'B86011' } },
    });
    expect(await ask(query, { id })).toEqual({
      assessment: { subject: { registeredPracticeOdsCode: 'B86030' } },
    });
  });
});

describe('pathways in own words', () => {
  const query = `query ($words: String, $subject: SubjectInput, $first: Int! = 20) {
    findPathways(words: $words, subject: $subject, first: $first) {
      __typename
      ... on PathwaysFound {
        pathways { id contentBanner } leftOut { pathway { id } } advice partlyCovered contentStatus contentBanner
      }
      ... on SeekHelpNow {
        kind title message advice contacts { id phone url } language { name callToAction } contentStatus contentBanner
      }
      ... on CallNhs111 {
        reason title message advice disposition { id } contacts { id phone }
        leftOut { pathway { id } reason disposition { id } } language { name callToAction } contentBanner
      }
      ... on InvalidInput { fields { path code } }
    }
  }`;
  const find = async (variables: object) => (await ask(query, variables)) as { findPathways: unknown };
  const text = (part: string) => expect.stringContaining(part) as string;

  it('finds the rash that is for a boy of 6, under the banner, with what to call 999 for', async () => {
    expect(await find({ words: 'my son has itchy spots', subject: SON })).toEqual({
      findPathways: {
        __typename: 'PathwaysFound',
        pathways: [{ id: 'child-rash', contentBanner: BANNER }],
        leftOut: [],
        advice: [text('Call 999 now for chest pain')],
        partlyCovered: null,
        contentStatus: 'DEMO',
        contentBanner: BANNER,
      },
    });
  });

  it.each([
    ['heart attack', 'CALL_999', 'Call 999 now', 'emergency', '999'],
    ['suicidal', 'MENTAL_HEALTH_CRISIS', 'mental health crisis', 'samaritans', '116 123'],
    ['testicular pain', 'GO_TO_AE', 'Go to A&E now', 'nhs-111', '111'],
    ['my waters broke', 'MATERNITY', 'maternity unit', 'emergency', '999'],
  ])('answers "%s" with help, and with no list', async (words, kind, title, id, phone) => {
    expect(await find({ words, subject: SON })).toMatchObject({
      findPathways: {
        __typename: 'SeekHelpNow',
        kind,
        title: text(title),
        contacts: expect.arrayContaining([expect.objectContaining({ id, phone }) as unknown]) as unknown,
        language: null,
        contentBanner: BANNER,
      },
    });
  });

  it('answers a danger in another language with 999 in that language, and how to get an interpreter', async () => {
    expect(await find({ words: 'dolor en el pecho' })).toMatchObject({
      findPathways: {
        kind: 'CALL_999',
        language: { name: 'Spanish', callToAction: text('Llame ahora al 999') },
        advice: expect.arrayContaining([text('interpreter, please')]) as unknown,
      },
    });
  });

  it('says who a check is for, with the refusal and its advice, to whom it is not', async () => {
    const [year] = SON.dateOfBirth.split('-');
    const toddler = { ...SON, dateOfBirth: `${Number(year) + 4}-03-02` };
    expect(await find({ words: 'cough', subject: toddler })).toMatchObject({
      findPathways: {
        __typename: 'CallNhs111',
        reason: 'NOT_FOR_THIS_PERSON',
        disposition: { id: 'call-111' },
        leftOut: [
          { pathway: { id: 'cough' }, reason: text('people of 5 and over'), disposition: { id: 'call-111' } },
        ],
      },
    });
  });

  it.each([
    ['toothache', 'NO_CHECK_FOR_THIS', null],
    ['pain', 'NOT_UNDERSTOOD', null],
    ['gorączka', 'OTHER_LANGUAGE', 'Polish'],
  ])(
    'answers "%s" with 111, the reason %s, an interpreter and text relay',
    async (words, reason, language) => {
      expect(await find({ words })).toMatchObject({
        findPathways: {
          __typename: 'CallNhs111',
          reason,
          advice: [text('Call 111'), text('interpreter')],
          contacts: expect.arrayContaining([
            expect.objectContaining({ id: 'text-relay-111', phone: '18001 111' }),
          ]) as unknown,
          language: language === null ? null : { name: language, callToAction: text('111') },
        },
      });
    },
  );

  it.each([
    ['first', { first: 0 }, 'OUT_OF_RANGE'],
    ['first', { first: 51 }, 'OUT_OF_RANGE'],
    ['words', { words: 'x'.repeat(201) }, 'TOO_LONG'],
    ['subject.dateOfBirth', { subject: { ...SON, dateOfBirth: '2026-03-03' } }, 'IN_THE_FUTURE'],
  ])('refuses a bad %s', async (path, variables, code) => {
    expect(await find(variables)).toEqual({
      findPathways: { __typename: 'InvalidInput', fields: [{ path, code }] },
    });
  });
});

describe('the kill switch', () => {
  const off = (pathwayId: string | null) => ({ input: { pathwayId, off: true, reason: 'a wrong question' } });
  const on = (pathwayId: string | null) => ({ input: { pathwayId, off: false, reason: 'mended' } });
  afterEach(async () => {
    for (const scope of ['child-rash', null]) await ask(SWITCH, on(scope), OPERATOR);
  });

  it('tells everybody to call 111, at the start, at the next answer, and where an outcome was shown', async () => {
    const id = await startedId();
    for (const [index, answer] of CASE_STUDY.entries()) await answerAt(id, index + 1, answer);
    expect(await ask(SWITCH, off('child-rash'), OPERATOR)).toMatchObject({
      setPathwayAvailability: {
        switches: expect.arrayContaining([
          { pathwayId: 'child-rash', off: true, reason: 'a wrong question' },
        ]) as unknown[],
      },
    });
    expect(await start()).toMatchObject({
      __typename: 'NotSuitableOnline',
      code: 'SYMPTOM_CHECK_SWITCHED_OFF',
      message: expect.stringMatching(/switched off. Call 111 now/) as string,
      disposition: { id: 'call-111' },
    });
    expect(await answerAt(id, 9, CASE_STUDY[0]!)).toMatchObject({
      __typename: 'AssessmentSwitchedOff',
      code: 'SYMPTOM_CHECK_SWITCHED_OFF',
    });
    const query = `query ($id: ID!) { assessment(id: $id) {
      question { key } outcome { reachedAt } questionnaireResponse switchedOff pathway { switchedOff } } }`;
    const told = expect.stringContaining('Call 111 now') as string;
    expect(await ask(query, { id })).toEqual({
      assessment: {
        question: null,
        outcome: null,
        questionnaireResponse: null,
        switchedOff: told,
        pathway: { switchedOff: told },
      },
    });
  });

  it('of all triage shows on every pathway', async () => {
    await ask(SWITCH, off(null), OPERATOR);
    const { pathways } = z
      .object({ pathways: z.array(z.object({ id: z.string(), switchedOff: z.string().nullable() })) })
      .parse(
        z
          .object({ findPathways: z.unknown() })
          .parse(await ask('{ findPathways { ... on PathwaysFound { pathways { id switchedOff } } } }'))
          .findPathways,
      );
    expect(pathways).toHaveLength(9);
    expect(pathways.filter(({ switchedOff }) => switchedOff === null)).toEqual([]);
  });

  it('is for operators, with a reason, and a pathway that is there', async () => {
    for (const [caller, code] of [
      [ANONYMOUS, 'SIGN_IN_REQUIRED'],
      [ANALYST, 'ROLE_NOT_ALLOWED'],
      [STAFF, 'ROLE_NOT_ALLOWED'],
    ] as const)
      expect(await ask(SWITCH, off('child-rash'), caller)).toEqual({
        setPathwayAvailability: { __typename: 'NotAllowed', code },
      });
    const wrong = { input: { pathwayId: 'toothache', off: true, reason: ' ' } };
    expect(await ask(SWITCH, wrong, OPERATOR)).toMatchObject({
      setPathwayAvailability: {
        fields: [
          { path: 'input.pathwayId', code: 'UNKNOWN_PATHWAY' },
          { path: 'input.reason', code: 'REQUIRED' },
        ],
      },
    });
    const { errors } = await run('{ triageSwitches { off } }', {}, ANONYMOUS);
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect(await ask('{ triageSwitches { pathwayId off } }', {}, OPERATOR)).toHaveProperty('triageSwitches');
  });
});

describe('the explanation', () => {
  const completed = async () => {
    const id = await startedId();
    for (const [index, answer] of CASE_STUDY.entries()) await answerAt(id, index + 1, answer);
    return id;
  };

  it('lists more urgent outcomes, the nearest first', async () => {
    const query = `query ($id: ID!) { assessment(id: $id) { outcome { moreUrgentAnswers {
      questionId question answer disposition { id } } } } }`;
    const { assessment } = z
      .object({ assessment: z.object({ outcome: z.object({ moreUrgentAnswers: z.array(z.unknown()) }) }) })
      .parse(await ask(query, { id: await completed() }));
    const { moreUrgentAnswers } = assessment.outcome;
    expect(moreUrgentAnswers[0]).toEqual({
      questionId: 'child-rash.urgent-signs',
      question: 'And does your child have any of these?',
      answer: 'Hardly drinking, or no urine for 12 hours',
      disposition: { id: 'gp-2h' },
    });
    expect(moreUrgentAnswers.at(-1)).toMatchObject({
      disposition: { id: expect.stringMatching(/^ambulance/) as string },
    });
  });

  it('shows the clinician an emergency that was taken back, first and with its times', async () => {
    const id = await startedId();
    await answerAt(id, 1, { questionId: 'emergency.screen', optionIds: ['fitting'] });
    const none = { questionId: 'emergency.screen', optionIds: ['none'] };
    expect(await answerAt(id, 2, none)).toMatchObject({
      __typename: 'ConfirmLessUrgent',
      code: 'CONFIRM_LESS_URGENT',
      message: expect.stringMatching(/999/) as string,
    });
    const confirmed = { ...none, confirmLessUrgent: true };
    expect(await answerAt(id, 2, confirmed)).toMatchObject({ __typename: 'Assessment', revision: 3 });
    const query = `query ($id: ID!) { assessment(id: $id) { trace { amendedAnswers {
      questionId said emergency confirmedLessUrgent change revision answeredAt decided { id } } } } }`;
    expect(await ask(query, { id }, STAFF)).toEqual({
      assessment: {
        trace: {
          amendedAnswers: [
            {
              questionId: 'emergency.screen',
              said: [expect.stringMatching(/fit/i)],
              emergency: true,
              confirmedLessUrgent: true,
              change: 'CHANGED',
              revision: 3,
              answeredAt: now.toISOString(),
              decided: { id: 'ambulance' },
            },
          ],
        },
      },
    });
  });

  it('tells a repeat caller and the clinician of the emergency before', async () => {
    const deviceToken = randomUUID();
    const first = await startedId({ deviceToken });
    await answerAt(first, 1, { questionId: 'emergency.screen', optionIds: ['fitting'] });
    const again = await startedId({ deviceToken });
    const query = (field: string) => `query ($id: ID!) { assessment(id: $id) { ${field} } }`;
    const earlier = `earlierEmergency { at advice disposition { id } }`;
    const expected = {
      at: now.toISOString(),
      advice: expect.stringMatching(/we said: .*999/) as string,
      disposition: { id: 'ambulance' },
    };
    expect(await ask(query(earlier), { id: again })).toEqual({ assessment: { earlierEmergency: expected } });
    expect(await ask(query(`trace { ${earlier} }`), { id: again }, STAFF)).toEqual({
      assessment: { trace: { earlierEmergency: expected } },
    });
    expect(await ask(query(earlier), { id: await startedId() })).toEqual({
      assessment: { earlierEmergency: null },
    });
    expect(logged.join('')).not.toContain(deviceToken);
  });

  it('gives the receiving clinician every step with rule and source, and nobody else', async () => {
    const query = `query ($id: ID!) { assessment(id: $id) { trace {
      contentVersion contentStatus contentBanner answeredBy decidedBy disposition { id }
      steps { kind questionId question absent decisive answeredAt present { key text leadsTo atLeast sources { name accessed } } } } } }`;
    const id = await completed();
    const { assessment } = z
      .object({ assessment: z.object({ trace: z.looseObject({ steps: z.array(z.unknown()) }) }) })
      .parse(await ask(query, { id }, STAFF));
    expect(assessment.trace).toMatchObject({
      contentStatus: 'DEMO',
      contentBanner: BANNER,
      answeredBy: 'CHILD',
      decidedBy: 'child-rash.compared-with-normal',
      disposition: { id: 'gp-6h' },
    });
    expect(assessment.trace.steps).toHaveLength(CASE_STUDY.length);
    expect(assessment.trace.steps[1]).toMatchObject({
      kind: 'ANSWERED',
      questionId: 'child-rash.red-flags',
      present: [{ key: 'none', leadsTo: 'child-rash.urgent-signs', sources: [{ name: 'NHS, Meningitis' }] }],
      absent: expect.arrayContaining([
        'Spots or a rash that do not fade when a clear glass is pressed on them',
      ]) as string[],
      answeredAt: '2026-03-02T14:10:00.000Z',
    });
    for (const caller of [ANONYMOUS, ANALYST, OPERATOR]) {
      const { data, errors } = await run(query, { id }, caller);
      expect(data?.assessment).toEqual({ trace: null });
      expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    }
  });
});

describe('guessing ids', () => {
  const query = 'query ($id: ID!) { assessment(id: $id) { id } }';
  const from = (source: string, id: string) =>
    graphql({
      schema: subgraph.schema,
      source: query,
      variableValues: { id },
      contextValue: { caller: ANONYMOUS, requestId: 'test', source, signal: new AbortController().signal },
    });

  it('is stopped for its source after sixty wrong ones, for right ones too, and for nobody else', async () => {
    const id = await startedId();
    for (let guess = 0; guess < 60; guess++)
      expect((await from('a guesser', 'A'.repeat(32))).errors).toBeUndefined();
    for (const next of ['A'.repeat(32), id]) {
      const { data, errors } = await from('a guesser', next);
      expect(data).toEqual({ assessment: null });
      expect(errors?.[0]?.extensions.code).toBe('LIMIT_REACHED');
    }
    expect((await from('somebody else', id)).data).toEqual({ assessment: { id } });
  });
});

it('lists the dispositions, most urgent first, each under the banner', async () => {
  const { dispositions } = z
    .object({ dispositions: z.array(z.object({ id: z.string(), contentBanner: z.string() })) })
    .parse(await ask('{ dispositions { id contentBanner } }'));
  expect(dispositions).toHaveLength(16);
  expect(dispositions.map(({ id }) => id)).toEqual(
    expect.arrayContaining(['ambulance', 'call-111', 'self-care']),
  );
  expect(dispositions[0]?.id).toBe('ambulance');
  expect(dispositions.at(-1)?.id).toBe('self-care');
});

it('resolves its entities by key, and answers null for those that are not there', async () => {
  const id = await startedId();
  const query = `query ($representations: [_Any!]!) {
    _entities(representations: $representations) {
      ... on Assessment { revision subject { ageInMonths } }
      ... on Disposition { withinMinutes }
      ... on Pathway { title }
    }
  }`;
  const representations = [
    { __typename: 'Assessment', id },
    { __typename: 'Disposition', id: 'gp-6h' },
    { __typename: 'Pathway', id: 'child-rash' },
    { __typename: 'Assessment', id: 'A'.repeat(32) },
    { __typename: 'Disposition', id: 'gp-7h' },
    { __typename: 'Pathway', id: 'toothache' },
  ];
  expect(await ask(query, { representations })).toEqual({
    _entities: [
      { revision: 1, subject: { ageInMonths: 72 } },
      { withinMinutes: 360 },
      { title: 'Rash in a child aged 5 to 15' },
      null,
      null,
      null,
    ],
  });
});

it('has the same type definitions with services and without', () => {
  expect(triageSchema().typeDefs).toBe(subgraph.typeDefs);
});

it('does not start with demonstration content in live clinical mode', async () => {
  await expect(createTriageSubgraph({ ...(await deps()), clinicalMode: 'live' })).rejects.toThrow(
    /does not start in live clinical mode/,
  );
});

it('logs neither ids nor answers nor anything about the person', async () => {
  const id = await startedId({ registeredPracticeOdsCode: 'B86030' });
  await answerAt(id, 1, CASE_STUDY[0]!);
  await answerAt(id, 1, CASE_STUDY[1]!);
  await ask(
    SWITCH,
    { input: { pathwayId: 'cough', off: true, reason: 'Ruth Example was harmed' } },
    OPERATOR,
  );
  const lines = logged.join();
  expect(lines).toContain('triage content loaded');
  expect(lines).toContain('triage kill switch changed');
  for (const secret of [id, 'emergency.screen', 'B86030', SON.dateOfBirth, 'Ruth', OPERATOR.id])
    expect(lines).not.toContain(secret);
  await ask(SWITCH, { input: { pathwayId: 'cough', off: false, reason: 'a test' } }, OPERATOR);
});

async function deps(): Promise<TriageDeps> {
  return {
    database: await EMBEDDED.settings(),
    places: { find: () => Promise.resolve({ kind: 'unknown' }) },
    digestDevice: (text) => `digest of ${text.length} characters`,
    areas: { all: () => Promise.resolve(new Map()) },
    now: () => now,
    logger: pino({}, { write: (line: string) => logged.push(line) }),
    clinicalMode: 'demo',
  };
}

async function start(overrides: object = {}): Promise<unknown> {
  const input = { pathwayId: 'child-rash', subject: SON, idempotencyKey: randomUUID(), ...overrides };
  return z.object({ startAssessment: z.unknown() }).parse(await ask(START, { input })).startAssessment;
}

async function startedId(overrides: object = {}): Promise<string> {
  return Started.parse({ startAssessment: await start(overrides) }).startAssessment.id;
}

async function answerAt(
  assessmentId: string,
  expectedRevision: number,
  answer: { questionId: string; optionIds: readonly string[] },
): Promise<unknown> {
  const data = await ask(ANSWER, { input: { assessmentId, expectedRevision, ...answer } });
  return z.object({ answerQuestion: z.unknown() }).parse(data).answerQuestion;
}

async function ask(source: string, variables: object = {}, caller: Caller = ANONYMOUS): Promise<unknown> {
  const { data, errors } = await run(source, variables, caller);
  expect(errors).toBeUndefined();
  return JSON.parse(JSON.stringify(data));
}

function run(source: string, variables: object, caller: Caller) {
  return graphql({
    schema: subgraph.schema,
    source,
    variableValues: { ...variables },
    contextValue: { caller, requestId: 'test', signal: new AbortController().signal },
  });
}
