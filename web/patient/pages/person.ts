import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { FormError } from '../../kit/site';
import { fieldsOf } from '../../kit/visit';
import {
  journeyOf,
  journeys,
  keptForNextCheck,
  withoutCheck,
  type Journey,
  type PatientSite,
} from '../journey';
import { showAsk } from '../../kit/ask';

const RELATIONSHIPS = [
  { value: 'SELF', text: 'Me' },
  { value: 'CHILD', text: 'My child' },
  { value: 'OTHER', text: 'Someone else' },
];
const SEXES = [
  { value: 'FEMALE', text: 'Female' },
  { value: 'MALE', text: 'Male' },
  { value: 'UNSPECIFIED', text: 'Prefer not to say' },
];
const Relationship = z.enum(['SELF', 'CHILD', 'OTHER']);
const Sex = z.enum(['FEMALE', 'MALE', 'UNSPECIFIED']);

/** The person's part of the journey: for whom, date of birth, sex. */
export function registerPersonPages(app: FastifyInstance, site: PatientSite): void {
  app.get('/who', (request, reply) => showWho(site, request, reply));
  app.post('/who', (request, reply) => {
    const relationship = Relationship.safeParse(fieldsOf(request).one('who'));
    if (!relationship.success)
      return showWho(site, request, reply, [{ field: 'who', text: 'Select who the symptoms are about' }]);
    changePerson(request, { relationship: relationship.data, ...keptForNextCheck(journeyOf(request)) });
    return reply.redirect('/age', 303);
  });

  app.get('/age', (request, reply) => {
    const [year = '', month = '', day = ''] = journeyOf(request).dateOfBirth?.split('-').map(trimZero) ?? [];
    return showAge(site, request, reply, { day, month, year });
  });
  app.post('/age', (request, reply) => {
    const { one } = fieldsOf(request);
    const written = { day: one('dob-day'), month: one('dob-month'), year: one('dob-year') };
    const read = readDateOfBirth(written, site.now());
    if (!read.ok)
      return showAge(site, request, reply, { ...written, errors: [{ field: 'dob-day', text: read.text }] });
    changePerson(request, { ...withoutCheck(journeyOf(request)), dateOfBirth: read.date });
    return reply.redirect('/sex', 303);
  });

  app.get('/sex', (request, reply) => showSex(site, request, reply));
  app.post('/sex', (request, reply) => {
    const sex = Sex.safeParse(fieldsOf(request).one('sex'));
    if (!sex.success) return showSex(site, request, reply, [{ field: 'sex', text: 'Select an answer' }]);
    changePerson(request, { ...withoutCheck(journeyOf(request)), sex: sex.data });
    return reply.redirect('/symptoms', 303);
  });
}

function changePerson(request: FastifyRequest, journey: Journey): void {
  journeys.replace(request, journey);
}

const trimZero = (digits: string) => digits.replace(/^0/, '');

/** Returns the day as the API takes it, or the sentence to show beside the field. */
export function readDateOfBirth(
  { day, month, year }: { day: string; month: string; year: string },
  now: Date,
): { ok: true; date: string } | { ok: false; text: string } {
  if (day === '' && month === '' && year === '') return { ok: false, text: 'Enter a date of birth' };
  const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const date = z.iso.date().safeParse(text);
  if (!date.success) return { ok: false, text: 'Date of birth must be a real date, like 31 3 1980' };
  if (new Date(date.data) > now) return { ok: false, text: 'Date of birth must be in the past' };
  if (now.getUTCFullYear() - Number(year) > 130)
    return { ok: false, text: 'Year of birth must be less than 130 years ago' };
  return { ok: true, date: date.data };
}

function showWho(site: PatientSite, request: FastifyRequest, reply: FastifyReply, errors?: FormError[]) {
  return showAsk(site, reply, {
    title: 'Who are the symptoms about?',
    back: '/',
    errors,
    field: {
      kind: 'radios',
      name: 'who',
      choices: RELATIONSHIPS,
      chosen: [journeyOf(request).relationship ?? ''],
    },
  });
}

function showAge(
  site: PatientSite,
  request: FastifyRequest,
  reply: FastifyReply,
  { errors, ...written }: { day: string; month: string; year: string; errors?: FormError[] },
) {
  const title = aboutSelf(request) ? 'What is your date of birth?' : 'What is their date of birth?';
  return showAsk(site, reply, {
    title,
    back: '/who',
    hint: 'For example, 31 3 1980',
    errors,
    field: { kind: 'date', name: 'dob', ...written },
  });
}

function showSex(site: PatientSite, request: FastifyRequest, reply: FastifyReply, errors?: FormError[]) {
  return showAsk(site, reply, {
    title: aboutSelf(request) ? 'What is your sex?' : 'What is their sex?',
    back: '/age',
    hint: 'This is the sex recorded at birth. Some symptoms mean different things for different bodies.',
    errors,
    field: { kind: 'radios', name: 'sex', choices: SEXES, chosen: [journeyOf(request).sex ?? ''] },
  });
}

const aboutSelf = (request: FastifyRequest) => journeyOf(request).relationship === 'SELF';
