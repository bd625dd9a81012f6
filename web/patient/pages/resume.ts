import { randomInt } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { z } from 'zod';
import { showAsk } from '../../kit/ask';
import type { FormError } from '../../kit/site';
import { fieldsOf } from '../../kit/visit';
import { Outcome, Question } from '../answers';
import { journeyOf, journeys, type Journey, type PatientSite } from '../journey';

/** Without letters and digits that look alike, and without vowels, which make words. */
const ALPHABET = 'BCDFGHJKMNPQRSTVWXYZ23456789';
const LENGTH = 8;
export const CODE_MINUTES = 10;
const MAX_CODES = 5;

/** A symptom check as another device goes on with it: its next page, and nothing that was said before. */
const Resumed = z.object({
  relationship: z.enum(['SELF', 'CHILD', 'OTHER']).optional(),
  assessment: z.object({ id: z.string(), revision: z.number() }),
  asked: z.array(z.object({ question: Question })),
  outcome: Outcome.optional(),
  banner: z.string().nullish(),
});

/** Going on with a symptom check on another device, by a code that is good once and for ten minutes. */
export function registerResumePages(app: FastifyInstance, site: PatientSite): void {
  const tries = triesAt();
  app.get('/continue-elsewhere', (request, reply) => {
    if (journeyOf(request).assessment === undefined) return reply.redirect('/resume', 303);
    return site.render(reply, 'patient/continue-elsewhere', {
      title: 'Continue on another device',
      minutes: CODE_MINUTES,
    });
  });
  app.post('/continue-elsewhere', (request, reply) => showCode(site, request, reply));
  app.get('/resume', (_request, reply) => showResume(site, reply));
  app.post('/resume', async (request, reply) => {
    const code = fieldsOf(request).one('code').toUpperCase().replaceAll(/[\s-]/g, '');
    if (code === '') return showResume(site, reply, [{ field: 'code', text: 'Enter the code' }]);
    if (!(await tries(request.ip)))
      return showResume(site, reply, [
        { field: 'code', text: 'Too many codes were tried. Wait 10 minutes, then ask for a new code' },
      ]);
    const kept = await site.shelf.take(nameOf(code));
    const found = kept === null ? undefined : Resumed.safeParse(JSON.parse(kept)).data;
    if (found === undefined)
      return showResume(site, reply, [
        { field: 'code', text: 'This code is wrong, was used, or is older than 10 minutes' },
      ]);
    journeys.replace(request, found);
    return reply.redirect('/question', 303);
  });
}

const nameOf = (code: string) => `resume ${code}`;

async function showCode(site: PatientSite, request: FastifyRequest, reply: FastifyReply) {
  const journey = journeyOf(request);
  const resumed = resumedOf(journey);
  if (resumed === null) return reply.redirect('/resume', 303);
  journey.codes = (journey.codes ?? 0) + 1;
  if (journey.codes > MAX_CODES)
    return site.render(reply.code(429), 'kit/message', {
      title: 'You have asked for too many codes',
      back: '/question',
      paragraphs: ['Continue on this device, or start again on the other one.'],
      next: { href: '/question', text: 'Continue on this device' },
    });
  const code = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  await site.shelf.put(nameOf(code), JSON.stringify(resumed), CODE_MINUTES * 60_000);
  return site.render(reply, 'patient/continue-elsewhere', {
    title: 'Your code',
    code: `${code.slice(0, 4)} ${code.slice(4)}`,
    minutes: CODE_MINUTES,
  });
}

/** Null where there is nothing yet to go on with. */
function resumedOf({ assessment, asked = [], relationship, outcome, banner }: Journey) {
  if (assessment === undefined) return null;
  const open = asked.filter(({ answer }) => answer === undefined);
  return { assessment, asked: open.map(({ question }) => ({ question })), relationship, outcome, banner };
}

/** Tries of one address and of everybody: 28 to the power of 8 codes are too many to guess by so few. */
function triesAt(): (address: string) => Promise<boolean> {
  const ofOne = new RateLimiterMemory({ points: 10, duration: CODE_MINUTES * 60 });
  const ofAll = new RateLimiterMemory({ points: 300, duration: 60 });
  return async (address) => {
    try {
      await ofOne.consume(address);
      await ofAll.consume('all');
      return true;
    } catch {
      return false;
    }
  };
}

function showResume(site: PatientSite, reply: FastifyReply, errors?: FormError[]) {
  return showAsk(site, reply, {
    title: 'What is your code?',
    back: '/',
    hint: 'It has 8 letters and numbers. The device on which you started shows it.',
    errors,
    field: { kind: 'input', name: 'code', value: '', autocomplete: 'off', width: 10 },
  });
}
