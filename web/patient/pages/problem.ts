import type { FastifyReply } from 'fastify';
import type { FormError } from '../../kit/site';
import type { Help, Problem } from '../answers';
import type { PatientSite } from '../journey';
import { careCard, wayOn } from '../texts';

/** Says what an expected refusal means, and where to go on. */
export function showProblem(site: PatientSite, reply: FastifyReply, problem: Problem): FastifyReply {
  const { title, next } = wayOn(problem.code);
  const { practice } = problem;
  // An outcome that is too old is not shown as if it held.
  const disposition = problem.code === 'SYMPTOM_CHECK_EXPIRED' ? null : problem.disposition;
  return site.render(reply.code(409), 'kit/message', {
    title: disposition == null ? title : disposition.title,
    care: disposition == null ? undefined : careCard(disposition.careLevel),
    paragraphs: [problem.message],
    contacts: practice == null ? [] : [practice],
    next,
  });
}

/** Words that name a danger, or that no symptom check fits. */
export function showHelp(site: PatientSite, reply: FastifyReply, help: Help): FastifyReply {
  return site.render(reply, 'kit/message', {
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

export function fieldErrors(problem: Problem, field: string): FormError[] {
  const texts = problem.fields?.map(({ message }) => message) ?? [problem.message];
  return texts.map((text) => ({ field, text }));
}
