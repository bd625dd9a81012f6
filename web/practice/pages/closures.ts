import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { FormError } from '../../kit/site';
import { fieldsOf } from '../../kit/visit';
import { untilText } from '../../kit/texts';
import type { Problem } from '../answers';
import { instantOf, readDay, readTime } from '../london';
import {
  deskOf,
  forStaff,
  showNoPractice,
  showRefusal,
  takeNotice,
  type PracticeSite,
  type StaffVisit,
} from '../staff';
import { closureWords } from '../texts';

interface ClosureForm {
  practice: string;
  from: DayForm;
  until: DayForm;
  to: string;
  reason: string;
}
interface DayForm {
  day: string;
  month: string;
  year: string;
  time: string;
}

const EMPTY_DAY: DayForm = { day: '', month: '', year: '', time: '' };
const EMPTY: ClosureForm = { practice: '', from: EMPTY_DAY, until: EMPTY_DAY, to: '', reason: '' };

/** Times for which the book is closed: list, add, take back. */
export function registerClosurePages(app: FastifyInstance, site: PracticeSite): void {
  app.get(
    '/practice/closures',
    forStaff(site, (visit) => showClosures(site, visit)),
  );
  app.post(
    '/practice/closures',
    forStaff(site, (visit) => addClosure(site, visit)),
  );
  app.post(
    '/practice/closures/take-back',
    forStaff(site, async ({ request, reply, caller }) => {
      const { one } = fieldsOf(request);
      const input = { odsCode: one('practice'), closureId: one('closure') };
      const taken = await site.practice.reopenBook(caller, input);
      if (!taken.ok) return showRefusal(site, reply, taken.problem);
      deskOf(request).notice = { text: 'The closure is taken back.', canUndo: false };
      return reply.redirect('/practice/closures', 303);
    }),
  );
}

async function showClosures(
  site: PracticeSite,
  visit: StaffVisit,
  { form, errors }: { form: ClosureForm; errors?: FormError[] } = { form: EMPTY },
) {
  const { request, reply, caller } = visit;
  const book = await site.practice.book(caller);
  if (book === null) return showNoPractice(site, reply);
  return site.render(reply, 'practice/closures', {
    title: 'Close your book for a time',
    section: 'closures',
    practice: book,
    notice: takeNotice(request),
    closures: book.release.closures.map((closure) => ({ id: closure.id, text: closureWords(closure) })),
    form: { ...form, to: form.to === '' ? 'EVERYBODY' : form.to },
    errors,
  });
}

async function addClosure(site: PracticeSite, visit: StaffVisit) {
  const { request, reply, caller } = visit;
  const form = readForm(request);
  const from = instantIn('from', form.from);
  const until = instantIn('until', form.until);
  const errors = [...from.errors, ...until.errors];
  if (errors.length > 0) return showClosures(site, visit, { form, errors });
  const accepted = Number.parseInt(fieldsOf(request).one('accepted'), 10);
  const closed = await site.practice.closeBook(caller, {
    odsCode: form.practice,
    to: form.to === 'OTHER_PATIENTS' ? 'OTHER_PATIENTS' : 'EVERYBODY',
    reason: form.reason,
    from: from.instant,
    until: until.instant,
    ...(Number.isSafeInteger(accepted) && { acceptedBookings: accepted }),
  });
  if (closed.ok) {
    const closure = { from: from.instant, until: until.instant, to: form.to };
    deskOf(request).notice = { text: `Your book is closed: ${closureWords(closure)}.`, canUndo: false };
    return reply.redirect('/practice/closures', 303);
  }
  const { problem } = closed;
  if (problem.code === 'INVALID_INPUT')
    return showClosures(site, visit, { form, errors: apiErrors(problem) });
  if (problem.code !== 'BOOKINGS_IN_CLOSURE') return showRefusal(site, reply, problem);
  return site.render(reply, 'practice/bookings-in-closure', {
    title: 'Appointments are booked in this time',
    form,
    time: closureWords({ from: from.instant, until: until.instant, to: form.to }),
    total: problem.total,
    bookings: (problem.bookings ?? []).map(({ reference, startsAt, ownPatient }) => [
      { header: 'Time', text: untilText(startsAt) },
      { header: 'Reference', text: reference },
      { header: 'Patient', text: ownPatient ? 'Your own' : 'Another practice’s' },
    ]),
  });
}

const MAX_TEXT = 300;

function readForm(request: FastifyRequest): ClosureForm {
  const { one } = fieldsOf(request);
  const text = (name: string) => one(name).slice(0, MAX_TEXT);
  const day = (name: string): DayForm => ({
    day: text(`${name}-day`),
    month: text(`${name}-month`),
    year: text(`${name}-year`),
    time: text(`${name}-time`),
  });
  const to = one('to') === 'OTHER_PATIENTS' ? 'OTHER_PATIENTS' : 'EVERYBODY';
  return { practice: one('practice'), from: day('from'), until: day('until'), to, reason: text('reason') };
}

const NAMES = { from: 'Start', until: 'End' } as const;

/** An empty instant where something is wrong. */
function instantIn(name: keyof typeof NAMES, form: DayForm): { instant: string; errors: FormError[] } {
  const day = readDay(form);
  const time = readTime(form.time);
  const errors = [
    ...(day === null
      ? [{ field: `${name}-day`, text: `${NAMES[name]}: enter a real date, like 31 3 2027` }]
      : []),
    ...(time === null
      ? [{ field: `${name}-time`, text: `${NAMES[name]}: enter a time, like 9:30am or 14:00` }]
      : []),
  ];
  if (day === null || time === null) return { instant: '', errors };
  const instant = instantOf(day, time);
  if (instant !== null) return { instant, errors };
  return {
    instant: '',
    errors: [{ field: `${name}-time`, text: `${NAMES[name]}: the clocks skip this time on that day` }],
  };
}

const FIELDS: Readonly<Record<string, { field: string; name: string }>> = {
  'input.from': { field: 'from-day', name: 'Start' },
  'input.until': { field: 'until-day', name: 'End' },
  'input.reason': { field: 'reason', name: 'Reason' },
};

function apiErrors({ fields = [], message }: Problem): FormError[] {
  const known = fields.flatMap(({ path, message: text }): FormError[] => {
    const at = FIELDS[path];
    return at === undefined ? [] : [{ field: at.field, text: `${at.name}: ${text}` }];
  });
  return known.length > 0 ? known : [{ field: 'from-day', text: message }];
}
