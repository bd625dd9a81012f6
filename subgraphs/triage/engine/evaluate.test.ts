import { CASE_STUDY, caseStudyUntil } from '../../../tests/triage-case-study';
import type { OptionContent, PathwayContent, QuestionContent } from '../content/content';
import { loadContent } from '../content/load-content';
import { answerSets, choices } from './answer-sets';
import { evaluate, type Answer } from './evaluate';

const content = loadContent();
const childRash = content.pathways.get('child-rash')!;

describe('the case study', () => {
  it('ends in a GP within 6 hours', () => {
    expect(outcomeId(CASE_STUDY)).toBe('gp-6h');
  });

  it('ends in 999 when the glass test is not sure', () => {
    expect(outcomeId(caseStudyUntil('child-rash.red-flags', ['unsure']))).toBe('ambulance-sepsis');
  });

  it('ends in a GP within 24 hours when the child is well otherwise', () => {
    expect(outcomeId(caseStudyUntil('child-rash.compared-with-normal', ['well']))).toBe('gp-24h');
  });
});

describe.each([...content.pathways.values()])('pathway $id', (pathway) => {
  const sets = [...answerSets(pathway)];

  it('ends every answer set in a disposition of the catalogue, and uses every answer', () => {
    for (const answers of sets) {
      const evaluation = evaluate(pathway, answers);
      expect(evaluation.trace.map(({ question }) => question.id)).toEqual(answers.map(questionId));
      expect(evaluation.kind === 'outcome' && content.dispositions.get(evaluation.disposition.id)).toBe(
        evaluation.kind === 'outcome' && evaluation.disposition,
      );
      expect(evaluation.kind).toBe('outcome');
    }
  });

  it('enumerates every option of every question', () => {
    const chosen = new Set(
      sets.flat().flatMap((answer) => answer.optionIds.map((id) => `${answer.questionId}/${id}`)),
    );
    const all = [...pathway.questions.values()].flatMap(({ id, options }) =>
      options.map((option) => `${id}/${option.id}`),
    );
    expect([...chosen].sort()).toEqual(all.sort());
  });

  it('asks for emergencies before anything else', () => {
    expect(evaluate(pathway, [])).toMatchObject({
      kind: 'question',
      question: { id: 'emergency.screen' },
      trace: [],
    });
    const unscreened = CASE_STUDY.slice(1);
    expect(evaluate(pathway, unscreened)).toMatchObject({
      kind: 'question',
      question: { id: 'emergency.screen' },
    });
  });

  it('takes the most urgent tick, and records all of them', () => {
    for (const answers of sets) {
      const { question, chosen, decisive } = lastStep(pathway, answers);
      const ranks = chosen.map(rankOf);
      expect(chosen.map(({ id }) => id)).toEqual(
        question.options.map(({ id }) => id).filter((id) => answers.at(-1)!.optionIds.includes(id)),
      );
      expect(urgency(pathway, answers)).toBe(Math.min(...ranks));
      expect(decisive.map(rankOf)).toEqual(ranks.filter((rank) => rank === Math.min(...ranks)));
    }
  });

  it('is never less urgent for one more tick', () => {
    for (const answers of sets) {
      const last = answers.at(-1)!;
      const question = pathway.questions.get(last.questionId)!;
      if (question.kind !== 'TICK_ANY') continue;
      for (const tick of question.options.filter(({ alone }) => !alone)) {
        const more = [...answers.slice(0, -1), { ...last, optionIds: [...last.optionIds, tick.id] }];
        expect(urgency(pathway, more)).toBeLessThanOrEqual(urgency(pathway, answers));
      }
    }
  });

  it('never ends safer for "not sure" than for any other option', () => {
    for (const question of pathway.questions.values()) {
      const unsure = question.options.find(({ id }) => id === 'unsure');
      expect(unsure).toBeDefined();
      if (question.kind === 'TICK_ANY')
        expect(rankOf(unsure!)).toBe(Math.min(...question.options.map(rankOf)));
      const safestOther = Math.max(...question.options.filter((option) => option !== unsure).map(safest));
      expect(safest(unsure!)).toBeLessThanOrEqual(safestOther);
      const no = question.options.find(({ id }) => id === 'no');
      if (no) expect(safest(unsure!)).toBeLessThanOrEqual(safest(no));
      if (no) expect(gravest(unsure!)).toBeLessThanOrEqual(gravest(no));
    }
  });

  it('gives a reason with a source for every outcome', () => {
    for (const answers of sets) {
      const { decisive } = lastStep(pathway, answers);
      expect(decisive.length).toBeGreaterThan(0);
      for (const option of decisive) expect(option.sources.length).toBeGreaterThan(0);
    }
  });
});

it('does not depend on the order of the answers', () => {
  for (const answers of answerSets(childRash))
    expect(evaluate(childRash, [...answers].reverse())).toEqual(evaluate(childRash, answers));
});

it('ignores answers to questions that are not asked', () => {
  const stray = { questionId: 'child-rash.duration', optionIds: ['short'] };
  expect(evaluate(childRash, [...CASE_STUDY, stray])).toEqual(evaluate(childRash, CASE_STUDY));
});

it('lists each way to answer a tick-any question once', () => {
  const ticks = childRash.start.options.filter(({ alone }) => !alone).length;
  const listed = choices(childRash.start).map((chosen) => chosen.map(({ id }) => id).join());
  expect(new Set(listed).size).toBe(listed.length);
  expect(listed).toHaveLength(2 ** ticks - 1 + 1);
});

function questionId(answer: Answer): string {
  return answer.questionId;
}

function outcomeId(answers: readonly Answer[]): string | undefined {
  const evaluation = evaluate(childRash, answers);
  return evaluation.kind === 'outcome' ? evaluation.disposition.id : undefined;
}

function urgency(pathway: PathwayContent, answers: readonly Answer[]): number {
  const evaluation = evaluate(pathway, answers);
  if (evaluation.kind === 'question') throw new Error('These answers are not complete.');
  return evaluation.disposition.urgencyRank;
}

function lastStep(pathway: PathwayContent, answers: readonly Answer[]) {
  const evaluation = evaluate(pathway, answers);
  if (evaluation.kind === 'question') throw new Error('These answers are not complete.');
  return evaluation.decided;
}

function rankOf({ exit }: OptionContent): number {
  return exit.kind === 'outcome' ? exit.disposition.urgencyRank : Infinity;
}

/** The least urgent outcome that can follow. */
function safest({ exit }: OptionContent): number {
  return exit.kind === 'outcome'
    ? exit.disposition.urgencyRank
    : Math.max(...optionsOf(exit.question).map(safest));
}

/** The most urgent outcome that can follow. */
function gravest({ exit }: OptionContent): number {
  return exit.kind === 'outcome'
    ? exit.disposition.urgencyRank
    : Math.min(...optionsOf(exit.question).map(gravest));
}

function optionsOf(question: QuestionContent): readonly OptionContent[] {
  return question.options;
}
