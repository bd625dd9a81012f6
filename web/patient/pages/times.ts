import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { FormError } from '../../kit/site';
import { fieldsOf, signInFirst } from '../../kit/visit';
import { isBookable, type Options, type PracticeOptions } from '../answers';
import { journeyOf, signedInCaller, type Journey, type PatientSite } from '../journey';
import { ACCESS_NEEDS, sayTo111, whyNoTimes } from '../texts';
import { isInPart, PARTS_OF_DAY } from '../time-of-day';
import { showProblem } from './problem';

type Looking = NonNullable<Journey['looking']>;
const ALL: Looking = { mode: 'any', time: 'any', practices: 5, elsewhere: false };
/** The API asks no more. */
const MAX_PRACTICES = 30;
/** Enough to choose from, and few enough to read. */
const MAX_SLOTS = 40;

const Filters = z.object({
  mode: z.enum(['any', 'IN_PERSON', 'TELEPHONE', 'VIDEO']).catch('any'),
  time: z.enum(['any', 'morning', 'afternoon', 'evening']).catch('any'),
});

/** Times at the own practice, or why it has none and who has. */
export function registerTimesPages(app: FastifyInstance, site: PatientSite): void {
  app.get('/times', (request, reply) => showTimes(site, request, reply));
  app.post('/times/filter', (request, reply) => {
    const { one, all } = fieldsOf(request);
    const journey = journeyOf(request);
    const needs = ACCESS_NEEDS.map(({ value }) => value).filter((value) => all('need').includes(value));
    const filters = { ...Filters.parse({ mode: one('mode'), time: one('time') }), needs };
    journey.looking = { ...(journey.looking ?? ALL), ...filters };
    return reply.redirect('/times', 303);
  });
  app.post('/times/more', (request, reply) => {
    const journey = journeyOf(request);
    const looking = journey.looking ?? ALL;
    const practices = Math.min(MAX_PRACTICES, looking.practices * 2);
    // The first wish is for other practices at all, where the own one has times.
    const isFirst = fieldsOf(request).one('elsewhere') === 'yes';
    journey.looking = isFirst ? { ...looking, elsewhere: true } : { ...looking, practices };
    return reply.redirect('/times', 303);
  });
}

/** Sends people who are not that far to where they are; null lets them go on. */
function notReady(journey: Journey, reply: FastifyReply): FastifyReply | null {
  if (journey.outcome === undefined) return reply.redirect('/question', 303);
  return isBookable(journey.outcome.disposition) ? null : reply.redirect('/outcome', 303);
}

export async function showTimes(
  site: PatientSite,
  request: FastifyRequest,
  reply: FastifyReply,
  errors?: FormError[],
) {
  const journey = journeyOf(request);
  const early = notReady(journey, reply);
  if (early !== null) return early;
  const caller = signedInCaller(site, request);
  if (caller === undefined) return signInFirst(request, reply);
  if (journey.patient === undefined) return reply.redirect('/patient', 303);
  if (journey.assessment === undefined) return reply.redirect('/who', 303);
  const looking = journey.looking ?? ALL;
  const found = await site.patient.times(caller, {
    assessmentId: journey.assessment.id,
    first: looking.practices,
    ...(looking.elsewhere && { elsewhereReason: 'OWN_PRACTICE_TIMES_DO_NOT_SUIT' }),
    ...(looking.mode !== 'any' && { modes: [looking.mode] }),
    accessNeeds: needsOf(looking),
    ...(journey.visit !== undefined && { beside: journey.visit }),
  });
  if (!found.ok) return showProblem(site, reply, found.problem);
  const options = inPart(found.value, looking.time);
  const practices = [...(options.ownPractice == null ? [] : [options.ownPractice]), ...options.elsewhere];
  const slots = practices.flatMap((practice) => practice.slots);
  const { needs = [] } = looking;
  const isFiltered = looking.mode !== 'any' || looking.time !== 'any' || needs.length > 0;
  if (journey.changing !== undefined) journey.changing.shown = slots;
  return site.render(reply, slots.length === 0 ? 'patient/no-times' : 'patient/times', {
    title: titleOf(slots.length > 0, isFiltered, journey),
    options,
    looking,
    isFiltered,
    parts: PARTS_OF_DAY,
    needs: ACCESS_NEEDS.map((need) => ({ ...need, checked: needs.includes(need.value) })),
    canShowMore: looking.practices < MAX_PRACTICES && options.practicesAsked < options.practicesInRadius,
    patient: journey.patient,
    changing: journey.changing?.booking,
    deadline: journey.outcome?.deadline,
    outcome: journey.outcome,
    sayTo111: journey.outcome === undefined ? '' : sayTo111(journey.outcome),
    whyNone: reasonOf(options.ownPractice, isFiltered),
    // One key for the page; with the time that is chosen it names one intention.
    key: randomUUID(),
    errors,
  });
}

/** Needs that matter at the door are left out for a time that is spent at home. */
function needsOf({ mode, needs = [] }: Looking): string[] {
  const isAtHome = mode === 'TELEPHONE' || mode === 'VIDEO';
  return needs.filter((need) => !isAtHome || (need !== 'STEP_FREE_ACCESS' && need !== 'HEARING_LOOP'));
}

function reasonOf(own: Options['ownPractice'], isFiltered: boolean): string | null {
  return own == null ? null : `${own.practice.name} ${whyNoTimes(own.answer, isFiltered)}`;
}

function titleOf(any: boolean, isFiltered: boolean, { changing }: Journey): string {
  if (!any) return `There are no appointments ${isFiltered ? 'of the kind you chose' : 'in time'}`;
  return changing === undefined ? 'Choose an appointment time' : 'Choose a new time';
}

/** The same practices with the times of one part of the day. */
function inPart(options: Options, time: Looking['time']): Options {
  const kept = (practice: PracticeOptions): PracticeOptions => ({
    ...practice,
    slots: practice.slots.filter(({ startsAt }) => isInPart(startsAt, time)).slice(0, MAX_SLOTS),
  });
  const { ownPractice, elsewhere } = options;
  return {
    ...options,
    ownPractice: ownPractice == null ? null : kept(ownPractice),
    elsewhere: elsewhere.map(kept).filter(({ slots }) => slots.length > 0),
  };
}
