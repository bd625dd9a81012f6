import { answerSets, countAnswerSets, subjectsOf } from '../../engine/answer-sets';
import { evaluate, type QuestionAnswer, type Evaluation, type EvaluationStep } from '../../engine/evaluate';
import type { PatientProfile } from '../../engine/suitability';
import type { PathwayContent } from '../content';

/** One person, one way for them to answer, and where it ends. */
export interface Run {
  subject: PatientProfile;
  answers: readonly QuestionAnswer[];
  evaluation: Evaluation;
}

/** More than this and a pathway has to be split. */
export const MAX_RUNS = 50_000;

export interface Enumerated {
  pathway: PathwayContent;
  runs: readonly Run[];
  /** Number of answer sets of all groups of people; more than `MAX_RUNS` are counted, and none is walked. */
  size: number;
}

/** Every answer set of a pathway for every group of people that it tells apart. */
export function enumerate(pathway: PathwayContent): Enumerated {
  const subjects = subjectsOf(pathway);
  const size = subjects.reduce((sum, subject) => sum + countAnswerSets(pathway, subject), 0);
  if (size > MAX_RUNS) return { pathway, runs: [], size };
  const runs = subjects.flatMap((subject) =>
    [...answerSets(pathway, subject)].map((answers) => ({
      subject,
      answers,
      evaluation: evaluate(pathway, subject, answers),
    })),
  );
  return { pathway, runs, size };
}

/** Runs that differ in nobody but the person count once. */
export function answerSetCount({ runs }: Enumerated): number {
  return new Set(runs.map(({ answers }) => JSON.stringify(answers))).size;
}

/** Paths through the questions: each option by itself, ticks not combined. */
export function pathCount({ runs }: Enumerated): number {
  const single = runs.filter(({ answers }) => answers.every(({ optionIds }) => optionIds.length === 1));
  return new Set(single.map(({ answers }) => JSON.stringify(answers))).size;
}

export function questionSteps(trace: readonly EvaluationStep[]) {
  return trace.filter((step) => step.kind !== 'age');
}
