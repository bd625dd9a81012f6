import type { FastifyInstance } from 'fastify';
import { fieldsOf } from '../../kit/visit';
import { deskOf, forStaff, HOME, showRefusal, type PracticeSite } from '../staff';

/** Reason in the history for the one button, which asks for none: it has to be fast. */
const AT_ONCE = 'Closed at once, with the button on the practice’s pages.';

/** Closing the book at once, and opening it again. */
export function registerBookPages(app: FastifyInstance, site: PracticeSite): void {
  app.post(
    '/practice/close-now',
    forStaff(site, async ({ request, reply, caller }) => {
      const { one } = fieldsOf(request);
      const closed = await site.practice.closeBook(caller, {
        odsCode: one('practice'),
        to: 'EVERYBODY',
        reason: AT_ONCE,
      });
      if (!closed.ok) return showRefusal(site, reply, closed.problem);
      deskOf(request).notice = {
        text: 'Your book is closed to everybody. Nothing more is booked, also by patients who are choosing a time now. Appointments that are booked stand.',
        // What was closed to some before would be open to all afterwards.
        canUndo: one('was') === 'OPEN',
      };
      return reply.redirect(HOME, 303);
    }),
  );
  app.post(
    '/practice/reopen',
    forStaff(site, async ({ request, reply, caller }) => {
      const opened = await site.practice.reopenBook(caller, { odsCode: fieldsOf(request).one('practice') });
      if (!opened.ok) return showRefusal(site, reply, opened.problem);
      deskOf(request).notice = { text: 'Your book is open again, by your rules.', canUndo: false };
      return reply.redirect(HOME, 303);
    }),
  );
}
