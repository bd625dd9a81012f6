import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { analystOf, HOME, type InsightSite } from './analysts';
import { svgFile } from './chart-file';
import { closedPeriods, daysOf, periodWords } from './periods';
import { neighbours, readReport, weeksUpTo, WEEK_FORM, type ReportResult } from './report';
import { questionOf, REPORT_SECTIONS } from './report-questions';

export const REPORT = `${HOME}/report`;

/** Weeks that the list of reports offers. */
const OFFERED_WEEKS = 12;
const Week = z.object({ week: z.string().max(20) });
const File = Week.extend({ file: z.string().max(60) });

/** Reports on whole weeks, as pages and as files that open by themselves. */
export function registerReport(app: FastifyInstance, site: InsightSite): void {
  app.get(REPORT, async (request, reply) => {
    const { lastDay } = await site.insight.catalogue(analystOf(site, request));
    const weeks = lastDay == null ? [] : closedPeriods('WEEK', lastDay, OFFERED_WEEKS);
    return site.render(reply, 'insight/reports', {
      title: 'Weekly reports',
      weeks: weeks.map((week) => ({
        href: `${REPORT}/${week}`,
        text: capitalised(periodWords('WEEK', week)),
      })),
      form: WEEK_FORM,
    });
  });
  app.get(`${REPORT}/:week`, async (request, reply) => {
    const { week } = Week.catch({ week: '' }).parse(request.params);
    const result = await reportOf(site, request, week);
    if (result.kind === 'none') return showNone(site, reply, result);
    const { before, after } = neighbours(week);
    return site.render(reply, 'insight/report', {
      title: result.report.title,
      report: result.report,
      address: `${REPORT}/${week}`,
      before:
        before === null
          ? null
          : { href: `${REPORT}/${before}`, labelText: capitalised(periodWords('WEEK', before)) },
      after:
        after === null
          ? null
          : { href: `${REPORT}/${after}`, labelText: capitalised(periodWords('WEEK', after)) },
    });
  });
  app.get(`${REPORT}/:week/:file`, async (request, reply) => {
    const { week, file } = File.catch({ week: '', file: '' }).parse(request.params);
    if (file === `report-${week}.html`) return sendReport(site, request, reply, week);
    const question = REPORT_SECTIONS.flatMap(({ questions }) => questions).find(
      ({ name }) => file === `${name}.svg`,
    );
    if (question === undefined || daysOf('WEEK', week) === null) return showNone(site, reply, NO_FILE);
    const asked = questionOf(question, weeksUpTo(week, question.weeks));
    const result = await site.insight.ask(analystOf(site, request), asked);
    const drawn = result.ok
      ? svgFile(
          { question: asked, words: question.title, table: result.value },
          { name: `${question.name}-${week}`, isDemonstration: site.isDemonstration },
        )
      : null;
    return drawn === null ? showNone(site, reply, NO_FILE) : reply.type(drawn.type).send(drawn.text);
  });
}

const NO_FILE = {
  kind: 'none',
  status: 404,
  title: 'There is no such file',
  sentence: 'The report’s page has a link to each of its charts.',
} as const;

async function reportOf(site: InsightSite, request: FastifyRequest, week: string): Promise<ReportResult> {
  const analyst = analystOf(site, request);
  return readReport((question) => site.insight.ask(analyst, question), week);
}

async function sendReport(
  site: InsightSite,
  request: FastifyRequest,
  reply: FastifyReply,
  week: string,
): Promise<FastifyReply> {
  const result = await reportOf(site, request, week);
  if (result.kind === 'none') return showNone(site, reply, result);
  reply.header('content-disposition', `attachment; filename="report-${week}.html"`);
  return site.render(reply, 'insight/report-file', { title: result.report.title, report: result.report });
}

function showNone(
  site: InsightSite,
  reply: FastifyReply,
  { status, title, sentence }: Extract<ReportResult, { kind: 'none' }>,
): FastifyReply {
  return site.render(reply.code(status), 'kit/message', {
    title,
    paragraphs: [sentence],
    next: { href: REPORT, text: 'Choose a week' },
  });
}

function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
