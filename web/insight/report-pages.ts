import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { analystOf, HOME, type InsightSite } from './analysts';
import { svgFile } from './chart-file';
import { closedPeriods, daysOf, periodWords } from './periods';
import { readReport, weeksUpTo, WEEK_FORM, type ReportResult } from './report';
import { questionOf, REPORT_SECTIONS } from './report-questions';
import { capitalised } from './texts';

export const REPORT = `${HOME}/report`;
const CHART = `${REPORT}/chart.svg`;
const FILE = `${REPORT}/file.html`;

/** Weeks that the list of reports offers. */
const OFFERED_WEEKS = 8;
const Week = z.object({ week: z.string().max(20) }).catch({ week: '' });
const Chart = z.object({ week: z.string().max(20), of: z.string().max(40) }).catch({ week: '', of: '' });

/** Reports on whole weeks, as pages and as files that open by themselves. */
export function registerReport(app: FastifyInstance, site: InsightSite): void {
  app.get(REPORT, async (request, reply) => {
    const weeks = await offeredWeeks(site, request);
    return site.render(reply, 'insight/reports', {
      title: 'Weekly reports',
      weeks: weeks.map(linkOf),
      form: WEEK_FORM,
    });
  });
  app.get(`${REPORT}/:week`, async (request, reply) => {
    const { week } = Week.parse(request.params);
    const result = await reportOf(site, request, week);
    if (result.kind === 'none') return showNone(site, reply, result);
    const weeks = await offeredWeeks(site, request);
    const at = weeks.indexOf(week);
    return site.render(reply, 'insight/report', {
      title: result.report.title,
      report: result.report,
      chart: `${CHART}?week=${week}&of=`,
      file: `${FILE}?week=${week}`,
      before: pageOf(at < 0 ? undefined : weeks[at + 1]),
      after: pageOf(weeks[at - 1]),
    });
  });
  app.get(CHART, async (request, reply) => {
    const { week, of } = Chart.parse(request.query);
    const question = REPORT_SECTIONS.flatMap(({ questions }) => questions).find(({ name }) => name === of);
    if (question === undefined || daysOf('WEEK', week) === null) return showNone(site, reply, NO_CHART);
    const asked = questionOf(question, weeksUpTo(week, question.weeks));
    const result = await site.insight.ask(analystOf(site, request), asked);
    if (!result.ok) return showNone(site, reply, NO_CHART);
    const drawn = svgFile(
      { question: asked, words: question.title, table: result.value },
      { name: `${question.name}-${week}`, isDemonstration: site.isDemonstration },
    );
    return drawn === null ? showNone(site, reply, NO_CHART) : reply.type(drawn.type).send(drawn.text);
  });
  app.get(FILE, async (request, reply) => {
    const { week } = Week.parse(request.query);
    const result = await reportOf(site, request, week);
    if (result.kind === 'none') return showNone(site, reply, result);
    const { title } = result.report;
    reply.header('content-disposition', `attachment; filename="report-${week}.html"`);
    return site.render(reply, 'insight/report-file', { title, report: result.report });
  });
}

/** The last weeks that are published, the latest first. */
async function offeredWeeks(site: InsightSite, request: FastifyRequest): Promise<string[]> {
  const { lastDay } = await site.insight.catalogue(analystOf(site, request));
  return lastDay == null ? [] : closedPeriods('WEEK', lastDay, OFFERED_WEEKS);
}

function linkOf(week: string): { href: string; text: string } {
  return { href: `${REPORT}/${week}`, text: capitalised(periodWords('WEEK', week)) };
}

/** A link of the pagination; null where the list has no such week. */
function pageOf(week: string | undefined): { href: string; labelText: string } | null {
  if (week === undefined) return null;
  const { href, text } = linkOf(week);
  return { href, labelText: text };
}

async function reportOf(site: InsightSite, request: FastifyRequest, week: string): Promise<ReportResult> {
  const analyst = analystOf(site, request);
  return readReport((question) => site.insight.ask(analyst, question), week);
}

type None = Extract<ReportResult, { kind: 'none' }>;

const NO_CHART: None = {
  kind: 'none',
  status: 404,
  title: 'There is no such chart',
  sentence: 'The report’s page has a link to each of its charts.',
};

function showNone(site: InsightSite, reply: FastifyReply, { status, title, sentence }: None): FastifyReply {
  return site.render(reply.code(status), 'kit/message', {
    title,
    paragraphs: [sentence],
    next: { href: REPORT, text: 'Choose a week' },
  });
}
