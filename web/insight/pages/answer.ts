import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { dayOf } from '../../kit/texts';
import { csvFile, fileStem, jsonFile, lastInstant, type Answered, type AnswerFile } from '../answer-file';
import { shownOf, tableView, withheldWords } from '../answer-view';
import type { Catalogue, Problem, Table } from '../answers';
import { analystOf, HOME, keepAsked, type InsightSite } from '../analysts';
import { chartOf, svgFile } from '../chart-file';
import type { Drawing } from '../charts/draw-chart';
import { apiErrors, checkQuestion, filterWords, questionWords } from '../check-question';
import { rangeWords } from '../periods';
import { answerPath, draftOf, queryOf, withoutDimension, type Question } from '../question';
import { counted, inSentence } from '../texts';
import { showForm } from './form';

export const ANSWER = `${HOME}/answer`;

/** The answer to the question of an address, as a page and as files. */
export function registerAnswer(app: FastifyInstance, site: InsightSite): void {
  app.get(ANSWER, async (request, reply) => {
    const answer = await answerOf(site, request, reply);
    return answer.kind === 'answered' ? showAnswer(site, request, reply, answer) : answer.page;
  });
  const sendFile =
    (make: (answered: Answered) => AnswerFile | null) =>
    async (request: FastifyRequest, reply: FastifyReply) => {
      const answer = await answerOf(site, request, reply);
      if (answer.kind !== 'answered') return answer.page;
      const { question, catalogue, table } = answer;
      const file = make({
        question,
        words: questionWords(question, catalogue),
        table,
        address: addressOf(request, question),
      });
      if (file === null) return showNoChart(site, reply, question);
      const { name, type, text } = file;
      return reply.type(type).header('content-disposition', `attachment; filename="${name}"`).send(text);
    };
  app.get(`${ANSWER}.csv`, sendFile(csvFile));
  app.get(`${ANSWER}.json`, sendFile(jsonFile));
  const drawn = (answered: Answered) =>
    svgFile(answered, { name: fileStem(answered.question), isDemonstration: site.isDemonstration });
  app.get(`${ANSWER}.svg`, sendFile(drawn));
}

const drawings = new WeakMap<Table, Drawing>();

/** Drawn once for as long as the answer is kept: sorting and turning pages change nothing in it. */
function chartOnce(answered: { table: Table; words: string }): Drawing {
  const drawing = drawings.get(answered.table) ?? chartOf(answered);
  drawings.set(answered.table, drawing);
  return drawing;
}

/** Address of the answer for somebody else. */
function addressOf(request: FastifyRequest, question: Question): string {
  return `${request.protocol}://${request.host}${answerPath(question)}`;
}

interface AnsweredPage {
  kind: 'answered';
  question: Question;
  catalogue: Catalogue;
  table: Table;
}

/** The answer, or the page that says why there is none. */
export async function answerOf(
  site: InsightSite,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<AnsweredPage | { kind: 'page'; page: FastifyReply }> {
  const analyst = analystOf(site, request);
  const catalogue = await site.insight.catalogue(analyst);
  const draft = draftOf(request.query);
  const checked = checkQuestion(draft, catalogue);
  const page = (shown: FastifyReply) => ({ kind: 'page', page: shown }) as const;
  if (!checked.ok) return page(showForm(site, reply, { draft, catalogue, errors: checked.errors }));
  const { question } = checked;
  const result = await site.insight.ask(analyst, question);
  if (result.ok || result.problem.__typename === 'TooFine') keepAsked(request, queryOf(question));
  if (result.ok) return { kind: 'answered', question, catalogue, table: result.value };
  const { problem } = result;
  const errors = apiErrors(problem);
  if (errors.length > 0) return page(showForm(site, reply, { draft, catalogue, errors }));
  return page(showProblem(site, reply, { question, catalogue, problem }));
}

function showNoChart(site: InsightSite, reply: FastifyReply, question: Question): FastifyReply {
  return site.render(reply.code(404), 'kit/message', {
    title: 'There is no chart of this answer',
    paragraphs: ['Its numbers are in the table.'],
    next: { href: answerPath(question), text: 'Go to the answer' },
  });
}

function showAnswer(
  site: InsightSite,
  request: FastifyRequest,
  reply: FastifyReply,
  { question, catalogue, table }: AnsweredPage,
): FastifyReply {
  const view = tableView({ question, catalogue, table }, shownOf(request.query));
  const query = queryOf(question);
  const words = questionWords(question, catalogue);
  return site.render(reply, 'insight/answer', {
    title: words,
    chart: chartOnce({ table, words }),
    chartFile: { href: `${ANSWER}.svg?${query}`, name: fileStem(question) },
    period: rangeWords(question),
    filters: filterWords(question, catalogue),
    completeUpTo: dayOf(lastInstant(table.dataUpTo)),
    publishedAt: table.publishedAt,
    rule: table.rule.replace(/^[\w-]+: /, ''),
    ruleName: /^[\w-]+(?=: )/.exec(table.rule)?.[0] ?? '',
    isMonthly: question.grain === 'MONTH',
    view,
    withheld: withheldWords(view.withheld),
    rows: counted(table.rows.length, 'row'),
    address: addressOf(request, question),
    csv: `${ANSWER}.csv?${query}`,
    json: `${ANSWER}.json?${query}`,
    change: `${HOME}/question?${query}`,
  });
}

function showProblem(
  site: InsightSite,
  reply: FastifyReply,
  { question, catalogue, problem }: { question: Question; catalogue: Catalogue; problem: Problem },
): FastifyReply {
  const change = { href: `${HOME}/question?${queryOf(question)}`, text: 'Change the question' };
  const asked = { words: questionWords(question, catalogue), period: rangeWords(question), change };
  if (problem.__typename === 'TooFine') {
    const title = (name: string) =>
      inSentence(catalogue.dimensions.find(({ dimension }) => dimension === name)?.title ?? name);
    return site.render(reply, 'insight/too-fine', {
      title: 'Most of these numbers would be withheld',
      ...asked,
      drops: (problem.drop ?? []).map((dimension) => ({
        href: answerPath(withoutDimension(question, dimension)),
        text: `Ask without ${title(dimension)}`,
      })),
      isMonthly: question.grain === 'MONTH',
    });
  }
  if (problem.code === 'ALLOWANCE_USED')
    return site.render(reply.code(429), 'insight/not-answered', {
      title: 'You have had as many numbers as an analyst may in a day',
      ...asked,
      paragraphs: [
        'One analyst may have 400,000 numbers in a day. What you have asked for today can still be sorted and saved for a while.',
        'Ask again tomorrow: your question is in the address of this page. Or ask with fewer columns or periods.',
      ],
    });
  return site.render(reply.code(403), 'insight/not-answered', {
    title: 'This question was not answered',
    ...asked,
    paragraphs: [problem.message],
  });
}
