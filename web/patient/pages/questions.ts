import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { showAsk } from '../../kit/ask';
import type { FormError } from '../../kit/site';
import { fieldsOf } from '../../kit/visit';
import type { Assessment, Problem, Question } from '../answers';
import { anyCaller, journeyOf, type Journey, type PatientSite } from '../journey';
import { careCard } from '../texts';
import { showProblem } from './problem';

/** The longest symptom check has fewer; a session stays small whatever is sent. */
const MAX_QUESTIONS = 60;

/** The questions of a symptom check, up to its outcome. */
export function registerQuestionPages(app: FastifyInstance, site: PatientSite): void {
  app.get('/question', (request, reply) => reply.redirect(nextPage(journeyOf(request)), 303));
  app.get<{ Params: { key: string } }>('/question/:key', (request, reply) => {
    const asked = journeyOf(request).asked?.find(({ question }) => question.key === request.params.key);
    if (asked === undefined) return reply.redirect('/question', 303);
    return showQuestion(site, request, reply, { question: asked.question, chosen: asked.answer ?? [] });
  });
  app.post<{ Params: { key: string } }>('/question/:key', (request, reply) =>
    answerQuestion(site, request, reply, request.params.key),
  );
  app.get('/keep-answer', (request, reply) => {
    const { lessUrgent } = journeyOf(request);
    if (lessUrgent === undefined) return reply.redirect('/question', 303);
    return site.render(reply, 'patient/keep-answer', {
      title: 'Your answers mean that this is an emergency',
      lessUrgent,
    });
  });
  app.post('/keep-answer', (request, reply) => changeOrKeep(site, request, reply));
  app.get('/outcome', (request, reply) => showOutcome(site, request, reply));
}

function nextPage({ asked, outcome }: Journey): string {
  const open = asked?.find(({ answer }) => answer === undefined);
  if (open !== undefined) return `/question/${open.question.key}`;
  return outcome === undefined ? '/' : '/outcome';
}

async function answerQuestion(site: PatientSite, request: FastifyRequest, reply: FastifyReply, key: string) {
  const journey = journeyOf(request);
  const asked = journey.asked?.find(({ question }) => question.key === key);
  if (asked === undefined) return reply.redirect('/question', 303);
  const chosen = fieldsOf(request).all('answer');
  const { question } = asked;
  const error = answerError(question, chosen);
  if (error !== null)
    return showQuestion(site, request, reply, {
      question,
      chosen,
      errors: [{ field: 'answer', text: error }],
    });
  return sendAnswer(site, request, reply, { key, answer: chosen });
}

interface GivenAnswer {
  key: string;
  answer: string[];
  confirmLessUrgent?: boolean;
}

async function sendAnswer(
  site: PatientSite,
  request: FastifyRequest,
  reply: FastifyReply,
  { key, answer, confirmLessUrgent = false }: GivenAnswer,
) {
  const journey = journeyOf(request);
  if (journey.assessment === undefined) return reply.redirect('/question', 303);
  const answered = await site.patient.answer(anyCaller(site, request), {
    assessmentId: journey.assessment.id,
    questionId: key,
    optionIds: answer,
    expectedRevision: journey.assessment.revision,
    ...(confirmLessUrgent && { confirmLessUrgent }),
  });
  delete journey.lessUrgent;
  if (answered.ok) {
    takeAssessment(journey, answered.value);
    return reply.redirect('/question', 303);
  }
  return notAnswered(site, reply, { journey, key, answer, problem: answered.problem });
}

interface RefusedAnswer {
  journey: Journey;
  key: string;
  answer: string[];
  problem: Problem;
}

function notAnswered(site: PatientSite, reply: FastifyReply, { journey, problem, ...given }: RefusedAnswer) {
  if (problem.code === 'CONFIRM_LESS_URGENT') {
    const { said = [], message, current } = problem;
    const advice = current?.outcome?.careAdvice ?? [];
    journey.lessUrgent = { ...given, said, message, advice };
    return reply.redirect('/keep-answer', 303);
  }
  // Another tab or device has answered: go on from there.
  if (problem.current !== undefined && 'revision' in problem.current)
    takeAssessment(journey, problem.current);
  return showProblem(site, reply, problem);
}

async function changeOrKeep(site: PatientSite, request: FastifyRequest, reply: FastifyReply) {
  const journey = journeyOf(request);
  const { lessUrgent } = journey;
  if (lessUrgent === undefined || fieldsOf(request).one('change') !== 'yes') {
    delete journey.lessUrgent;
    return reply.redirect('/outcome', 303);
  }
  const { key, answer } = lessUrgent;
  return sendAnswer(site, request, reply, { key, answer, confirmLessUrgent: true });
}

/** Returns the sentence for an answer that cannot be sent, else null. */
export function answerError(question: Question, chosen: readonly string[]): string | null {
  const known = question.options.filter(({ key }) => chosen.includes(key));
  if (known.length === 0 || known.length < chosen.length)
    return question.kind === 'TICK_ANY' ? 'Select all that apply, or "None of these"' : 'Select an answer';
  if (known.length > 1 && known.some(({ exclusive }) => exclusive))
    return 'Select "None of these" on its own, or the answers that apply';
  return null;
}

/** Takes over what the API says about the check; what was kept for an earlier outcome is forgotten. */
export function takeAssessment(journey: Journey, assessment: Assessment): void {
  const { id, revision, question, answers, outcome, contentBanner } = assessment;
  const seen = new Map(journey.asked?.map((asked) => [asked.question.key, asked.question]));
  if (question !== null) seen.set(question.key, question);
  const answered = answers.flatMap(({ question: { key }, options }) => {
    const known = seen.get(key);
    return known === undefined ? [] : [{ question: known, answer: options.map((option) => option.key) }];
  });
  journey.asked = [...answered, ...(question === null ? [] : [{ question }])].slice(-MAX_QUESTIONS);
  journey.assessment = { id, revision };
  journey.banner = contentBanner ?? null;
  if (outcome == null) delete journey.outcome;
  else journey.outcome = outcome;
  delete journey.hold;
}

interface QuestionForm {
  question: Question;
  chosen: readonly string[];
  errors?: FormError[];
}

function showQuestion(
  site: PatientSite,
  request: FastifyRequest,
  reply: FastifyReply,
  { question, chosen, errors }: QuestionForm,
) {
  const { asked = [] } = journeyOf(request);
  const before = asked[asked.findIndex((one) => one.question.key === question.key) - 1];
  return showAsk(site, reply, {
    title: question.text,
    back: before === undefined ? '/where' : `/question/${before.question.key}`,
    hint: question.why,
    link: { href: '/continue-elsewhere', text: 'Continue on another device' },
    errors,
    field: {
      kind: question.kind === 'TICK_ANY' ? 'checkboxes' : 'radios',
      name: 'answer',
      choices: question.options.map(({ key, text, detail, exclusive }) => ({
        value: key,
        text,
        hint: detail,
        exclusive,
      })),
      chosen,
    },
  });
}

function showOutcome(site: PatientSite, request: FastifyRequest, reply: FastifyReply) {
  const { outcome, asked = [] } = journeyOf(request);
  if (outcome === undefined) return reply.redirect('/', 303);
  const answers = asked.map(({ question, answer = [] }) => ({
    key: question.key,
    question: question.text,
    answer: question.options
      .filter(({ key }) => answer.includes(key))
      .map(({ text }) => text)
      .join(', '),
  }));
  return site.render(reply, 'patient/outcome', {
    title: outcome.disposition.title,
    back: backFrom(asked.at(-1)?.question.key),
    outcome,
    call: callOf(outcome.disposition.careLevel),
    isEmergency: careCard(outcome.disposition.careLevel) === 'emergency',
    answers: answers.filter(({ answer }) => answer !== ''),
  });
}

/** Number or place by which help is had at once, where the outcome is one of these. */
function callOf(careLevel: string): '999' | 'A&E' | '111' | undefined {
  if (careLevel === 'AMBULANCE') return '999';
  if (careLevel === 'EMERGENCY_DEPARTMENT') return 'A&E';
  return careLevel === 'URGENT_CALLBACK' ? '111' : undefined;
}

/** The last question; none where it was answered on another device. */
const backFrom = (key: string | undefined) => (key === undefined ? undefined : `/question/${key}`);
