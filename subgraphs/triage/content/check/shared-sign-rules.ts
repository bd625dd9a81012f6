import { suits } from '../../engine/suitability';
import type { Content, DispositionContent, PathwayContent } from '../content';
import type { SharedSign, SharedSignsFile } from '../content-files';
import { failure, unless, type Finding } from './finding';
import type { Enumerated, Run } from './enumerate';

const FILE = 'shared-signs.yaml';

/**
 * Rule 25: a sign that several pathways meet ends at least as urgently by each door. Every pathway whose people can have it
 * reports it by an option, or somebody has signed why it need not ask.
 */
export function sharedSignRules(
  { signs }: SharedSignsFile,
  enumerated: readonly Enumerated[],
  content: Content,
): Finding[] {
  return Object.entries(signs).flatMap(([id, sign]) => [
    ...strayPathways(id, sign, content),
    ...enumerated.flatMap((each) => signInPathway(id, sign, { each, content })),
  ]);
}

function strayPathways(id: string, sign: SharedSign, { pathways }: Content): Finding[] {
  return (['reportedBy', 'notAsked'] as const).flatMap((part) =>
    Object.keys(sign[part]).flatMap((pathway) => [
      ...unless(pathways.has(pathway), () => wrong([id, part, pathway], `There is no pathway "${pathway}".`)),
      ...unless(part === 'reportedBy' || !Object.hasOwn(sign.reportedBy, pathway), () =>
        wrong([id, part, pathway], `"${pathway}" reports this sign: it needs no reason.`),
      ),
    ]),
  );
}

function signInPathway(
  id: string,
  sign: SharedSign,
  { each, content }: { each: Enumerated; content: Content },
): Finding[] {
  const { pathway } = each;
  const doors = sign.reportedBy[pathway.id];
  if (doors === undefined)
    return unless(Object.hasOwn(sign.notAsked, pathway.id) || !mayHave(sign, pathway), () =>
      wrong(
        ['signs', id],
        `People in "${pathway.id}" can have this sign (${sign.meaning}): name the option that reports it there (reportedBy), or sign why it need not ask (notAsked).`,
      ),
    );
  const options = Object.entries(doors).flatMap(([question, optionIds]) =>
    optionIds.map((optionId) => ({ questionId: idOf(pathway, question), optionId })),
  );
  const at = ['signs', id, 'reportedBy', pathway.id];
  const missing = options.filter(
    ({ questionId, optionId }) =>
      !pathway.questions.get(questionId)?.options.some((option) => option.id === optionId),
  );
  if (missing.length > 0)
    return missing.map(({ questionId, optionId }) =>
      wrong(at, `There is no option "${optionId}" in "${questionId}".`),
    );
  return [
    ...contradictions(id, sign, { each, options, content }),
    ...unreportable(id, sign, { each, options, content }),
  ];
}

interface Door {
  questionId: string;
  optionId: string;
}

interface SignInPathway {
  each: Enumerated;
  options: readonly Door[];
  content: Content;
}

function contradictions(id: string, sign: SharedSign, { each, options, content }: SignInPathway): Finding[] {
  return options.flatMap((door) => {
    const milder = each.runs.find((run) => {
      const least = leastUrgent(sign, run, content);
      return least !== null && reports(run, door) && isMilder(run, least);
    });
    if (milder === undefined || milder.evaluation.kind === 'question') return [];
    const { disposition } = milder.evaluation;
    return [
      wrong(
        ['signs', id, 'reportedBy', each.pathway.id],
        `"${door.optionId}" of "${door.questionId}" can end in "${disposition.id}" at ${milder.subject.ageInDays} days, which is less urgent than this sign wants by any door.`,
      ),
    ];
  });
}

/** A group of people to whom no door is ever open, although they can end less urgently than the sign wants. */
function unreportable(id: string, sign: SharedSign, { each, options, content }: SignInPathway): Finding[] {
  const groups = new Map<string, { run: Run; canReport: boolean; canEndMilder: boolean }>();
  for (const run of each.runs) {
    const least = leastUrgent(sign, run, content);
    if (least === null) continue;
    const key = `${run.subject.sex} of ${run.subject.ageInDays}`;
    const group = groups.get(key) ?? { run, canReport: false, canEndMilder: false };
    groups.set(key, {
      run: group.run,
      canReport: group.canReport || options.some((door) => reports(run, door)),
      canEndMilder: group.canEndMilder || isMilder(run, least),
    });
  }
  return [...groups]
    .filter(([, { canReport, canEndMilder }]) => canEndMilder && !canReport)
    .map(([key]) =>
      wrong(
        ['signs', id, 'reportedBy', each.pathway.id],
        `Somebody ${key} days is never asked for this sign.`,
      ),
    );
}

function reports({ answers }: Run, { questionId, optionId }: Door): boolean {
  return answers.some((answer) => answer.questionId === questionId && answer.optionIds.includes(optionId));
}

function isMilder({ evaluation }: Run, least: DispositionContent): boolean {
  return evaluation.kind === 'outcome' && evaluation.disposition.urgencyRank > least.urgencyRank;
}

/** Least urgent disposition that this person may end in with the sign; null where they cannot have it. */
function leastUrgent(
  sign: SharedSign,
  { subject }: Run,
  { dispositions }: Content,
): DispositionContent | null {
  if (!suits(sign.people, subject)) return null;
  const band = sign.leastUrgent.find(({ below }) => below === undefined || subject.ageInDays < below);
  return (band && dispositions.get(band.outcome)) ?? null;
}

function mayHave({ people }: SharedSign, { population }: PathwayContent): boolean {
  const [one, other] = [people.ageInDays, population.ageInDays];
  return (
    one.from < (other.below ?? Infinity) &&
    other.from < (one.below ?? Infinity) &&
    people.sex.some((sex) => population.sex.includes(sex))
  );
}

function idOf({ id, questions }: PathwayContent, question: string): string {
  return questions.has(question) ? question : `${id}.${question}`;
}

function wrong(path: readonly string[], message: string): Finding {
  return failure(25, FILE, path[0] === 'signs' ? path : ['signs', ...path], message);
}
