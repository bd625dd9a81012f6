import type { FastifyInstance } from 'fastify';
import type { Catalogue, SavedQuestion } from '../answers';
import { analystOf, HOME, insightData, type InsightSite } from '../analysts';
import { checkQuestion, questionWords } from '../check-question';
import { closedPeriods, dateWords, rangeWords } from '../periods';
import { answerPath, draftIn, type Question } from '../question';
import { GROUPS } from '../texts';

/** Periods for which a saved question is asked first. */
const FIRST_PERIODS = { DAY: 14, WEEK: 8, MONTH: 6 } as const;

/** The questions that commissioners ask, a link each, and those that were asked last. */
export function registerGallery(app: FastifyInstance, site: InsightSite): void {
  app.get(HOME, async (request, reply) => {
    const catalogue = await site.insight.catalogue(analystOf(site, request));
    return site.render(reply, 'insight/gallery', {
      title: 'Statistics',
      explorerUrl: site.explorerUrl,
      lastDay: catalogue.lastDay == null ? null : dateWords(catalogue.lastDay),
      groups: groupsOf(catalogue),
      asked: (insightData.of(request).asked ?? []).flatMap((query) => askedAgain(query, catalogue)),
    });
  });
}

/** The saved question for the last whole periods: several where it is by period, else one. */
export function firstQuestion({ measures, by, grain }: SavedQuestion, lastDay: string): Question {
  const periods = closedPeriods(grain, lastDay, by.includes('PERIOD') ? FIRST_PERIODS[grain] : 1);
  return { measures, by, grain, from: periods.at(-1) ?? '', to: periods[0] ?? '', where: [], fill: true };
}

function groupsOf({ questions, lastDay }: Catalogue) {
  const entry = (saved: SavedQuestion) => {
    if (lastDay == null) return { number: saved.number, title: saved.title, href: null, period: '' };
    const question = firstQuestion(saved, lastDay);
    const { number, title } = saved;
    return { number, title, href: answerPath(question), period: rangeWords(question) };
  };
  const grouped = GROUPS.map(({ title, numbers }) => ({
    title,
    questions: numbers
      .flatMap((number) => questions.find((saved) => saved.number === number) ?? [])
      .map(entry),
  }));
  const others = questions.filter(({ number }) => !GROUPS.some(({ numbers }) => numbers.includes(number)));
  return [...grouped, { title: 'Other questions', questions: others.map(entry) }].filter(
    (group) => group.questions.length > 0,
  );
}

/** Empty where an older release has kept something that is no longer a question. */
function askedAgain(query: string, catalogue: Catalogue): { words: string; period: string; href: string }[] {
  const checked = checkQuestion(draftIn(query), catalogue);
  if (!checked.ok) return [];
  const { question } = checked;
  return [
    { words: questionWords(question, catalogue), period: rangeWords(question), href: answerPath(question) },
  ];
}
