import { Fhir } from 'fhir';
import type { Questionnaire, Resource } from 'fhir/r4';
import { CASE_STUDY, caseStudyUntil } from '../../../tests/triage-case-study';
import { CalendarDate } from '../../../domain/london-time';
import type { PinnedAssessment } from '../assessment/assessments';
import { loadContent } from '../content/load-content';
import { answerSets, subjectsOf } from '../engine/answer-sets';
import type { QuestionAnswer } from '../engine/evaluate';
import { questionnaireResponse } from './questionnaire-response';

const content = loadContent();
const fhir = new Fhir();
const AT = new Date('2026-03-02T14:10:00Z');

function isQuestionnaire(resource: Resource): resource is Questionnaire {
  return resource.resourceType === 'Questionnaire';
}

it('is a FHIR R4 QuestionnaireResponse by the standard’s own structure definitions, for every pathway', () => {
  for (const pathway of content.pathways.values()) {
    const [subject] = subjectsOf(pathway);
    const sets = [...answerSets(pathway, subject!)];
    for (const answers of [sets[0]!, sets[Math.floor(sets.length / 2)]!, sets.at(-1)!]) {
      const exported = questionnaireResponse(pinned(pathway.id, answers));
      const { valid, messages } = fhir.validate(exported!, { errorOnUnexpected: true });
      expect({ valid, messages: messages.filter(({ severity }) => String(severity) === 'error') }).toEqual({
        valid: true,
        messages: [],
      });
    }
  }
});

it('holds questions and chosen options, with the questions themselves contained', () => {
  const exported = questionnaireResponse(pinned('child-rash', CASE_STUDY));
  expect(exported).toMatchObject({
    resourceType: 'QuestionnaireResponse',
    status: 'completed',
    questionnaire: '#questionnaire',
    authored: '2026-03-02T14:10:00.000Z',
    meta: { tag: [{ code: 'HTEST' }] },
    contained: [
      {
        resourceType: 'Questionnaire',
        id: 'questionnaire',
        experimental: true,
        description: expect.stringMatching(/^Demonstration content/) as string,
        version: expect.stringMatching(/^1\.2\.0\+sha256\./) as string,
      },
    ],
  });
  expect(exported?.item?.map(({ linkId }) => linkId)).toEqual([
    ...CASE_STUDY.map(({ questionId }) => questionId),
    'disposition',
    'deadline',
    'age-in-months',
    'sex',
  ]);
  expect(exported?.item?.[7]).toEqual({
    linkId: 'child-rash.compared-with-normal',
    text: 'Compared with normal, how is your child?',
    answer: [
      {
        valueCoding: {
          system: 'urn:gp-booking-gateway:triage:child-rash.compared-with-normal',
          code: 'much-less',
          display: 'Much less active, miserable or not themselves',
        },
      },
    ],
  });
});

it('answers only with codes that its own questionnaire offers, each link id once', () => {
  const answers = caseStudyUntil('child-rash.urgent-signs', ['hardly-drinking', 'weak-immune-system']);
  const exported = questionnaireResponse(pinned('child-rash', answers))!;
  const questionnaire = exported.contained!.find(isQuestionnaire);
  if (questionnaire === undefined) throw new Error('No questionnaire is contained.');
  const offered = new Map(
    questionnaire.item!.map(({ linkId, answerOption }) => [
      linkId,
      answerOption?.map(({ valueCoding }) => valueCoding?.code),
    ]),
  );
  expect(offered.size).toBe(questionnaire.item!.length);
  for (const { linkId, answer } of exported.item!) {
    expect([...offered.keys()]).toContain(linkId);
    const options = offered.get(linkId);
    if (options) for (const { valueCoding } of answer!) expect(options).toContain(valueCoding?.code);
  }
  expect(exported.item!.find(({ linkId }) => linkId === 'child-rash.urgent-signs')?.answer).toHaveLength(2);
});

it('says what was taken back, emergencies first, and what an earlier check ended in', () => {
  const amended = { answeredAt: AT, amendedAt: new Date(AT.getTime() + 60_000), confirmed: true } as const;
  const answer = pinned('child-rash', CASE_STUDY);
  const record: PinnedAssessment['record'] = {
    ...answer.record,
    amendedAnswers: [
      {
        ...amended,
        questionId: 'child-rash.fever',
        optionIds: ['no'],
        revision: 3,
        change: 'CHANGED',
        decided: null,
      },
      {
        ...amended,
        questionId: 'emergency.screen',
        optionIds: ['fitting'],
        revision: 4,
        change: 'CHANGED',
        decided: 'ambulance',
      },
      {
        ...amended,
        confirmed: false,
        questionId: 'emergency.screen',
        optionIds: ['heavy-bleeding'],
        revision: 5,
        change: 'CHANGED',
        decided: 'ambulance',
      },
    ],
    earlierEmergency: { at: AT, dispositionId: 'ambulance' },
  };
  const exported = questionnaireResponse({ ...answer, record })!;
  const { valid } = fhir.validate(exported, { errorOnUnexpected: true });
  expect(valid).toBe(true);
  const texts = (linkId: string) =>
    exported.item!.find((item) => item.linkId === linkId)?.answer?.map(({ valueString }) => valueString);
  expect(texts('amended-answers')).toEqual([
    expect.stringMatching(/^EMERGENCY, taken back\. .*changed 2026-03-02T14:11:00\.000Z\)$/),
    // In its place came one that was as urgent.
    expect.stringMatching(/^EMERGENCY\. /),
    expect.stringMatching(/fever.* No \(said 2026-03-02T14:10:00\.000Z/),
  ]);
  expect(texts('earlier-emergency')).toEqual([expect.stringMatching(/^Call 999/)]);
});

it('names nobody: no id, no birth date, no practice', () => {
  const text = JSON.stringify(questionnaireResponse(pinned('child-rash', CASE_STUDY)));
  for (const secret of ['SECRET', '2020-03-02', 'subject', 'Z90001']) expect(text).not.toContain(secret);
});

it('is null while there is a question', () => {
  expect(questionnaireResponse(pinned('child-rash', CASE_STUDY.slice(0, 3)))).toBeNull();
});

function pinned(pathwayId: string, answers: readonly QuestionAnswer[]): PinnedAssessment {
  const pathway = content.pathways.get(pathwayId)!;
  const [subject] = subjectsOf(pathway);
  return {
    content,
    pathway,
    off: false,
    record: {
      id: 'SECRET'.padEnd(32, 'x'),
      revision: 9,
      pathwayId,
      contentVersion: pathway.version,
      contentHash: pathway.hash,
      subject: {
        relationship: 'CHILD',
        dateOfBirth: CalendarDate.parse('2020-03-02'),
        sex: subject!.sex,
        ageInDays: subject!.ageInDays,
        ageInMonths: 72,
      },
      place: null,
      declaredPractice: null,
      answers: answers.map((answer) => ({ ...answer, optionIds: [...answer.optionIds], answeredAt: AT })),
      droppedAnswers: [],
      amendedAnswers: [],
      earlierEmergency: null,
      startedAt: AT,
      expiresAt: new Date('2026-03-02T18:10:00Z'),
      locale: 'en-GB',
      isCompleted: true,
    },
  };
}
