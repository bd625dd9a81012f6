import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { showAsk } from '../../kit/ask';
import type { FormError } from '../../kit/site';
import { fieldsOf } from '../../kit/visit';
import { anyCaller, firstMissingPage, journeyOf, subjectOf, type PatientSite } from '../journey';
import { fieldErrors, showHelp } from './problem';

const MAX_WORDS = 200;

/** The way from everyday words to one symptom check. */
export function registerSymptomPages(app: FastifyInstance, site: PatientSite): void {
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
}

const PAGES = ['/who', '/age', '/sex', '/symptoms', '/checks', '/where'];

/** Sends people who come too early to the page that is missing. */
export function missing(request: FastifyRequest, reply: FastifyReply, page: string): FastifyReply | null {
  const first = firstMissingPage(journeyOf(request));
  return first === null || PAGES.indexOf(first) >= PAGES.indexOf(page) ? null : reply.redirect(first, 303);
}

async function findChecks(site: PatientSite, request: FastifyRequest, reply: FastifyReply) {
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
  const found = await site.patient.findChecks(anyCaller(site, request), journey.words, subjectOf(journey));
  if (found.kind === 'help') return showHelp(site, reply, found.help);
  if (found.kind === 'problem') return showWords(site, request, reply, fieldErrors(found.problem, 'words'));
  const { pathways, advice, partlyCovered, contentBanner } = found.found;
  journey.banner = contentBanner ?? null;
  const open = pathways.filter(({ switchedOff }) => switchedOff == null);
  journey.checks = open.map(({ id, title, summary }) => ({ id, title, summary }));
  journey.checksAdvice = [...advice, ...(partlyCovered == null ? [] : [partlyCovered])];
  journey.switchedOff = pathways.flatMap(({ title, switchedOff }) =>
    switchedOff == null ? [] : [{ title, message: switchedOff }],
  );
  delete journey.checkId;
  return reply.redirect('/checks', 303);
}

function showWords(site: PatientSite, request: FastifyRequest, reply: FastifyReply, errors?: FormError[]) {
  return showAsk(site, reply, {
    title: 'What is wrong?',
    back: '/sex',
    hint: 'Use your own words, for example "rash and fever". Do not include names or phone numbers.',
    errors,
    field: { kind: 'textarea', name: 'words', value: journeyOf(request).words ?? '', maxLength: MAX_WORDS },
  });
}

function showChecks(site: PatientSite, request: FastifyRequest, reply: FastifyReply, errors?: FormError[]) {
  const { checks = [], checkId = '', checksAdvice = [], switchedOff = [] } = journeyOf(request);
  if (checks.length === 0)
    return site.render(reply, 'kit/message', {
      title: 'Call 111 instead',
      back: '/symptoms',
      care: 'urgent',
      paragraphs: switchedOff.map(({ message }) => message),
      contacts: [{ name: 'NHS 111', phone: '111' }],
      next: { href: '/symptoms', text: 'Use other words' },
    });
  return showAsk(site, reply, {
    title: 'What fits best?',
    back: '/symptoms',
    hint: 'If none of these fits, go back and use other words, or call 111.',
    notes: [...checksAdvice, ...switchedOff.map(({ title, message }) => `${title}: ${message}`)],
    errors,
    field: {
      kind: 'radios',
      name: 'check',
      choices: checks.map(({ id, title, summary }) => ({ value: id, text: title, hint: summary })),
      chosen: [checkId],
    },
  });
}
