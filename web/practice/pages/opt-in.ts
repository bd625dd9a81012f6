import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Caller } from '../../kit/api';
import { modeWords } from '../texts';
import {
  deskOf,
  forStaff,
  HOME,
  showNoPractice,
  showRefusal,
  type PracticeSite,
  type StaffVisit,
} from '../staff';

/** The first and the last step of opening a book for the first time; the rules and the preview are between them. */
export function registerOptInPages(app: FastifyInstance, site: PracticeSite): void {
  app.get(
    '/practice/opt-in',
    forStaff(site, ({ reply, caller }) => showConnection(site, reply, caller)),
  );
  app.get(
    '/practice/opt-in/open',
    forStaff(site, (visit) => showOpen(site, visit)),
  );
}

async function showConnection(site: PracticeSite, reply: FastifyReply, caller: Caller) {
  const found = await site.practice.diary(caller, {});
  if (found === null) return showNoPractice(site, reply);
  const { book, diary } = found;
  if (book.release.status !== 'NOT_OPTED_IN') return reply.redirect(HOME, 303);
  if (!diary.ok) return showRefusal(site, reply, diary.problem);
  const { ownPatientsReached, otherPatientsReached, answer, slotTypes, times } = diary.value;
  return site.render(reply, 'practice/opt-in-connection', {
    title: 'Is your system connected?',
    caption: 'Step 1 of 4',
    practice: book,
    ownPatientsReached,
    otherPatientsReached,
    isConnected: ownPatientsReached || otherPatientsReached,
    answer,
    slotTypes,
    free: times.length,
    modes: [...new Set(times.map(({ mode }) => modeWords(mode)))],
  });
}

async function showOpen(site: PracticeSite, visit: StaffVisit) {
  const { request, reply, caller } = visit;
  const { draft } = deskOf(request);
  const book = await site.practice.book(caller);
  if (book === null) return showNoPractice(site, reply);
  if (book.release.status !== 'NOT_OPTED_IN') return reply.redirect(HOME, 303);
  if (draft === undefined) return reply.redirect('/practice/rules', 303);
  return site.render(reply, 'practice/opt-in-open', {
    title: 'Open your book',
    caption: 'Step 4 of 4',
    back: '/practice/rules/check',
    practice: book,
  });
}
