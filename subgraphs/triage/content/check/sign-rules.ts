import { countsReached, type EvaluationStep } from '../../engine/evaluate';
import type { DispositionContent, QuestionContent } from '../content';
import { questionSteps, type Run } from './enumerate';
import { failure, unless, type Finding } from './finding';

/** A run with its outcome. */
export interface EndedRun extends Run {
  disposition: DispositionContent;
  trace: readonly EvaluationStep[];
}

/** Most and least urgent end of an answer, whatever is answered after it, by rank. */
export type Reach = readonly [mostUrgent: number, leastUrgent: number];

/** A question as one group of people meets it after the same answers, and what each choice may end in. */
export interface Reached {
  node: QuestionContent;
  /** Reach by the ids of what is chosen, joined by `+`. */
  ranks: ReadonlyMap<string, Reach>;
}

export function reachedQuestions(runs: readonly EndedRun[]): Reached[] {
  const reached = new Map<string, { node: QuestionContent; ranks: Map<string, Reach> }>();
  for (const { subject, trace, disposition } of runs) {
    const before = [`${subject.ageInDays}${subject.sex}`];
    for (const step of questionSteps(trace)) {
      if (step.kind === 'known') continue;
      const key = `${before.join()}>${step.node.id}`;
      const group = reached.get(key) ?? { node: step.node, ranks: new Map<string, Reach>() };
      reached.set(key, group);
      const chosen = step.chosen.map(({ id }) => id).join('+');
      const [most, least] = group.ranks.get(chosen) ?? [Infinity, -Infinity];
      const rank = disposition.urgencyRank;
      group.ranks.set(chosen, [Math.min(most, rank), Math.max(least, rank)]);
      before.push(`${step.node.id}=${chosen}`);
    }
  }
  return [...reached.values()];
}

/** Rules 11 (ticks that lead on), 23 and 24: a sign never makes the end less urgent, and always makes a difference. */
export function signRules(reached: readonly Reached[]): Finding[] {
  return [...reached.flatMap(yesIsNotMilder), ...reached.flatMap(ticksAreNotMilder), ...signsMatter(reached)];
}

/** Option that says the contrary of a sign: "no", or "none of these". */
function withoutSign({ kind }: QuestionContent): string {
  return kind === 'TICK_ANY' ? 'none' : 'no';
}

/** 23 */
function yesIsNotMilder({ node, ranks }: Reached): Finding[] {
  const [yes, no] = [ranks.get('yes'), ranks.get('no')];
  if (node.kind === 'TICK_ANY' || yes === undefined || no === undefined || isMilder(node, 'yes')) return [];
  return unless(yes[0] <= no[0] && yes[1] <= no[1], () =>
    failure(
      23,
      ...placeOf(node, 'yes'),
      '"Yes" can end less urgently than "no" here: let it end as urgently, or say why it is right (milderBecause).',
    ),
  );
}

/** 11, where the next tick leads to another question: it is as urgent as the least urgent end of that. */
function ticksAreNotMilder({ node, ranks }: Reached): Finding[] {
  if (node.kind !== 'TICK_ANY') return [];
  const ticks = node.options.filter(({ id, alone }) => !alone && !isMilder(node, id));
  return [...ranks].flatMap(([chosen, [, least]]) => {
    const before = chosen === 'none' ? [] : chosen.split('+');
    return ticks
      .filter(({ id }) => !before.includes(id))
      .flatMap(({ id }) => {
        const both = node.options.filter((option) => option.id === id || before.includes(option.id));
        const more = ranks.get(both.map((option) => option.id).join('+'));
        const isRight = more === undefined || more[1] <= least || isMilderCount(node, idsOf(both));
        return unless(isRight, () =>
          failure(
            11,
            ...placeOf(node, id),
            `Ticking "${id}" can make the outcome less urgent than without it.`,
          ),
        );
      });
  });
}

/** 24: a sign that guarantees nothing, whatever was answered before it, has no effect, or a later answer undoes it. */
function signsMatter(reached: readonly Reached[]): Finding[] {
  const matters = new Map<string, { node: QuestionContent; id: string; isFelt: boolean }>();
  for (const { node, ranks } of reached) {
    const without = ranks.get(withoutSign(node));
    if (without === undefined) continue;
    const signs = node.options.filter(({ id, alone }) =>
      node.kind === 'TICK_ANY' ? !alone && id !== 'unsure' : id === 'yes',
    );
    for (const { id } of signs.filter((sign) => !isMilder(node, sign.id))) {
      const sign = ranks.get(id);
      if (sign === undefined) continue;
      const key = `${node.id}=${id}`;
      const isFelt = sign[1] < without[1] || (matters.get(key)?.isFelt ?? false);
      matters.set(key, { node, id, isFelt });
    }
  }
  return [...matters.values()]
    .filter(({ isFelt }) => !isFelt)
    .map(({ node, id }) =>
      failure(
        24,
        ...placeOf(node, id),
        `"${id}" guarantees nothing: it has no effect, or a later answer undoes it. Give it an outcome or atLeast, or say why (milderBecause).`,
      ),
    );
}

/** Tells whether somebody has said why so many ticks may end less urgently. */
export function isMilderCount(node: QuestionContent, optionIds: readonly string[]): boolean {
  return countsReached(node, optionIds).some((count) => count.isMilder);
}

function idsOf(options: readonly { id: string }[]): string[] {
  return options.map(({ id }) => id);
}

export function isMilder({ options }: QuestionContent, optionId: string): boolean {
  return options.some(({ id, isMilder: milder }) => id === optionId && milder);
}

function placeOf(
  { id, pathwayId, options }: QuestionContent,
  optionId: string,
): [string, (string | number)[]] {
  const index = options.findIndex((option) => option.id === optionId);
  const key = id.slice(id.indexOf('.') + 1);
  const file = id.startsWith('emergency.') ? 'emergency-screen.yaml' : `pathways/${pathwayId}.yaml`;
  return [file, ['questions', key, 'options', index]];
}
