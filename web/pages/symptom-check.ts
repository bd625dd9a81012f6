import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Assessment, Help, Problem, Question } from '../answers';
import { firstMissingPage, type Journey } from '../journey';
import type { FormError, Site } from '../site';
import { wayOn } from '../texts';
import { fieldsOf, journeyOf, tokenOf } from '../visit';
import { showAsk } from './ask';

const MAX_WORDS = 200;
/** The longest symptom check has fewer; a session stays small whatever is sent. */
const MAX_QUESTIONS = 60;

/** The way from everyday words to an outcome. The API takes the place when a check starts, so it is asked before. */
export function registerCheckPages(app: FastifyInstance, site: Site): void {
  app.get(
    '/symptoms',
    (request, reply) => missing(request, reply, '/symptoms') ?? showWords(site, request, reply),
  );
  app.post('/symptoms', (request, reply) => findChecks(site, request, reply));
  app.get(
    '/checks',
    (request, reply) => missing(request, reply, '/checks') ?? showChecks(site, request, reply),
  );
  app.post('/checks', (request, reply) => {
    const journey = journeyOf(request);
    const check = journey.checks?.find(({ id }) => id === fieldsOf(request).one('check'));
    if (check === undefined)
      return showChecks(site, request, reply, [{ field: 'check', text: 'Select what fits best' }]);
    journey.checkId = check.id;
    return reply.redirect('/where', 303);
  });
  app.get('/where', (request, reply) => missing(request, reply, '/where') ?? showWhere(site, request, reply));
  app.post('/where', (request, reply) => startCheck(site, request, reply));

  app.get('/question', (request, reply) => {
    const open = journeyOf(request).asked?.find(({ answer }) => answer === undefined);
    return reply.redirect(open === undefined ? '/outcome' : `/question/${open.question.key}`, 303);
  });
  app.get<{ Params: { key: string } }>('/question/:key', (request, reply) => {
    const asked = journeyOf(request).asked?.find(({ question }) => question.key === request.params.key);
    if (asked === undefined) return reply.redirect('/question', 303);
    return showQuestion(site, request, reply, { question: asked.question, chosen: asked.answer ?? [] });
  });
  app.post<{ Params: { key: string } }>('/question/:key', (request, reply) =>
    answerQuestion(site, request, reply, request.params.key),
  );
  app.get('/outcome', (request, reply) => showOutcome(site, request, reply));
}

/** Sends people who come too early to the page that is missing. */
function missing(request: FastifyRequest, reply: FastifyReply, page: string): FastifyReply | null {
  const first = firstMissingPage(journeyOf(request));
  return first === null || first === page || PAGES.indexOf(first) > PAGES.indexOf(page)
    ? null
    : reply.redirect(first, 303);
}
const PAGES = ['/who', '/age', '/sex', '/symptoms', '/checks', '/where'];

function subjectOf({ dateOfBirth, sex, relationship }: Journey) {
  return { dateOfBirth, sex, relationship };
}

async function findChecks(site: Site, request: FastifyRequest, reply: FastifyReply) {
  const early = missing(request, reply, '/symptoms');
  if (early !== null) return early;
  const journey = journeyOf(request);
  journey.words = fieldsOf(request)
    .one('words')
    .slice(0, MAX_WORDS + 1);
  if (journey.words === '')
    return showWords(site, request, reply, [{ field: 'words', text: 'Enter what is wrong' }]);
  if (journey.words.length > MAX_WORDS)
    return showWords(site, request, reply, [
      { field: 'words', text: `What is wrong must be ${MAX_WORDS} characters or fewer` },
    ]);
  const found = await site.api.findChecks(journey.words, subjectOf(journey));
  if (found.kind === 'help') return showHelp(site, reply, found.help);
  if (found.kind === 'problem') return showWords(site, request, reply, fieldErrors(found.problem, 'words'));
  journey.checks = found.checks
    .filter(({ switchedOff }) => switchedOff == null)
    .map(({ id, title, summary }) => ({ id, title, summary }));
  delete journey.checkId;
  return reply.redirect('/checks', 303);
}

async function startCheck(site: Site, request: FastifyRequest, reply: FastifyReply) {
  const early = missing(request, reply, '/where');
  if (early !== null) return early;
  const journey = journeyOf(request);
  const postcode = fieldsOf(request).one('postcode').slice(0, 12);
  if (postcode === '')
    return showWhere(site, request, reply, [{ field: 'postcode', text: 'Enter a postcode' }]);
  const started = await site.api.startCheck(tokenOf(request, site.now()), {
    pathwayId: journey.checkId,
    subject: subjectOf(journey),
    place: { postcode },
    idempotencyKey: randomUUID(),
  });
  journey.postcode = postcode;
  if (started.ok) {
    delete journey.asked;
    take(journey, started.value);
    return reply.redirect('/question', 303);
  }
  const { problem } = started;
  if (problem.code === 'INVALID_INPUT')
    return showWhere(site, request, reply, fieldErrors(problem, 'postcode'));
  return showProblem(site, reply, problem);
}

async function answerQuestion(site: Site, request: FastifyRequest, reply: FastifyReply, key: string) {
  const journey = journeyOf(request);
  const asked = journey.asked?.find(({ question }) => question.key === key);
  if (asked === undefined || journey.assessment === undefined) return reply.redirect('/question', 303);
  const chosen = fieldsOf(request).all('answer');
  const { question } = asked;
  const error = answerError(question, chosen);
  if (error !== null)
    return showQuestion(site, request, reply, {
      question,
      chosen,
      errors: [{ field: 'answer', text: error }],
    });
  const answered = await site.api.answer(tokenOf(request, site.now()), {
    assessmentId: journey.assessment.id,
    questionId: key,
    optionIds: chosen,
    expectedRevision: journey.assessment.revision,
  });
  if (!answered.ok) return showProblem(site, reply, answered.problem);
  take(journey, answered.value);
  return reply.redirect('/question', 303);
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

/** Takes over what the API says about the check; what was booked or kept for an earlier outcome is forgotten. */
function take(
  journey: Journey,
  { id, revision, question, answers, outcome, contentBanner }: Assessment,
): void {
  const seen = new Map(journey.asked?.map((asked) => [asked.question.key, asked.question]));
  if (question !== null) seen.set(question.key, question);
  const answered = answers.flatMap(({ question: { key }, options }) => {
    const known = seen.get(key);
    return known === undefined ? [] : [{ question: known, answer: options.map((option) => option.key) }];
  });
  journey.asked = [...answered, ...(question === null ? [] : [{ question }])].slice(-MAX_QUESTIONS);
  journey.assessment = { id, revision, title: '' };
  journey.banner = contentBanner ?? null;
  if (outcome == null) delete journey.outcome;
  else journey.outcome = outcome;
  delete journey.hold;
}

function showWords(site: Site, request: FastifyRequest, reply: FastifyReply, errors?: FormError[]) {
  return showAsk(site, reply, {
    title: 'What is wrong?',
    back: '/sex',
    hint: 'Use your own words, for example "rash and fever". Do not include names or phone numbers.',
    ...(errors && { errors }),
    field: { kind: 'textarea', name: 'words', value: journeyOf(request).words ?? '', maxLength: MAX_WORDS },
  });
}

function showChecks(site: Site, request: FastifyRequest, reply: FastifyReply, errors?: FormError[]) {
  const { checks = [], checkId = '' } = journeyOf(request);
  return showAsk(site, reply, {
    title: 'What fits best?',
    back: '/symptoms',
    hint: 'If none of these fits, go back and use other words, or call 111.',
    ...(errors && { errors }),
    field: {
      kind: 'radios',
      name: 'check',
      choices: checks.map(({ id, title, summary }) => ({ value: id, text: title, hint: summary })),
      chosen: [checkId],
    },
  });
}

function showWhere(site: Site, request: FastifyRequest, reply: FastifyReply, errors?: FormError[]) {
  return showAsk(site, reply, {
    title: 'What is the postcode where you are now?',
    back: '/checks',
    hint: 'We use it to find GP practices near you, if an appointment is needed. For example, SW1A 1AA.',
    ...(errors && { errors }),
    field: {
      kind: 'input',
      name: 'postcode',
      value: fieldsOf(request).one('postcode') || (journeyOf(request).postcode ?? ''),
      autocomplete: 'postal-code',
      width: 10,
    },
  });
}

interface QuestionForm {
  question: Question;
  chosen: readonly string[];
  errors?: FormError[];
}

function showQuestion(
  site: Site,
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
    ...(errors && { errors }),
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

function showOutcome(site: Site, request: FastifyRequest, reply: FastifyReply) {
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
  return site.render(reply, 'outcome', { title: outcome.disposition.title, outcome, answers });
}

function showHelp(site: Site, reply: FastifyReply, help: Help) {
  return site.render(reply, 'message', {
    title: help.title,
    back: '/symptoms',
    care: help.kind === undefined ? 'urgent' : 'emergency',
    paragraphs: [
      ...(help.language?.callToAction == null ? [] : [help.language.callToAction]),
      help.message,
      ...help.advice,
    ],
    contacts: help.contacts,
    next: { href: '/symptoms', text: 'Use other words' },
  });
}

/** Says what an expected refusal means, and where to go on. */
export function showProblem(site: Site, reply: FastifyReply, problem: Problem): FastifyReply {
  const { title, next } = wayOn(problem.code);
  return site.render(reply.code(409), 'message', {
    title: problem.disposition == null ? title : problem.disposition.title,
    care: problem.disposition?.careLevel,
    paragraphs: [problem.message],
    practice: problem.practice ?? undefined,
    next,
  });
}

function fieldErrors(problem: Problem, field: string): FormError[] {
  const texts = problem.fields?.map(({ message }) => message) ?? [problem.message];
  return texts.map((text) => ({ field, text }));
}
