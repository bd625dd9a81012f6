import type {
  Coding,
  Questionnaire,
  QuestionnaireItem,
  QuestionnaireResponse,
  QuestionnaireResponseItem,
} from 'fhir/r4';
import { emergenciesFirst, wasEmergency } from '../assessment/amendments';
import { reachedAt, type PinnedAssessment } from '../assessment/assessments';
import type { OptionContent, QuestionContent } from '../content/content';
import { say, type Reader } from '../content/wording';
import { deadline } from '../engine/deadline';
import { evaluate, type Evaluation } from '../engine/evaluate';
import { contentVersion } from './assessment-view';
import { readerOf } from './reader';

const SYSTEM = 'urn:gp-booking-gateway:triage';
const QUESTIONNAIRE = 'questionnaire';
const AMENDED = 'amended-answers';
const AMENDED_TEXT = 'Answers that were given and later changed or dropped';
const EARLIER = 'earlier-emergency';
const EARLIER_TEXT = 'Emergency advised in an earlier symptom check within twelve hours';

/** HL7's mark for data that are about nobody. */
const TEST_DATA: Coding = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason',
  code: 'HTEST',
  display: 'test health data',
};

/**
 * A completed assessment as a FHIR R4 QuestionnaireResponse, with its questions as contained Questionnaire
 * (https://hl7.org/fhir/R4/questionnaireresponse.html). Null while there is a question. It names nobody: a client
 * that passes it on adds the subject.
 */
export function questionnaireResponse(pinned: PinnedAssessment): QuestionnaireResponse | null {
  const { record, pathway, content } = pinned;
  const evaluation = evaluate(pathway, record.subject, record.answers);
  if (evaluation.kind === 'question') return null;
  const reader = readerOf(record);
  const steps = evaluation.trace.flatMap((step) => (step.kind === 'answered' ? [step] : []));
  return {
    resourceType: 'QuestionnaireResponse',
    ...(content.banner === null ? {} : { meta: { tag: [TEST_DATA] } }),
    language: record.locale,
    contained: [
      questionnaire(
        pinned,
        steps.map(({ node }) => node),
        reader,
      ),
    ],
    questionnaire: `#${QUESTIONNAIRE}`,
    status: 'completed',
    authored: reachedAt(record).toISOString(),
    item: [
      ...steps.map(({ node, chosen }) => ({
        linkId: node.id,
        text: say(node.text, reader),
        answer: chosen.map((option) => ({ valueCoding: optionCoding(node, option, reader) })),
      })),
      ...outcomeItems(pinned, evaluation, reader),
      ...amendedItems(pinned, reader),
    ],
  };
}

function questionnaire(
  pinned: PinnedAssessment,
  questions: readonly QuestionContent[],
  reader: Reader,
): Questionnaire {
  const { pathway, content } = pinned;
  return {
    resourceType: 'Questionnaire',
    id: QUESTIONNAIRE,
    url: `${SYSTEM}:${pathway.id}`,
    version: contentVersion(pinned),
    title: say(pathway.title, reader),
    status: pathway.status === 'LIVE' ? 'active' : 'draft',
    experimental: pathway.status === 'DEMO',
    ...(content.banner === null ? {} : { description: say(content.banner, reader) }),
    item: [
      ...questions.map((question): QuestionnaireItem => ({
        linkId: question.id,
        text: say(question.text, reader),
        type: 'choice',
        repeats: question.kind === 'TICK_ANY',
        answerOption: question.options.map((option) => ({
          valueCoding: optionCoding(question, option, reader),
        })),
      })),
      { linkId: 'disposition', text: 'Disposition', type: 'choice', readOnly: true },
      { linkId: 'deadline', text: 'Deadline', type: 'dateTime', readOnly: true },
      { linkId: 'age-in-months', text: 'Age in months', type: 'integer', readOnly: true },
      { linkId: 'sex', text: 'Sex as stated', type: 'string', readOnly: true },
      { linkId: AMENDED, text: AMENDED_TEXT, type: 'string', repeats: true, readOnly: true },
      { linkId: EARLIER, text: EARLIER_TEXT, type: 'string', readOnly: true },
    ],
  };
}

function outcomeItems(
  { record }: PinnedAssessment,
  { disposition }: Extract<Evaluation, { kind: 'outcome' }>,
  reader: Reader,
): QuestionnaireResponseItem[] {
  const due = deadline(reachedAt(record), disposition.timeframe);
  const coding = {
    system: `${SYSTEM}:disposition`,
    code: disposition.id,
    display: say(disposition.title, reader),
  };
  const { ageInMonths, sex } = record.subject;
  return [
    { linkId: 'disposition', text: 'Disposition', answer: [{ valueCoding: coding }] },
    ...(due === null
      ? []
      : [{ linkId: 'deadline', text: 'Deadline', answer: [{ valueDateTime: due.toISOString() }] }]),
    { linkId: 'age-in-months', text: 'Age in months', answer: [{ valueInteger: ageInMonths }] },
    { linkId: 'sex', text: 'Sex as stated', answer: [{ valueString: sex }] },
  ];
}

/** Answers that do not count any more, in words: those that had led to an emergency first. */
function amendedItems(
  { record, pathway, content }: PinnedAssessment,
  reader: Reader,
): QuestionnaireResponseItem[] {
  const amended = emergenciesFirst(record.amendedAnswers, content).flatMap((answer) => {
    const question = pathway.questions.get(answer.questionId);
    if (question === undefined) return [];
    const chosen = question.options.filter(({ id }) => answer.optionIds.includes(id));
    const said = chosen.map(({ text }) => say(text, reader)).join('; ');
    const emergency = answer.confirmed ? 'EMERGENCY, taken back. ' : 'EMERGENCY. ';
    const mark = wasEmergency(answer, content) ? emergency : '';
    const times = `said ${answer.answeredAt.toISOString()}, ${answer.change.toLowerCase()} ${answer.amendedAt.toISOString()}`;
    return { valueString: `${mark}${say(question.text, reader)} ${said} (${times})` };
  });
  const { earlierEmergency } = record;
  const earlier = earlierEmergency && content.dispositions.get(earlierEmergency.dispositionId);
  return [
    ...(amended.length === 0 ? [] : [{ linkId: AMENDED, text: AMENDED_TEXT, answer: amended }]),
    ...(earlierEmergency && earlier
      ? [
          {
            linkId: EARLIER,
            text: EARLIER_TEXT,
            answer: [{ valueString: `${say(earlier.title, reader)} (${earlierEmergency.at.toISOString()})` }],
          },
        ]
      : []),
  ];
}

function optionCoding({ id }: QuestionContent, option: OptionContent, reader: Reader): Coding {
  return { system: `${SYSTEM}:${id}`, code: option.id, display: say(option.text, reader) };
}
