import { fieldMessage } from '../../../../domain/messages/messages';
import { evaluate } from '../../engine/evaluate';
import { optionFault } from '../../engine/option-fault';
import { suits } from '../../engine/suitability';
import type { PathwayContent } from '../content';
import type { PathwayFile } from '../content-files';
import { failure, type Finding } from './finding';

/** An author's own tests: somebody, their answers, and where these must end. */
export function vignetteRules(file: PathwayFile, pathway: PathwayContent): Finding[] {
  return file.vignettes.flatMap((vignette, index) => {
    const fault = vignetteFault(vignette, pathway);
    const at = ['vignettes', index];
    return fault === undefined
      ? []
      : [failure('vignette', `pathways/${file.id}.yaml`, at, `"${vignette.name}": ${fault}`)];
  });
}

function vignetteFault(
  { subject, answers, expect }: PathwayFile['vignettes'][number],
  pathway: PathwayContent,
): string | undefined {
  if (!suits(pathway.population, subject)) return 'The pathway is not for this person.';
  const vignetteAnswers = Object.entries(answers).map(([key, optionIds]) => ({
    questionId: pathway.questions.has(key) ? key : `${pathway.id}.${key}`,
    optionIds,
  }));
  for (const { questionId, optionIds } of vignetteAnswers) {
    const question = pathway.questions.get(questionId);
    if (question === undefined) return `There is no question "${questionId}".`;
    const fault = optionFault(question, optionIds);
    if (fault !== undefined) return `${questionId}: ${fieldMessage(fault)}`;
  }
  const evaluation = evaluate(pathway, subject, vignetteAnswers);
  if (evaluation.kind === 'question') return `It still has to answer "${evaluation.question.id}".`;
  const used = evaluation.trace.flatMap(({ kind, node }) => (kind === 'answered' ? [node.id] : []));
  const unused = vignetteAnswers.find(({ questionId }) => !used.includes(questionId));
  if (unused !== undefined) return `"${unused.questionId}" is not asked.`;
  const { id } = evaluation.disposition;
  return id === expect ? undefined : `It ends in "${id}", not in "${expect}".`;
}
