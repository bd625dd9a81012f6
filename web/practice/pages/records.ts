import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { untilText } from '../../kit/texts';
import { changesWords, actionWords, actorWords, bookingWords, elsewhereWords, modeWords } from '../texts';
import { forStaff, showNoPractice, type PracticeSite } from '../staff';

const FEW = 20;
/** The most that the API answers. */
const MANY = 100;
const Query = z.object({ show: z.literal('all').optional().catch(undefined) });

/** The history of the rules, and the practice's own patients who were booked elsewhere. */
export function registerRecordPages(app: FastifyInstance, site: PracticeSite): void {
  app.get(
    '/practice/history',
    forStaff(site, async ({ request, reply, caller }) => {
      const first = Query.parse(request.query).show === 'all' ? MANY : FEW;
      const [history, dispositions] = await Promise.all([
        site.practice.history(caller, first),
        site.practice.dispositions(caller),
      ]);
      if (history === null) return showNoPractice(site, reply);
      const entries = history.releaseHistory.map((entry) => ({
        sequence: entry.sequence,
        at: untilText(entry.at),
        heading: actionWords(entry),
        actor: actorWords(entry, history.odsCode),
        reason: entry.reason,
        changes:
          entry.before === null || entry.after === null
            ? []
            : changesWords(entry.before, entry.after, dispositions),
      }));
      return site.render(reply, 'practice/history', {
        title: 'What was changed',
        section: 'history',
        practice: history,
        entries,
        hasMore: first === FEW && entries.length === FEW,
      });
    }),
  );
  app.get(
    '/practice/elsewhere',
    forStaff(site, async ({ request, reply, caller }) => {
      const first = Query.parse(request.query).show === 'all' ? MANY : FEW;
      const found = await site.practice.elsewhere(caller, first);
      if (found === null) return showNoPractice(site, reply);
      const rows = found.ownPatientsElsewhere.map((booking) => [
        { header: 'Appointment', text: untilText(booking.startsAt) },
        { header: 'At', text: `${booking.practice.name} (${booking.practice.odsCode})` },
        { header: 'Way of being seen', text: modeWords(booking.mode) },
        { header: 'Why not with you', text: elsewhereWords(booking.reason) },
        { header: 'State', text: bookingWords(booking.status) },
        { header: 'Reference', text: booking.reference },
      ]);
      return site.render(reply, 'practice/elsewhere', {
        title: 'Your patients booked elsewhere',
        section: 'elsewhere',
        practice: found,
        rows,
        hasMore: first === FEW && rows.length === FEW,
      });
    }),
  );
}
