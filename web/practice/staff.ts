import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Caller } from '../kit/api';
import { signedIn, type SignedIn } from '../kit/session';
import type { Site } from '../kit/site';
import { callerOf, pageData, personOf, signInFirst, visitOf, type SignInWay } from '../kit/visit';
import type { Problem } from './answers';
import type { PracticeApi } from './api';
import { RulesForm } from './rules-form';

/** Rules that somebody is about to set, and what the next page says first. They live in the session until then. */
const Desk = z.object({
  draft: z.object({ practice: z.string(), version: z.number(), form: RulesForm }).optional(),
  notice: z.object({ text: z.string(), canUndo: z.boolean() }).optional(),
});
export type Desk = z.infer<typeof Desk>;

export const desks = pageData('practice', Desk);
export const deskOf = desks.of;

/** The site as the practice's pages use it. */
export interface PracticeSite extends Site {
  practice: PracticeApi;
}

export const HOME = '/practice';

/** Takes the notice for the page that is shown now: it is shown once. */
export function takeNotice(request: FastifyRequest): Desk['notice'] {
  const desk = deskOf(request);
  const { notice } = desk;
  desk.notice = undefined;
  return notice;
}

const OTHERS: Readonly<Record<Exclude<SignedIn['kind'], 'staff'>, string>> = {
  patient: 'You have signed in with NHS login, as a patient.',
  operator: 'You have signed in as an operator of this service.',
  analyst: 'You have signed in as an analyst of this service.',
};

export const WAY: SignInWay = { home: HOME, as: 'staff' };
/** For those who have signed in as somebody else. */
const SIGN_IN_AGAIN = `/sign-in?as=staff&next=${HOME}`;

/** A request by somebody who works at a practice. */
export interface StaffVisit {
  request: FastifyRequest;
  reply: FastifyReply;
  caller: Caller;
}

type Shown = Promise<FastifyReply> | FastifyReply;

/** Runs a page for staff who have signed in; leads others there, and tells those who are somebody else. */
export function forStaff(site: PracticeSite, show: (visit: StaffVisit) => Shown) {
  return (request: FastifyRequest, reply: FastifyReply): Shown => {
    const now = site.now();
    if (personOf(request, now, 'staff') !== undefined)
      return show({ request, reply, caller: callerOf(request, now, 'staff') });
    const person = signedIn(visitOf(request).session, now);
    if (person === undefined || person.kind === 'staff') return signInFirst(request, reply, WAY);
    return site.render(reply.code(403), 'kit/message', {
      title: 'This page is for staff of a GP practice',
      paragraphs: [
        OTHERS[person.kind],
        'Only people who work at a practice see its book: what is released, what was booked, and what was changed.',
      ],
      next: { href: SIGN_IN_AGAIN, text: 'Sign in with the role that you hold at your practice' },
    });
  };
}

/** Staff whose role names no practice that is known here. */
export function showNoPractice(site: PracticeSite, reply: FastifyReply): FastifyReply {
  return site.render(reply.code(404), 'kit/message', {
    title: 'We do not know your practice',
    paragraphs: [
      'Your role names an organisation that is no GP practice in the NHS directory.',
      'If you work at a practice, sign in with the role that you hold there.',
    ],
    next: { href: SIGN_IN_AGAIN, text: 'Sign in with another role' },
  });
}

const REFUSALS: Readonly<Record<string, string>> = {
  MANAGER_ROLE_REQUIRED: 'You may not change this',
  NOT_YOUR_PRACTICE: 'This is not your practice',
  ROLE_NOT_ALLOWED: 'You may not change this',
  PRACTICE_NOT_FOUND: 'Your practice has left the NHS directory',
};

/** Says why the API has refused something; nothing was changed. */
export function showRefusal(site: PracticeSite, reply: FastifyReply, problem: Problem): FastifyReply {
  const texts = problem.fields?.map(({ message }) => message) ?? [];
  return site.render(reply.code(problem.__typename === 'NotAllowed' ? 403 : 409), 'kit/message', {
    title: REFUSALS[problem.code] ?? 'Nothing was changed',
    paragraphs: [problem.message, ...texts, 'Nothing was changed.'],
    next: { href: HOME, text: 'Go back to your diary' },
  });
}
